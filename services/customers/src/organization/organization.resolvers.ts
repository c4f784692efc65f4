import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { relationsOf } from '../relation/relation.queries.ts';
import {
  createExternalOrganization,
  deleteExternalOrganization,
  promoteToCustomer,
  restoreExternalOrganization,
  updateExternalOrganization,
} from './organization.commands.ts';
import { ExternalOrganizationEntity } from './organization.fields.ts';

export const organizationResolvers: Resolvers = {
  Query: {
    externalOrganization: (_, { id }, { loaders }) => loaders.externalOrganization.load(id),
    externalOrganizations: (_, args, context) =>
      listPage(context, ExternalOrganizationEntity, args),
    externalOrganizationAggregate: (_, args, context) =>
      aggregateRecords(context, ExternalOrganizationEntity, args),
  },
  Mutation: {
    createExternalOrganization: (_, { input }, context) =>
      createExternalOrganization(context, input),
    updateExternalOrganization: (_, { input }, context) =>
      updateExternalOrganization(context, input),
    deleteExternalOrganization: (_, { input }, context) =>
      deleteExternalOrganization(context, input),
    restoreExternalOrganization: (_, { input }, context) =>
      restoreExternalOrganization(context, input),
    promoteToCustomer: (_, { input }, context) => promoteToCustomer(context, input),
  },
  ExternalOrganization: {
    __resolveReference: ({ id }, { loaders }) => loaders.externalOrganization.load(id),
    promotedTo: ({ promotedToId }, _, { loaders }) => loaders.customer.load(promotedToId),
    relations: ({ id }, args, context) => relationsOf(context, id, args),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, ExternalOrganizationEntity, { id, ...args }),
  },
};
