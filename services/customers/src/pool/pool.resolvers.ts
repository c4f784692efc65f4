import type { Resolvers } from '../generated/resolvers.ts';
import { claimFromPool, releaseToPool, savePoolPolicy } from './pool.commands.ts';
import { findPolicy, poolPage } from './pool.queries.ts';

export const poolResolvers: Resolvers = {
  Query: {
    poolCustomers: (_, args, context) => poolPage(context, args),
    poolPolicy: (_, __, { app }) => findPolicy(app.db.manager),
  },
  Mutation: {
    claimFromPool: (_, { input }, context) => claimFromPool(context, input),
    releaseToPool: (_, { input }, context) => releaseToPool(context, input),
    savePoolPolicy: (_, { input }, context) => savePoolPolicy(context, input),
  },
  PoolCustomer: {
    industry: ({ industry }, _, { loaders }) => loaders.term.load('industry', industry),
    level: ({ level }, _, { loaders }) => loaders.term.load('customer_level', level),
    categories: ({ categories }, _, { loaders }) =>
      loaders.term.loadMany('customer_category', categories),
    lifecycleStage: ({ lifecycleStage }, _, { loaders }) =>
      loaders.term.loadRequired('lifecycle_stage', lifecycleStage),
  },
};
