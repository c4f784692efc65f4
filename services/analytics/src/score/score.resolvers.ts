import { labelOf } from '../model/criterion-label.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { categorized, evaluationHash } from './evaluation.ts';
import { deltasOf } from './evaluation-change.ts';
import { overrideScore, withdrawScoreOverride } from './override.commands.ts';
import { readRanking } from './ranking.queries.ts';
import { moverPage } from './simulation-page.ts';
import { simulateEvaluation } from './simulation.queries.ts';
import { decileShifts, gradeShifts } from './simulation.ts';

const inLocale = (
  locale: 'EN' | 'ZH_CN',
  labels: { readonly zh: string; readonly en: string },
): string => (locale === 'EN' ? labels.en : labels.zh);

export const scoreResolvers: Resolvers = {
  Query: {
    ranking: (_, args, context) => readRanking(context, context.models, args),
    simulateEvaluation: (_, args, context) => simulateEvaluation(context, args),
  },
  Mutation: {
    overrideScore: (_, { input }, context) => overrideScore(context, input),
    withdrawScoreOverride: (_, { input }, context) => withdrawScoreOverride(context, input),
  },
  Customer: {
    score: ({ id }, args, { scores }) =>
      scores.load({ subjectType: 'CUSTOMER', subjectId: id, ...args }),
    scores: ({ id }, args, { scores }) =>
      scores.loadAll({ subjectType: 'CUSTOMER', subjectId: id, ...args }),
    scoreHistory: ({ id }, args, { pages }) => pages.scoresOfCustomer.load(id, args),
  },
  StaffMember: {
    score: ({ id }, args, { scores }) =>
      scores.load({ subjectType: 'STAFF', subjectId: id, ...args }),
    scoreHistory: ({ id }, args, { pages }) => pages.scoresOfStaff.load(id, args),
  },
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
  },
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
    customer: ({ model, subjectId }) =>
      model.subjectType === 'CUSTOMER' ? { id: subjectId } : null,
    staffMember: ({ model, subjectId }) =>
      model.subjectType === 'STAFF' ? { id: subjectId } : null,
    evaluation: (evaluation) => evaluation,
  },
  Simulation: {
    sampleCount: ({ simulated }) => simulated.length,
    isSampled: ({ simulated, populationCount }) => simulated.length < populationCount,
    byGrade: ({ model, simulated }) =>
      gradeShifts(
        model.grades.toSorted((a, b) => b.from - a.from).map(({ code }) => code),
        simulated,
      ),
    byDecile: ({ model, simulated }) => decileShifts(model, simulated),
    movers: ({ movers }, args, context) => moverPage(context, movers, args),
  },
  Mover: {
    customer: ({ subjectId }) => ({ id: subjectId }),
    scoreBefore: ({ before }) => before?.score ?? null,
    scoreAfter: ({ after }) => after.score,
    gradeBefore: ({ before }) => before?.grade ?? null,
    gradeAfter: ({ after }) => after.grade,
  },
};
