import { protectSchema } from '@crm/kit/record/protect';
import { metadataResolvers } from '@crm/kit/server/metadata';
import { mergeResolvers } from '@crm/kit/server/resolvers';
import { sharedResolvers } from '@crm/kit/server/scalars';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import type { GraphQLSchema } from 'graphql';
import { competitorResolvers } from './competitor/competitor.resolvers.ts';
import { customisable, entities } from './entities.ts';
import { typeDefs } from './generated/type-defs.ts';
import { opportunityCompetitorResolvers } from './opportunity-competitor/opportunity-competitor.resolvers.ts';
import { presenceResolvers } from './presence/presence.resolvers.ts';
import { productResolvers } from './product/product.resolvers.ts';
import { setupResolvers } from './setup/setup.resolvers.ts';

export const createSchema = (): GraphQLSchema =>
  protectSchema(
    subgraphSchema(
      typeDefs,
      mergeResolvers([
        sharedResolvers,
        metadataResolvers('competitors', { entities, customisable }),
        competitorResolvers,
        productResolvers,
        opportunityCompetitorResolvers,
        presenceResolvers,
        setupResolvers,
      ]),
    ),
    entities,
  );
