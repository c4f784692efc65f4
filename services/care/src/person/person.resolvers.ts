import type { Resolvers } from '../generated/resolvers.ts';

export const personResolvers: Resolvers = {
  Person: {
    __resolveReference: async ({ id }, { loaders }) => ({
      id: await loaders.currentPerson.loadRequired(id),
    }),
  },
};
