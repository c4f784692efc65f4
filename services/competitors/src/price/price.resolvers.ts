import type { PageArgs } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { recordCompetitorPrice } from './price.commands.ts';
import { changeOf } from './price.ts';

const latestFirst = (args: PageArgs): PageArgs => ({
  ...args,
  orderBy: [{ field: 'pricedOn', direction: 'DESC' }],
});

export const priceResolvers: Resolvers = {
  Mutation: {
    recordCompetitorPrice: (_, { input }, context) => recordCompetitorPrice(context, input),
  },
  CompetitorProduct: {
    prices: ({ id }, args, { pages }) => pages.pricesOfProduct.load(id, latestFirst(args)),
  },
  CompetitorProductPrice: {
    product: ({ competitorProductId }, _, { loaders }) =>
      loaders.competitorProduct.load(competitorProductId),
    price: ({ price }) => price ?? { amount: '0.00', currency: 'CNY' },
    changePercent: (price) => changeOf(price),
    recordedBy: ({ createdById }) => referenceTo(createdById),
  },
};
