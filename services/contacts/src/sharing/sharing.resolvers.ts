import type { PageArgs } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { revokePersonShare, sharePerson } from './sharing.commands.ts';

/** What was revoked is history. */
const inForce = (args: PageArgs): PageArgs => ({ ...args, where: { revokedAt: { isNull: true } } });

export const sharingResolvers: Resolvers = {
  Mutation: {
    sharePerson: (_, { input }, context) => sharePerson(context, input),
    revokePersonShare: (_, { input }, context) => revokePersonShare(context, input),
  },
  Person: {
    shares: ({ id }, args, { pages }) => pages.sharesOfPerson.load(id, inForce(args)),
  },
  PersonShare: {
    staffMember: ({ granteeId, granteeKind }) =>
      granteeKind === 'STAFF' ? referenceTo(granteeId) : null,
    grantedBy: ({ updatedById }) => referenceTo(updatedById),
  },
};
