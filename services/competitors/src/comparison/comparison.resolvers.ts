import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { compareProducts, removeProductComparison } from './comparison.commands.ts';
import { ProductComparisonEntity } from './comparison.fields.ts';

export const comparisonResolvers: Resolvers = {
  Query: {
    productComparisons: (_, args, context) => listPage(context, ProductComparisonEntity, args),
  },
  Mutation: {
    compareProducts: (_, { input }, context) => compareProducts(context, input),
    removeProductComparison: (_, { input }, context) => removeProductComparison(context, input),
  },
  CompetitorProduct: {
    comparisons: ({ id }, args, { pages }) => pages.comparisonsOfRival.load(id, args),
  },
  Product: {
    comparisons: ({ id }, args, { pages }) => pages.comparisonsOfProduct.load(id, args),
  },
  ProductComparison: {
    product: ({ productId }) => ({ id: productId }),
    competitorProduct: ({ competitorProductId }, _, { loaders }) =>
      loaders.competitorProduct.load(competitorProductId),
    comparedBy: ({ updatedById }) => referenceTo(updatedById),
  },
};
