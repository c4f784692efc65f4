import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { companyDate } from '@crm/kit/record/criteria';
import { listPage } from '@crm/kit/record/page';
import { isActiveOn } from '@crm/kit/record/period';
import { directionOf, labelFrom, nameFrom, wordsOfType } from '@crm/kit/record/relation';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  endCustomerRelation,
  relateCustomers,
  removeCustomerRelation,
  updateCustomerRelation,
} from './relation.commands.ts';
import { CustomerRelationEntity } from './relation.fields.ts';
import {
  counterpartyOf,
  listRelationTypes,
  organizationAt,
  organizationTree,
  relationsOf,
} from './relation.queries.ts';
import { saveRelationType } from './relation-type.commands.ts';

export const relationResolvers: Resolvers = {
  Query: {
    customerRelation: (_, { id }, { loaders }) => loaders.customerRelation.load(id),
    customerRelations: (_, args, context) => listPage(context, CustomerRelationEntity, args),
    customerRelationAggregate: (_, args, context) =>
      aggregateRecords(context, CustomerRelationEntity, args),
    relationTypes: (_, __, context) => listRelationTypes(context),
    organizationTree: (_, args, context) => organizationTree(context, args),
  },
  Mutation: {
    relateCustomers: (_, { input }, context) => relateCustomers(context, input),
    updateCustomerRelation: (_, { input }, context) => updateCustomerRelation(context, input),
    endCustomerRelation: (_, { input }, context) => endCustomerRelation(context, input),
    removeCustomerRelation: (_, { input }, context) => removeCustomerRelation(context, input),
    saveRelationType: (_, { input }, context) => saveRelationType(context, input),
  },
  Customer: {
    relations: ({ id }, args, context) => relationsOf(context, id, args),
    parent: async ({ id }, _, context) => {
      const relation = await context.loaders.parentRelation.load(id);
      return relation && organizationAt(context, relation, 'to');
    },
  },
  CustomerRelation: {
    __resolveReference: ({ id }, { loaders }) => loaders.customerRelation.load(id),
    type: ({ type }, _, { loaders }) => loaders.relationType.loadRequired(type),
    from: (relation, _, context) => organizationAt(context, relation, 'from'),
    to: (relation, _, context) => organizationAt(context, relation, 'to'),
    direction: async (relation, _, { loaders }) =>
      directionOf(relation, await loaders.relationType.loadRequired(relation.type)),
    name: async (relation, _, { loaders }) =>
      nameFrom(relation, await loaders.relationType.loadRequired(relation.type)),
    label: async (relation, { locale }, { loaders }) =>
      labelFrom(relation, await loaders.relationType.loadRequired(relation.type), locale),
    counterparty: (relation, _, context) => counterpartyOf(context, relation),
    isActive: (relation, _, { app }) => isActiveOn(relation, companyDate(app.now())),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, CustomerRelationEntity, { id, ...args }),
  },
  RelationType: {
    inverseCode: ({ code, inverseCode }) => inverseCode ?? code,
    labels: (type) => wordsOfType(type).labels,
    inverseLabels: (type) => wordsOfType(type).inverseLabels,
  },
  Organization: {
    __resolveType: (organization) => ('code' in organization ? 'Customer' : 'ExternalOrganization'),
  },
};
