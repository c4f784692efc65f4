import type { Resolvers } from '../generated/resolvers.ts';
import { winRateOf } from '../stats/stats.ts';
import { competitiveLandscape } from './landscape.queries.ts';

export const landscapeResolvers: Resolvers = {
  Query: {
    competitiveLandscape: (_, args, context) => competitiveLandscape(context, args),
  },
  LandscapeCompetitor: {
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.loadRequired(competitorId),
    winRate: ({ stats }) => winRateOf(stats),
    contested: ({ stats }) => stats.contested,
    open: ({ stats }) => stats.open,
    won: ({ stats }) => stats.won,
    lost: ({ stats }) => stats.lost,
    lostToIt: ({ stats }) => stats.lostToIt,
    wonAmounts: ({ stats }) =>
      stats.amounts.map(({ currency, won }) => ({ currency, amount: won })),
    lostAmounts: ({ stats }) =>
      stats.amounts.map(({ currency, lost }) => ({ currency, amount: lost })),
    products: ({ products }) => products(),
  },
};
