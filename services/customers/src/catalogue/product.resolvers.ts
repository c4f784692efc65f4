import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { upsertProducts } from './product.commands.ts';
import { ProductEntity } from './product.fields.ts';

export const productResolvers: Resolvers = {
  Query: {
    product: (_, { id }, { loaders }) => loaders.product.load(id),
    products: (_, args, context) => listPage(context, ProductEntity, args),
  },
  Mutation: {
    upsertProducts: (_, { input }, context) => upsertProducts(context, input),
  },
  Product: {
    __resolveReference: ({ id }, { loaders }) => loaders.product.load(id),
  },
};
