import { fieldHistory } from '@crm/kit/record/audit';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  removeCompetitorProduct,
  saveCompetitorProduct,
  saveCompetitorProducts,
} from './product.commands.ts';
import { CompetitorProductEntity } from './product.fields.ts';

export const productResolvers: Resolvers = {
  Query: {
    competitorProduct: (_, { id }, { loaders }) => loaders.competitorProduct.load(id),
    competitorProducts: (_, args, context) => listPage(context, CompetitorProductEntity, args),
  },
  Mutation: {
    saveCompetitorProduct: (_, { input }, context) => saveCompetitorProduct(context, input),
    saveCompetitorProducts: (_, { input }, context) => saveCompetitorProducts(context, input),
    removeCompetitorProduct: (_, { input }, context) => removeCompetitorProduct(context, input),
  },
  CompetitorProduct: {
    __resolveReference: ({ id }, { loaders }) => loaders.competitorProduct.load(id),
    // A deleted competitor takes its products out of reach, so the field is null and not an error.
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.load(competitorId),
    rivalOf: ({ rivalOf }) => rivalOf.map((id) => ({ id })),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, CompetitorProductEntity.name, customFields),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, CompetitorProductEntity, { id, ...args }),
  },
  Product: {
    __resolveReference: ({ id }) => ({ id }),
    rivals: ({ id }, args, { pages }) => pages.rivalsOfProduct.load(id, args),
  },
};
