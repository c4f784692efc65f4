import type { Resolvers } from '../generated/resolvers.ts';

export const summaryResolvers: Resolvers = {
  Customer: {
    __resolveReference: async ({ id }, { loaders }) => ({
      id: await loaders.currentCustomer.loadRequired(id),
    }),
    transactionSummary: ({ id }, args, { summaries }) => summaries.load(id, args),
  },
};
