import { referenceTo } from '@crm/kit/record/reference';
import type { Labels } from '@crm/kit/record/field';
import type { Resolvers } from '../generated/resolvers.ts';
import { elapsedOf } from './performance.queries.ts';
import { progressOf, periodOf } from './performance.ts';
import { removeTarget, saveTarget } from './target.commands.ts';
import { measureLabels } from './target.fields.ts';
import { rankingPage, staffRanking, targetPage, teamPerformance } from './team.queries.ts';

const inLocale = ({ zh, en }: Labels, locale: 'EN' | 'ZH_CN'): string =>
  locale === 'EN' ? en : zh;

export const performanceResolvers: Resolvers = {
  Query: {
    teamPerformance: (_, { teamId, period }, context) => teamPerformance(context, teamId, period),
    staffRanking: (_, args, context) => staffRanking(context, args),
    performanceTargets: (_, args, context) => targetPage(context, args),
  },
  Mutation: {
    saveTarget: (_, { input }, context) => saveTarget(context, input),
    removeTarget: (_, { input }, context) => removeTarget(context, input),
  },
  StaffMember: {
    __resolveReference: ({ id }) => ({ id }),
    performance: ({ id }, { period }, { performances }) => performances.ofStaff(id, period),
  },
  StaffPerformance: {
    staff: ({ staffId }) => ({ id: staffId }),
    progress: (performance) => progressOf(performance),
    overdueContacts: ({ staffId }, _, { performances }) => performances.overdueContacts(staffId),
  },
  TeamPerformance: {
    team: ({ teamId }) => ({ id: teamId }),
    progress: (performance) => progressOf(performance),
    members: ({ members }, args) => rankingPage(members, args),
  },
  PerformancePeriod: {
    elapsed: (period, _, context) => elapsedOf(context, period),
  },
  MeasureProgress: {
    label: ({ measure }, { locale }) => inLocale(measureLabels[measure], locale),
  },
  PerformanceTarget: {
    staff: ({ staffId }) => referenceTo(staffId),
    team: ({ teamId }) => referenceTo(teamId),
    period: ({ period, startsOn }) => periodOf(period, startsOn),
  },
};
