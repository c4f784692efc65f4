import type { Resolvers } from '../generated/resolvers.ts';
import { mergeCustomers, unmergeCustomers } from './merge.commands.ts';

export const customerMergeResolvers: Resolvers = {
  Mutation: {
    mergeCustomers: (_, { input }, context) => mergeCustomers(context, input),
    unmergeCustomers: (_, { input }, context) => unmergeCustomers(context, input),
  },
  Customer: {
    merges: ({ id }, args, { pages }) => pages.mergesOfCustomer.load(id, args),
  },
  CustomerMerge: {
    survivor: ({ survivorId }, _, { loaders }) => loaders.customer.loadRequired(survivorId),
    merged: ({ merged, mergedId }) => merged ?? { id: mergedId, code: '', name: '' },
    createdBy: ({ createdById }, _, { loaders }) => loaders.staffMember.load(createdById),
    reversedBy: ({ reversedById }, _, { loaders }) => loaders.staffMember.load(reversedById),
  },
};
