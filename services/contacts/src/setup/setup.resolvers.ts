import { readableCustomFields } from '@crm/kit/record/custom-field';
import { defineCustomField, saveVocabularyTerm } from '@crm/kit/record/setup';
import { findTerms } from '@crm/kit/record/vocabulary';
import { customisable } from '../entities.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const setupResolvers: Resolvers = {
  Query: {
    contactsCustomFieldDefinitions: (_, { entity }, context) =>
      readableCustomFields(context, entity),
    contactsVocabulary: (_, { vocabulary }, { app }) => findTerms(app.db.manager, vocabulary),
  },
  Mutation: {
    defineContactsCustomField: (_, { input }, context) =>
      defineCustomField(context, { input, entities: customisable }),
    saveContactsVocabularyTerm: (_, { input }, context) => saveVocabularyTerm(context, input),
  },
};
