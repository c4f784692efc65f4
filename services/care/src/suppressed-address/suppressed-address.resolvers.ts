import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { liftSuppression } from './suppressed-address.commands.ts';
import { SuppressedAddressEntity } from './suppressed-address.fields.ts';

export const suppressedAddressResolvers: Resolvers = {
  Query: {
    suppressedAddresses: (_, args, context) => listPage(context, SuppressedAddressEntity, args),
  },
  Mutation: {
    liftSuppression: (_, { input }, context) => liftSuppression(context, input),
  },
  SuppressedAddress: {
    __resolveReference: ({ id }, { loaders }) => loaders.suppressedAddress.load(id),
    person: ({ personId }) => referenceTo(personId),
    delivery: ({ deliveryId }, _, { loaders }) =>
      deliveryId === null ? null : loaders.delivery.load(deliveryId),
    liftedBy: ({ liftedById }) => referenceTo(liftedById),
  },
};
