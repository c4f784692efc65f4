import { aggregateRecords } from '@crm/kit/record/aggregate';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { recordPayment } from './payment.commands.ts';
import { recordPayments } from './payments-import.commands.ts';
import { PaymentEntity } from './payment.fields.ts';

export const paymentResolvers: Resolvers = {
  Query: {
    payments: (_, args, context) => listPage(context, PaymentEntity, args),
    paymentAggregate: (_, args, context) => aggregateRecords(context, PaymentEntity, args),
  },
  Mutation: {
    recordPayment: (_, { input }, context) => recordPayment(context, input),
    recordPayments: (_, { input }, context) => recordPayments(context, input),
  },
  Payment: {
    __resolveReference: ({ id }, { loaders }) => loaders.payment.load(id),
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    allocations: ({ allocations }) => allocations ?? [],
  },
  PaymentAllocation: {
    receivable: ({ receivableId }, _, { loaders }) => loaders.receivable.load(receivableId),
  },
};
