import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { placeCreditHold, releaseCreditHold, setCreditLimit } from './credit.commands.ts';
import { CreditAccountEntity, CreditEventEntity } from './credit.fields.ts';
import { checkCredit, creditKey } from './credit.queries.ts';

export const creditResolvers: Resolvers = {
  Query: {
    creditAccount: (_, { id }, { loaders }) => loaders.creditAccount.load(id),
    creditAccounts: (_, args, context) => listPage(context, CreditAccountEntity, args),
    creditAccountAggregate: (_, args, context) =>
      aggregateRecords(context, CreditAccountEntity, args),
    creditEvents: (_, args, context) => listPage(context, CreditEventEntity, args),
    creditEventAggregate: (_, args, context) => aggregateRecords(context, CreditEventEntity, args),
    checkCredit: (_, args, context) => checkCredit(context, args),
  },
  Mutation: {
    setCreditLimit: (_, { input }, context) => setCreditLimit(context, input),
    placeCreditHold: (_, { input }, context) => placeCreditHold(context, input),
    releaseCreditHold: (_, { input }, context) => releaseCreditHold(context, input),
  },
  Customer: {
    credit: ({ id }, { currency }, { loaders }) =>
      loaders.creditOfCustomer.load(creditKey(id, currency)),
    creditAccounts: ({ id }, args, { pages }) => pages.creditAccountsOfCustomer.load(id, args),
  },
  CreditAccount: {
    __resolveReference: ({ id }, { loaders }) => loaders.creditAccount.load(id),
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    events: ({ id }, args, { pages }) => pages.eventsOfCreditAccount.load(id, args),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, CreditAccountEntity, { id, ...args }),
  },
  CreditEvent: {
    account: ({ accountId }, _, { loaders }) => loaders.creditAccount.loadRequired(accountId),
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    order: ({ orderId }, _, { loaders }) => loaders.order.load(orderId),
    payment: ({ paymentId }, _, { loaders }) => loaders.payment.load(paymentId),
    receivable: ({ receivableId }, _, { loaders }) => loaders.receivable.load(receivableId),
    at: ({ createdAt }) => createdAt,
    by: ({ createdById }, _, { loaders }) => loaders.staffMember.load(createdById),
  },
};
