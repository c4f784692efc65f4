import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { inLanguage, mergeFieldNames, mergeFields } from './merge-field.ts';
import { publishTemplate, retireTemplate, saveTemplate } from './template.commands.ts';
import { MessageTemplateEntity } from './template.fields.ts';
import { previewTemplate } from './template.queries.ts';
import { exampleOf, mergeFieldsOf, templateProblems } from './template.ts';

export const templateResolvers: Resolvers = {
  Query: {
    messageTemplate: (_, { id }, { loaders }) => loaders.messageTemplate.load(id),
    messageTemplates: (_, args, context) => listPage(context, MessageTemplateEntity, args),
    mergeFields: () => mergeFieldNames.map((name) => ({ name, ...mergeFields[name] })),
    previewTemplate: (_, { input }, context) => previewTemplate(context, input),
  },
  Mutation: {
    saveTemplate: (_, { input }, context) => saveTemplate(context, input),
    publishTemplate: (_, { input }, context) => publishTemplate(context, input),
    retireTemplate: (_, { input }, context) => retireTemplate(context, input),
  },
  MessageTemplate: {
    __resolveReference: ({ id }, { loaders }) => loaders.messageTemplate.load(id),
    label: ({ code, labels }, { locale }) => (labels ? inLanguage(labels, locale) : code),
    labels: ({ code, labels }) => labels ?? { zh: code, en: code },
    mergeFields: (template) => [...mergeFieldsOf(template)],
    problems: (template) => templateProblems(template),
    example: (template) => exampleOf(template),
    publishedBy: ({ publishedById }) => referenceTo(publishedById),
  },
  MergeField: {
    label: ({ label }, { locale }) => inLanguage(label, locale),
    example: ({ example }, { locale }) => inLanguage(example, locale),
  },
};
