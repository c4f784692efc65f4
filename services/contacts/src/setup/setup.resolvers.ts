import { readableCustomFields } from '@crm/kit/record/custom-field';
import { defineCustomField } from '@crm/kit/record/setup';
import { customisable } from '../entities.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const setupResolvers: Resolvers = {
  Query: {
    contactsCustomFieldDefinitions: (_, { entity }, context) =>
      readableCustomFields(context, entity),
  },
  Mutation: {
    defineContactsCustomField: (_, { input }, context) =>
      defineCustomField(context, { input, entities: customisable }),
  },
};
