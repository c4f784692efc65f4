import type { Resolvers } from '../generated/resolvers.ts';
import { recordDecision, removeDecision, updateDecision } from './decision.commands.ts';

export const decisionResolvers: Resolvers = {
  Mutation: {
    recordDecision: (_, { input }, context) => recordDecision(context, input),
    updateDecision: (_, { input }, context) => updateDecision(context, input),
    removeDecision: (_, { input }, context) => removeDecision(context, input),
  },
  Affiliation: {
    recentDecisions: ({ id }, args, { pages }) =>
      pages.decisionsOfAffiliation.load(id, {
        ...args,
        orderBy: [{ field: 'decidedOn', direction: 'DESC' }],
      }),
  },
};
