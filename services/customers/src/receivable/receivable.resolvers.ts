import { aggregateRecords } from '@crm/kit/record/aggregate';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { ReceivableEntity } from './receivable.fields.ts';

export const receivableResolvers: Resolvers = {
  Query: {
    receivables: (_, args, context) => listPage(context, ReceivableEntity, args),
    receivableAggregate: (_, args, context) => aggregateRecords(context, ReceivableEntity, args),
  },
  Receivable: {
    __resolveReference: ({ id }, { loaders }) => loaders.receivable.load(id),
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    order: ({ orderId }, _, { loaders }) => loaders.order.load(orderId),
  },
};
