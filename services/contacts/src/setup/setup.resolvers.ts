import { findCustomFields } from '@crm/kit/record/custom-field';
import { defineCustomField } from '@crm/kit/record/setup';
import { entities } from '../entities.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const setupResolvers: Resolvers = {
  Query: {
    contactsCustomFieldDefinitions: async (_, { entity }, { app }) => [
      ...(await findCustomFields(app.db.manager, entity)).values(),
    ],
  },
  Mutation: {
    defineContactsCustomField: (_, { input }, context) =>
      defineCustomField(context, { input, entities: entities.map(({ name }) => name) }),
  },
};
