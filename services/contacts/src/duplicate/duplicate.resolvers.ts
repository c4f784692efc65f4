import type { Resolvers } from '../generated/resolvers.ts';
import { checkDuplicates } from './duplicate.queries.ts';
import { scoreOf } from './duplicate.ts';

export const duplicateResolvers: Resolvers = {
  Query: {
    checkPersonDuplicates: (_, { input }, context) => checkDuplicates(context, input),
  },
  Person: {
    duplicates: async ({ id }, _, { loaders }) => [...((await loaders.duplicates.load(id)) ?? [])],
  },
  PersonDuplicate: {
    person: ({ isVisible, personId }, _, { loaders }) =>
      isVisible ? loaders.person.load(personId) : null,
    score: (match) => scoreOf(match),
  },
};
