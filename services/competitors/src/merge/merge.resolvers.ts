import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { mergeCompetitors, unmergeCompetitor } from './merge.commands.ts';

export const mergeCompetitorResolvers: Resolvers = {
  Mutation: {
    mergeCompetitors: (_, { input }, context) => mergeCompetitors(context, input),
    unmergeCompetitor: (_, { input }, context) => unmergeCompetitor(context, input),
  },
  Competitor: {
    merges: ({ id }, args, { pages }) => pages.mergesOfCompetitor.load(id, args),
  },
  CompetitorMerge: {
    survivor: ({ survivorId }, _, { loaders }) => loaders.competitor.load(survivorId),
    merged: ({ merged, mergedId }) => merged ?? { id: mergedId, code: '', name: '' },
    createdBy: ({ createdById }) => referenceTo(createdById),
    reversedBy: ({ reversedById }) => referenceTo(reversedById),
  },
};
