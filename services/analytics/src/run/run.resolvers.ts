import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { cancelEvaluationRun, recompute } from './run.commands.ts';
import { EvaluationRunEntity } from './run.fields.ts';

export const runResolvers: Resolvers = {
  Query: {
    evaluationRuns: (_, args, context) => listPage(context, EvaluationRunEntity, args),
  },
  Mutation: {
    recompute: (_, { input }, context) => recompute(context, input),
    cancelEvaluationRun: (_, { input }, context) => cancelEvaluationRun(context, input),
  },
};
