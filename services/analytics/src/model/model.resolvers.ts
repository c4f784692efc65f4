import type { Resolvers } from '../generated/resolvers.ts';
import {
  publishEvaluationModel,
  retireEvaluationModel,
  saveEvaluationDraft,
} from './model.commands.ts';
import { labelOf } from './criterion-label.ts';
import { readModel, readModels, statusOf } from './model.queries.ts';

const inLocale = (
  locale: 'EN' | 'ZH_CN',
  labels: { readonly zh: string; readonly en: string },
): string => (locale === 'EN' ? labels.en : labels.zh);

export const modelResolvers: Resolvers = {
  Query: {
    evaluationModels: (_, args, context) => readModels(context, args),
    evaluationModel: (_, args, context) => readModel(context, args),
  },
  Mutation: {
    saveEvaluationDraft: (_, { input }, context) => saveEvaluationDraft(context, input),
    publishEvaluationModel: (_, { input }, context) => publishEvaluationModel(context, input),
    retireEvaluationModel: (_, { input }, context) => retireEvaluationModel(context, input),
  },
  EvaluationModel: {
    status: (model, _, { app }) => statusOf(model, app.now()),
    label: ({ labels }, { locale }) => inLocale(locale, labels),
    scale: ({ scale }) => String(scale),
    minCoverage: ({ minCoverage }) => String(minCoverage),
    grades: ({ grades }) => grades.toSorted((a, b) => b.from - a.from),
  },
  EvaluationCategory: {
    name: ({ name }, { locale }) => inLocale(locale, name),
    labels: ({ name }) => name,
    weight: ({ weight }) => String(weight),
  },
  EvaluationCriterion: {
    label: ({ indicator, label }, { locale }, { indicators }) =>
      labelOf(indicators, { code: indicator, label, locale }),
    weight: ({ weight }) => String(weight),
    maxPoints: ({ maxPoints }) => String(maxPoints),
    function: ({ fn }) => fn,
  },
  ScoringFunction: {
    bands: (fn) => (fn.kind === 'BANDS' ? fn.bands : null),
    map: (fn) =>
      fn.kind === 'MAP'
        ? Object.entries(fn.points).map(([value, points]) => ({ value, points: String(points) }))
        : null,
    from: (fn) => (fn.kind === 'LINEAR' ? String(fn.from) : null),
    to: (fn) => (fn.kind === 'LINEAR' ? String(fn.to) : null),
    when: (fn) => (fn.kind === 'FLAG' ? fn.when : null),
  },
  ScoreBand: {
    from: ({ from }) => String(from),
    points: ({ points }) => String(points),
  },
  MissingPolicy: {
    points: (missing) => (missing.kind === 'FIXED' ? String(missing.points) : null),
  },
  GradeBand: {
    label: ({ label }, { locale }) => inLocale(locale, label),
    labels: ({ label }) => label,
    from: ({ from }) => String(from),
    limitMultiplier: ({ limitMultiplier }) =>
      limitMultiplier === null ? null : String(limitMultiplier),
  },
};
