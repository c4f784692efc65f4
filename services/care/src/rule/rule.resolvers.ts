import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { activateAlertRule, saveAlertRule } from './rule.commands.ts';
import { AlertRuleEntity } from './rule.fields.ts';
import { previewRule } from './rule.queries.ts';

export const ruleResolvers: Resolvers = {
  Query: {
    alertRule: (_, { id }, { loaders }) => loaders.alertRule.load(id),
    alertRules: (_, args, context) => listPage(context, AlertRuleEntity, args),
    alertRulePreview: (_, { input }, context) => previewRule(context, input),
  },
  Mutation: {
    saveAlertRule: (_, { input }, context) => saveAlertRule(context, input),
    activateAlertRule: (_, { input }, context) => activateAlertRule(context, input),
  },
  AlertRule: {
    __resolveReference: ({ id }, { loaders }) => loaders.alertRule.load(id),
    label: ({ code, labels }, { locale }) => (locale === 'EN' ? labels?.en : labels?.zh) ?? code,
    labels: ({ code, labels }) => labels ?? { zh: code, en: code },
    criteria: ({ criteria }) => criteria ?? {},
    levelPercents: ({ levelPercents }) => levelPercents ?? [],
    levelThresholds: ({ levelThresholds }) => levelThresholds ?? [],
  },
};
