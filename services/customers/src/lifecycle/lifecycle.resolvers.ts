import type { Resolvers } from '../generated/resolvers.ts';
import {
  acceptLifecycleSuggestion,
  dismissLifecycleSuggestion,
  saveLifecycleRule,
  saveLifecycleStep,
  setLifecycleStage,
} from './lifecycle.commands.ts';
import { allRules, allSteps, suggestionsPage } from './lifecycle.queries.ts';

const latestFirst = [{ field: 'createdAt', direction: 'DESC' }] as const;
const stage = 'lifecycle_stage';

export const lifecycleResolvers: Resolvers = {
  Query: {
    lifecycleSteps: (_, __, context) => allSteps(context),
    lifecycleRules: (_, __, context) => allRules(context),
    lifecycleSuggestions: (_, args, context) => suggestionsPage(context, args),
  },
  Mutation: {
    setLifecycleStage: (_, { input }, context) => setLifecycleStage(context, input),
    acceptLifecycleSuggestion: (_, { input }, context) => acceptLifecycleSuggestion(context, input),
    dismissLifecycleSuggestion: (_, { input }, context) =>
      dismissLifecycleSuggestion(context, input),
    saveLifecycleStep: (_, { input }, context) => saveLifecycleStep(context, input),
    saveLifecycleRule: (_, { input }, context) => saveLifecycleRule(context, input),
  },
  Customer: {
    lifecycleHistory: ({ id }, args, { pages }) =>
      pages.lifecycleOfCustomer.load(id, { ...args, orderBy: latestFirst }),
  },
  LifecycleTransition: {
    from: ({ fromStage }, _, { loaders }) => loaders.term.load(stage, fromStage),
    to: ({ toStage }, _, { loaders }) => loaders.term.loadRequired(stage, toStage),
    at: ({ createdAt }) => createdAt,
    by: ({ createdById }, _, { loaders }) => loaders.staffMember.load(createdById),
  },
  LifecycleStep: {
    from: ({ fromStage }, _, { loaders }) => loaders.term.load(stage, fromStage),
    to: ({ toStage }, _, { loaders }) => loaders.term.loadRequired(stage, toStage),
  },
  LifecycleRule: {
    label: ({ labels }, { locale }) => (locale === 'EN' ? labels?.en : labels?.zh) ?? '',
    to: ({ toStage }, _, { loaders }) => loaders.term.loadRequired(stage, toStage),
  },
  LifecycleSuggestion: {
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    from: ({ fromStage }, _, { loaders }) => loaders.term.load(stage, fromStage),
    to: ({ toStage }, _, { loaders }) => loaders.term.loadRequired(stage, toStage),
    decidedBy: ({ updatedById }, _, { loaders }) => loaders.staffMember.load(updatedById),
  },
};
