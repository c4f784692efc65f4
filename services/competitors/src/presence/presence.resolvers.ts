import { loadFound } from '@crm/kit/record/loader';
import type { Resolvers } from '../generated/resolvers.ts';

export const presenceResolvers: Resolvers = {
  Customer: {
    competitivePresence: ({ id }, args, { pages }) => pages.presenceOfCustomer.load(id, args),
  },
  CompetitivePresence: {
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.loadRequired(competitorId),
    products: ({ productIds }, _, { loaders }) => loadFound(loaders.competitorProduct, productIds),
    opportunities: ({ opportunityIds }) => opportunityIds.map((id) => ({ id })),
  },
};
