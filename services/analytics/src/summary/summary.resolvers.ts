import type { Resolvers } from '../generated/resolvers.ts';

export const summaryResolvers: Resolvers = {
  Customer: {
    __resolveReference: ({ id }) => ({ id }),
    transactionSummary: ({ id }, args, { summaries }) => summaries.load(id, args),
  },
};
