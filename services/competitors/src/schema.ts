import { protectSchema } from '@crm/kit/protect';
import { mergeResolvers } from '@crm/kit/resolvers';
import { sharedResolvers } from '@crm/kit/scalars';
import { subgraphSchema } from '@crm/kit/subgraph';
import type { GraphQLSchema } from 'graphql';
import { competitorResolvers } from './competitor/competitor.resolvers.ts';
import { entities } from './entities.ts';
import { typeDefs } from './generated/type-defs.ts';
import { productResolvers } from './product/product.resolvers.ts';
import { setupResolvers } from './setup/setup.resolvers.ts';

export const createSchema = (): GraphQLSchema =>
  protectSchema(
    subgraphSchema(
      typeDefs,
      mergeResolvers([sharedResolvers, competitorResolvers, productResolvers, setupResolvers]),
    ),
    entities,
  );
