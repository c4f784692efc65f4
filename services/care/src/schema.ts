import { protectSchema } from '@crm/kit/record/protect';
import { mergeResolvers } from '@crm/kit/server/resolvers';
import { sharedResolvers } from '@crm/kit/server/scalars';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import type { GraphQLSchema } from 'graphql';
import { alertResolvers } from './alert/alert.resolvers.ts';
import { entities } from './entities.ts';
import { typeDefs } from './generated/type-defs.ts';
import { ruleResolvers } from './rule/rule.resolvers.ts';

export const createSchema = (): GraphQLSchema =>
  protectSchema(
    subgraphSchema(typeDefs, mergeResolvers([sharedResolvers, ruleResolvers, alertResolvers])),
    entities,
  );
