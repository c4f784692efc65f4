import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { mergePeople, unmergePeople } from './merge.commands.ts';
import { identifyPlaceholder } from './placeholder.commands.ts';

export const personMergeResolvers: Resolvers = {
  Mutation: {
    mergePeople: (_, { input }, context) => mergePeople(context, input),
    unmergePeople: (_, { input }, context) => unmergePeople(context, input),
    identifyPlaceholder: (_, { input }, context) => identifyPlaceholder(context, input),
  },
  Person: {
    merges: ({ id }, args, { pages }) => pages.mergesOfPerson.load(id, args),
  },
  PersonMerge: {
    survivor: ({ survivorId }, _, { loaders }) => loaders.person.loadRequired(survivorId),
    merged: ({ merged, mergedId }) => merged ?? { id: mergedId, code: '', name: '' },
    createdBy: ({ createdById }) => referenceTo(createdById),
    reversedBy: ({ reversedById }) => referenceTo(reversedById),
  },
};
