import { aggregateRecords } from '@crm/kit/record/aggregate';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { cancelOrder, recordOrder, releaseOrder, upsertOrders } from './order.commands.ts';
import { SalesOrderEntity } from './order.fields.ts';

export const orderResolvers: Resolvers = {
  Query: {
    salesOrder: (_, { id }, { loaders }) => loaders.order.load(id),
    salesOrders: (_, args, context) => listPage(context, SalesOrderEntity, args),
    salesOrderAggregate: (_, args, context) => aggregateRecords(context, SalesOrderEntity, args),
  },
  Mutation: {
    recordOrder: (_, { input }, context) => recordOrder(context, input),
    upsertOrders: (_, { input }, context) => upsertOrders(context, input),
    cancelOrder: (_, { input }, context) => cancelOrder(context, input),
    releaseOrder: (_, { input }, context) => releaseOrder(context, input),
  },
  SalesOrder: {
    __resolveReference: ({ id }, { loaders }) => loaders.order.load(id),
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    lines: ({ lines }) => lines ?? [],
    salesperson: ({ salespersonId }, _, { loaders }) => loaders.staffMember.load(salespersonId),
    opportunity: ({ opportunityId }, _, { loaders }) => loaders.opportunity.load(opportunityId),
    payments: ({ id }, args, { pages }) => pages.paymentsOfOrder.load(id, args),
    receivables: ({ id }, args, { pages }) => pages.receivablesOfOrder.load(id, args),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, SalesOrderEntity.name, customFields),
  },
  SalesOrderLine: {
    product: ({ productId }, _, { loaders }) => loaders.product.load(productId),
  },
};
