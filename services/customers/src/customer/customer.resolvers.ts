import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  createCustomer,
  deleteCustomer,
  restoreCustomer,
  updateCustomer,
  upsertCustomers,
} from './customer.commands.ts';
import { CustomerEntity } from './customer.fields.ts';
import { findCustomerByCode } from './customer.queries.ts';
import { searchCustomers } from './search.ts';
import { registrationNumberKind } from './registration-number.ts';

export const customerResolvers: Resolvers = {
  Query: {
    customer: (_, { id }, { loaders }) => loaders.customer.load(id),
    customerByCode: (_, { code }, context) => findCustomerByCode(context, code),
    customers: (_, args, context) => listPage(context, CustomerEntity, args),
    searchCustomers: (_, args, context) => searchCustomers(context, args),
    customerAggregate: (_, args, context) => aggregateRecords(context, CustomerEntity, args),
  },
  Mutation: {
    createCustomer: (_, { input, acceptDuplicates }, context) =>
      createCustomer(context, input, acceptDuplicates),
    updateCustomer: (_, { input }, context) => updateCustomer(context, input),
    upsertCustomers: (_, { input }, context) => upsertCustomers(context, input),
    deleteCustomer: (_, { input }, context) => deleteCustomer(context, input),
    restoreCustomer: (_, { input }, context) => restoreCustomer(context, input),
  },
  Customer: {
    __resolveReference: ({ id }, { loaders }) => loaders.customer.load(id),
    registrationNumberKind: ({ registrationNumber }) => registrationNumberKind(registrationNumber),
    industry: ({ industry }, _, { loaders }) => loaders.term.load('industry', industry),
    level: ({ level }, _, { loaders }) => loaders.term.load('customer_level', level),
    categories: ({ categories }, _, { loaders }) =>
      loaders.term.loadMany('customer_category', categories),
    lifecycleStage: ({ lifecycleStage }, _, { loaders }) =>
      loaders.term.loadRequired('lifecycle_stage', lifecycleStage),
    designation: ({ designation }, _, { loaders }) => loaders.term.load('designation', designation),
    owner: ({ ownerId }, _, { loaders }) => loaders.staffMember.load(ownerId),
    team: ({ teamId }, _, { loaders }) => loaders.team.load(teamId),
    createdBy: ({ createdById }, _, { loaders }) => loaders.staffMember.load(createdById),
    updatedBy: ({ updatedById }, _, { loaders }) => loaders.staffMember.load(updatedById),
    orders: ({ id }, args, { pages }) => pages.ordersOfCustomer.load(id, args),
    payments: ({ id }, args, { pages }) => pages.paymentsOfCustomer.load(id, args),
    receivables: ({ id }, args, { pages }) => pages.receivablesOfCustomer.load(id, args),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, CustomerEntity.name, customFields),
    fieldHistory: ({ id }, args, context) => fieldHistory(context, CustomerEntity, { id, ...args }),
  },
  CustomerFinance: {
    bankAccounts: ({ bankAccounts }) => bankAccounts ?? [],
  },
};
