import type { Resolvers } from '../generated/resolvers.ts';
import { printLetters } from './letter.commands.ts';

export const letterResolvers: Resolvers = {
  Mutation: {
    printLetters: (_, { input }, context) => printLetters(context, input),
  },
};
