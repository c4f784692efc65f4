import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { competitorStats, noStats } from './stats.queries.ts';
import { winRateOf } from './stats.ts';

export const statsResolvers: Resolvers = {
  Query: {
    competitorStats: (_, args, context) => competitorStats(context, args),
  },
  Competitor: {
    stats: async ({ id }, _, { loaders }) => (await loaders.stats.load(id)) ?? noStats(id),
    winRate: async ({ id }, _, { loaders }) =>
      winRateOf((await loaders.stats.load(id)) ?? noStats(id)),
  },
  CompetitorStats: {
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.load(competitorId),
    product: ({ competitorProductId }, _, { loaders }) =>
      loaders.competitorProduct.load(competitorProductId),
    owner: ({ ownerId }) => referenceTo(ownerId),
    winRate: (stats) => winRateOf(stats),
    contestedAmounts: ({ amounts }) =>
      amounts.map(({ currency, contested }) => ({ currency, amount: contested })),
    wonAmounts: ({ amounts }) => amounts.map(({ currency, won }) => ({ currency, amount: won })),
    lostAmounts: ({ amounts }) => amounts.map(({ currency, lost }) => ({ currency, amount: lost })),
  },
};
