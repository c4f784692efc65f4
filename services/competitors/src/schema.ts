import { protectSchema } from '@crm/kit/record/protect';
import { metadataResolvers } from '@crm/kit/server/metadata';
import { mergeResolvers } from '@crm/kit/server/resolvers';
import { sharedResolvers } from '@crm/kit/server/scalars';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import type { GraphQLSchema } from 'graphql';
import { competitorResolvers } from './competitor/competitor.resolvers.ts';
import { customisable, entities } from './entities.ts';
import { objects } from './objects.ts';
import { typeDefs } from './generated/type-defs.ts';
import { activityResolvers } from './activity/activity.resolvers.ts';
import { battleCardResolvers } from './battle-card/battle-card.resolvers.ts';
import { channelResolvers } from './channel/channel.resolvers.ts';
import { comparisonResolvers } from './comparison/comparison.resolvers.ts';
import { countermeasureResolvers } from './countermeasure/countermeasure.resolvers.ts';
import { competitorDocumentResolvers } from './document/document.resolvers.ts';
import { followResolvers } from './follow/follow.resolvers.ts';
import { intelligenceResolvers } from './intelligence/intelligence.resolvers.ts';
import { landscapeResolvers } from './landscape/landscape.resolvers.ts';
import { mergeCompetitorResolvers } from './merge/merge.resolvers.ts';
import { priceResolvers } from './price/price.resolvers.ts';
import { reviewResolvers } from './review/review.resolvers.ts';
import { statsResolvers } from './stats/stats.resolvers.ts';
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
        metadataResolvers('competitors', { entities, objects, customisable }),
        competitorResolvers,
        productResolvers,
        opportunityCompetitorResolvers,
        presenceResolvers,
        activityResolvers,
        battleCardResolvers,
        channelResolvers,
        comparisonResolvers,
        countermeasureResolvers,
        competitorDocumentResolvers,
        followResolvers,
        intelligenceResolvers,
        landscapeResolvers,
        mergeCompetitorResolvers,
        priceResolvers,
        reviewResolvers,
        statsResolvers,
        setupResolvers,
      ]),
    ),
    entities,
  );
