import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { companyDate } from '@crm/kit/record/criteria';
import { listPage } from '@crm/kit/record/page';
import { isActiveOn } from '@crm/kit/record/period';
import { directionOf, labelFrom, nameFrom, wordsOfType } from '@crm/kit/record/relation';
import type { Resolvers } from '../generated/resolvers.ts';
import { counterpartyKinship } from './kinship.ts';
import { upsertRelationships } from './relationship-import.commands.ts';
import { saveRelationshipType } from './relationship-type.commands.ts';
import {
  endRelationship,
  relatePeople,
  removeRelationship,
  updateRelationship,
} from './relationship.commands.ts';
import { PersonRelationshipEntity } from './relationship.fields.ts';
import {
  counterpartyOf,
  familyOf,
  listRelationshipTypes,
  relationshipsOf,
} from './relationship.queries.ts';
import { shapeOf } from './relationship.ts';

export const relationshipResolvers: Resolvers = {
  Query: {
    personRelationship: (_, { id }, { loaders }) => loaders.personRelationship.load(id),
    personRelationships: (_, args, context) => listPage(context, PersonRelationshipEntity, args),
    personRelationshipAggregate: (_, args, context) =>
      aggregateRecords(context, PersonRelationshipEntity, args),
    relationshipTypes: (_, __, context) => listRelationshipTypes(context),
  },
  Mutation: {
    relatePeople: (_, { input }, context) => relatePeople(context, input),
    updateRelationship: (_, { input }, context) => updateRelationship(context, input),
    endRelationship: (_, { input }, context) => endRelationship(context, input),
    removeRelationship: (_, { input }, context) => removeRelationship(context, input),
    upsertRelationships: (_, { input }, context) => upsertRelationships(context, input),
    saveRelationshipType: (_, { input }, context) => saveRelationshipType(context, input),
  },
  Person: {
    relationships: ({ id }, args, context) => relationshipsOf(context, id, args),
    family: ({ id }, _, context) => familyOf(context, id),
    reportsTo: async ({ id }, _, { loaders }) =>
      loaders.person.load(await loaders.superior.load(id)),
    strongestInfluencer: async ({ id }, _, { loaders }) => {
      const relationship = await loaders.personRelationship.load(await loaders.influencer.load(id));
      return relationship && { ...relationship, seenFromId: id };
    },
    directReports: ({ id }, args, { pages }) => pages.directReports.load(id, args),
  },
  PersonRelationship: {
    __resolveReference: ({ id }, { loaders }) => loaders.personRelationship.load(id),
    type: ({ type }, _, { loaders }) => loaders.relationshipType.loadRequired(type),
    from: ({ fromId }, _, { loaders }) => loaders.person.load(fromId),
    to: ({ toId }, _, { loaders }) => loaders.person.load(toId),
    direction: async (relationship, _, { loaders }) =>
      directionOf(relationship, {
        shape: shapeOf(await loaders.relationshipType.loadRequired(relationship.type)),
      }),
    name: async (relationship, _, { loaders }) =>
      nameFrom(relationship, await loaders.relationshipType.loadRequired(relationship.type)),
    label: async (relationship, { locale }, { loaders }) =>
      labelFrom(
        relationship,
        await loaders.relationshipType.loadRequired(relationship.type),
        locale,
      ),
    counterparty: (relationship, _, context) => counterpartyOf(context, relationship),
    kinship: ({ kinship }, _, { loaders }) => loaders.term.load('kinship', kinship),
    counterpartyKinship: async (relationship, _, context) =>
      context.loaders.term.load(
        'kinship',
        counterpartyKinship(relationship, await counterpartyOf(context, relationship)),
      ),
    isActive: (relationship, _, { app }) => isActiveOn(relationship, companyDate(app.now())),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, PersonRelationshipEntity, { id, ...args }),
  },
  RelationshipType: {
    inverseCode: ({ code, inverseCode }) => inverseCode ?? code,
    labels: (type) => wordsOfType(type).labels,
    inverseLabels: (type) => wordsOfType(type).inverseLabels,
  },
};
