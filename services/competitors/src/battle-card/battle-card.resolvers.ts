import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { winLossReasons } from '../review/review.queries.ts';
import { noStats } from '../stats/stats.queries.ts';
import {
  activitiesOfCard,
  battleCard,
  comparisonsOfCard,
  intelligenceOfCard,
  literatureOfCard,
  lossesOfCard,
  productsOfCard,
} from './battle-card.queries.ts';
import { printableCard } from './printable.ts';

export const battleCardResolvers: Resolvers = {
  Query: {
    battleCard: (_, args, context) => battleCard(context, args),
  },
  BattleCard: {
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.loadRequired(competitorId),
    product: ({ productId }) => referenceTo(productId),
    products: (card, args, context) => productsOfCard(context, card, args),
    comparisons: (card, args, context) => comparisonsOfCard(context, card, args),
    activities: (card, args, context) => activitiesOfCard(context, card, args),
    intelligence: (card, args, context) => intelligenceOfCard(context, card, args),
    losses: (card, args, context) => lossesOfCard(context, card, args),
    literature: (card, args, context) => literatureOfCard(context, card, args),
    reasons: ({ competitorId }, _, context) => winLossReasons(context, { competitorId }),
    stats: async ({ competitorId }, _, { loaders }) =>
      (await loaders.stats.load(competitorId)) ?? noStats(competitorId),
    printable: (card, _, context) => printableCard(context, card),
  },
};
