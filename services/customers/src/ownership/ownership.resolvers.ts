import type { Resolvers } from '../generated/resolvers.ts';
import { transferCustomers } from './ownership.commands.ts';

const latestFirst = [{ field: 'startedAt', direction: 'DESC' }] as const;

export const ownershipResolvers: Resolvers = {
  Mutation: {
    transferCustomers: (_, { input }, context) => transferCustomers(context, input),
  },
  Customer: {
    ownershipHistory: ({ id }, args, { pages }) =>
      pages.ownershipOfCustomer.load(id, { ...args, orderBy: latestFirst }),
  },
  OwnershipTerm: {
    owner: ({ ownerId }, _, { loaders }) => loaders.staffMember.load(ownerId),
    team: ({ teamId }, _, { loaders }) => loaders.team.load(teamId),
    from: ({ startedAt }) => startedAt,
    to: ({ endedAt }) => endedAt,
    handedOverBy: ({ createdById }, _, { loaders }) => loaders.staffMember.load(createdById),
  },
};
