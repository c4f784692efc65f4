import type { PageArgs } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { revokeShare, shareCustomer } from './sharing.commands.ts';

/** What was revoked is history. */
const inForce = (args: PageArgs): PageArgs => ({ ...args, where: { revokedAt: { isNull: true } } });

export const sharingResolvers: Resolvers = {
  Mutation: {
    shareCustomer: (_, { input }, context) => shareCustomer(context, input),
    revokeShare: (_, { input }, context) => revokeShare(context, input),
  },
  Customer: {
    shares: ({ id }, args, { pages }) => pages.sharesOfCustomer.load(id, inForce(args)),
  },
  ShareGrant: {
    staffMember: ({ granteeId, granteeKind }, _, { loaders }) =>
      granteeKind === 'STAFF' ? loaders.staffMember.load(granteeId) : null,
    team: ({ granteeId, granteeKind }, _, { loaders }) =>
      granteeKind === 'TEAM' ? loaders.team.load(granteeId) : null,
    grantedBy: ({ updatedById }, _, { loaders }) => loaders.staffMember.load(updatedById),
  },
};
