import type { Resolvers } from '../generated/resolvers.ts';
import { aggregateFacts } from './fact.queries.ts';

export const factResolvers: Resolvers = {
  Query: {
    factAggregate: (_, args, context) => aggregateFacts(context, args),
  },
};
