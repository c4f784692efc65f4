import type { Resolvers } from '../generated/resolvers.ts';
import { mergeCompetitors } from './merge.commands.ts';

export const mergeCompetitorResolvers: Resolvers = {
  Mutation: {
    mergeCompetitors: (_, { input }, context) => mergeCompetitors(context, input),
  },
};
