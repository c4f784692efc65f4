import { labelOf } from '../model/criterion-label.ts';
import type { Context } from '../context.ts';
import type { SubjectType } from '../indicator/indicator.ts';
import type { HistoryArgs } from './history.queries.ts';
import { askedOf } from '../evidence/evidence.queries.ts';
import { recordOf } from '../evidence/fact-record.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { categorized, evaluationHash } from './evaluation.ts';
import { deltasOf } from './evaluation-change.ts';
import { overrideScore, withdrawScoreOverride } from './override.commands.ts';
import { subjectKey, type SubjectKey as Subject } from './subject-key.ts';
import { readRanking } from './ranking.queries.ts';
import { drawHistory, drawScore } from './score-chart.queries.ts';

const inLocale = (
  locale: 'EN' | 'ZH_CN',
  labels: { readonly zh: string; readonly en: string },
): string => (locale === 'EN' ? labels.en : labels.zh);

type Asked = { readonly model: string; readonly asOf?: Date | null };

/** The same three of every kind of subject. */
const scoresOf = (subjectType: SubjectType) => ({
  score: ({ id }: Subject, args: Asked, { scores }: Context) =>
    scores.load({ subjectType, subjectId: id, ...args }),
  scores: ({ id }: Subject, args: Omit<Asked, 'model'>, { scores }: Context) =>
    scores.loadAll({ subjectType, subjectId: id, ...args }),
  scoreHistory: ({ id }: Subject, args: HistoryArgs, { pages }: Context) =>
    pages.scores[subjectType].load(id, args),
});

export const scoreResolvers: Resolvers = {
  Query: {
    ranking: (_, args, context) => readRanking(context, context.models, args),
  },
  Mutation: {
    overrideScore: (_, { input }, context) => overrideScore(context, input),
    withdrawScoreOverride: (_, { input }, context) => withdrawScoreOverride(context, input),
  },
  Customer: scoresOf('CUSTOMER'),
  Person: scoresOf('PERSON'),
  Competitor: scoresOf('COMPETITOR'),
  StaffMember: scoresOf('STAFF'),
  Evaluation: {
    modelVersion: ({ model }) => model.version,
    grade: ({ model, grade }) => model.grades.find(({ code }) => code === grade) ?? null,
    status: ({ status, isHidden }) => (isHidden ? 'HIDDEN' : status),
    contributions: (evaluation) => categorized(evaluation),
    hash: (evaluation) => evaluationHash(evaluation),
    changeFrom: async (evaluation, { previous }, { scores }) => {
      const { model, subjectId } = evaluation;
      const { code, subjectType } = model;
      const before = await scores.load({ subjectType, subjectId, model: code, asOf: previous });
      return before && deltasOf(categorized(before), categorized(evaluation));
    },
    chart: (evaluation, args, { indicators }) => drawScore(indicators, evaluation, args),
  },
  EvaluationConnection: {
    chart: (history, args) => drawHistory(history, args),
  },
  Contribution: {
    criterion: ({ criterion }) => criterion.indicator,
    indicator: ({ criterion }, _, { indicators }) => indicators.byCode(criterion.indicator),
    label: ({ criterion }, { locale }, { indicators }) =>
      labelOf(indicators, { code: criterion.indicator, label: criterion.label, locale }),
    category: ({ category }, { locale }) => inLocale(locale, category),
    rawValue: ({ value }) => (value === null ? null : String(value)),
    window: async ({ criterion }, _, { indicators }) => {
      const source = (await indicators.byCode(criterion.indicator))?.source;
      return source && 'window' in source ? source.window : null;
    },
    share: ({ share }) => (share === null ? null : share.toFixed(4)),
    matchedBand: ({ band }) => band,
    points: ({ points }) => (points === null ? null : String(Number(points.toFixed(4)))),
    maxPoints: ({ criterion }) => String(criterion.maxPoints),
    factCount: ({ evaluation, criterion }, _, { evidence }) =>
      evidence.count(askedOf(evaluation, criterion.indicator)),
    facts: ({ evaluation, criterion }, args, { evidence }) =>
      evidence.page(askedOf(evaluation, criterion.indicator), args),
    fields: ({ evaluation, criterion }, _, { evidence }) =>
      evidence.fields(askedOf(evaluation, criterion.indicator)),
  },
  ContributionFact: {
    date: ({ day }) => day,
    record: ({ kind, id }) => recordOf(kind, id),
  },
  FactRecord: { __resolveType: ({ __typename }) => __typename },
  ContributionField: { label: ({ labels }, { locale }) => inLocale(locale, labels) },
  ContributionDelta: {
    criterion: ({ indicator }) => indicator,
    label: ({ indicator, label }, { locale }, { indicators }) =>
      labelOf(indicators, { code: indicator, label, locale }),
    category: ({ category }, { locale }) => inLocale(locale, category),
  },
  ScoreOverride: {
    createdBy: ({ createdById }) => (createdById === null ? null : { id: createdById }),
  },
  RankedSubject: {
    customer: ({ model, subjectId }) => subjectKey('CUSTOMER', model.subjectType, subjectId),
    person: ({ model, subjectId }) => subjectKey('PERSON', model.subjectType, subjectId),
    competitor: ({ model, subjectId }) => subjectKey('COMPETITOR', model.subjectType, subjectId),
    staffMember: ({ model, subjectId }) => subjectKey('STAFF', model.subjectType, subjectId),
    evaluation: (evaluation) => evaluation,
  },
};
