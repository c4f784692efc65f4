import { customFieldTeller } from '@crm/kit/event/custom-field-told';
import { vocabularyTeller } from '@crm/kit/event/vocabulary-told';
import { readableCustomFields } from '@crm/kit/record/custom-field';
import { defineCustomField, saveVocabularyTerm } from '@crm/kit/record/setup';
import { findTerms } from '@crm/kit/record/vocabulary';
import { CustomFieldDefined, CustomFieldRetired } from '@crm/schemas/events/custom-field';
import { VocabularyTermSaved } from '@crm/schemas/events/vocabulary';
import type { Resolvers } from '../generated/resolvers.ts';
import { customisable } from '../entities.ts';

const tellTerm = vocabularyTeller(VocabularyTermSaved);
const tell = customFieldTeller({ defined: CustomFieldDefined, retired: CustomFieldRetired });

export const setupResolvers: Resolvers = {
  Query: {
    customerVocabulary: (_, { vocabulary }, { app }) => findTerms(app.db.manager, vocabulary),
    customFieldDefinitions: (_, { entity }, context) => readableCustomFields(context, entity),
  },
  Mutation: {
    saveCustomerVocabularyTerm: (_, { input }, context) =>
      saveVocabularyTerm(context, input, tellTerm),
    defineCustomField: (_, { input }, context) =>
      defineCustomField(context, { input, entities: customisable, tell }),
  },
};
