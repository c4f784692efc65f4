import type { Resolvers } from '../generated/resolvers.ts';
import { bestFirst } from '../score/score-chart.queries.ts';
import { subjectKey } from '../score/subject-key.ts';
import { moverPage } from './mover-page.ts';
import { drawSimulation } from './simulation-chart.ts';
import { cancelSimulation, startSimulation } from './simulation.commands.ts';
import { simulateEvaluation } from './simulation.queries.ts';
import { decileShifts, gradeShifts, moverCount } from './simulation.ts';
import { readSimulation, readSimulations, resultOf } from './stored-simulation.queries.ts';

export const simulationResolvers: Resolvers = {
  Query: {
    simulateEvaluation: (_, args, context) => simulateEvaluation(context, args),
    evaluationSimulation: (_, { id }, context) => readSimulation(context, id),
    evaluationSimulations: (_, args, context) => readSimulations(context, args),
  },
  Mutation: {
    startSimulation: (_, { input }, context) => startSimulation(context, input),
    cancelSimulation: (_, { input }, context) => cancelSimulation(context, input),
  },
  EvaluationSimulation: {
    result: (simulation, _, context) => resultOf(context, simulation),
  },
  Simulation: {
    sampleCount: ({ comparison }) => comparison.count,
    isSampled: ({ comparison, populationCount }) => comparison.count < populationCount,
    byGrade: ({ model, comparison }) =>
      gradeShifts(
        bestFirst(model.grades).map(({ code }) => code),
        comparison,
      ),
    byDecile: ({ model, comparison }) => decileShifts(model, comparison),
    gradeChanges: ({ comparison }) => comparison.gradeChanges,
    moverCount: ({ comparison }) => moverCount(comparison),
    movers: ({ movers }, args, context) => moverPage(context, movers, args),
    chart: (simulation, args) => drawSimulation(simulation, args),
  },
  Mover: {
    customer: ({ subjectType, subjectId }) => subjectKey('CUSTOMER', subjectType, subjectId),
    person: ({ subjectType, subjectId }) => subjectKey('PERSON', subjectType, subjectId),
    competitor: ({ subjectType, subjectId }) => subjectKey('COMPETITOR', subjectType, subjectId),
    staffMember: ({ subjectType, subjectId }) => subjectKey('STAFF', subjectType, subjectId),
    scoreBefore: ({ before }) => before?.score ?? null,
    scoreAfter: ({ after }) => after.score,
    gradeBefore: ({ before }) => before?.grade ?? null,
    gradeAfter: ({ after }) => after.grade,
  },
};
