import type { Resolvers } from '../generated/resolvers.ts';
import { saveStageRule } from './stage-rule.commands.ts';
import { allStageRules } from './stage.queries.ts';

export const stageResolvers: Resolvers = {
  Query: { stageRules: (_, __, context) => allStageRules(context) },
  Mutation: { saveStageRule: (_, { input }, context) => saveStageRule(context, input) },
  StageRule: {
    label: ({ code, labels }, { locale }) => (locale === 'EN' ? labels?.en : labels?.zh) ?? code,
    labels: ({ code, labels }) => labels ?? { zh: code, en: code },
    criteria: ({ criteria }) => criteria ?? {},
  },
  StageSuggestion: {
    from: ({ fromStage }) => fromStage,
    to: ({ toStage }) => toStage,
    mode: ({ rule }) => rule.mode,
  },
  StageEvidence: {
    label: ({ labels }, { locale }) => (locale === 'EN' ? labels.en : labels.zh),
  },
  Customer: {
    lifecycleSuggestion: ({ id }, _, { loaders }) => loaders.stageSuggestion.load(id),
  },
};
