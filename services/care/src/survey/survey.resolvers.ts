import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import { readingOf } from '@crm/kit/record/policy';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { surveyPage } from '../survey-response/survey-page.ts';
import { inLanguage } from '../template/merge-field.ts';
import { nothingCounted, resultsOf, withoutFew } from './results.ts';
import { closeSurvey, publishSurvey, saveSurvey } from './survey.commands.ts';
import { SurveyEntity } from './survey.fields.ts';

export const surveyResolvers: Resolvers = {
  Query: {
    survey: (_, { id }, { loaders }) => loaders.survey.load(id),
    surveys: (_, args, context) => listPage(context, SurveyEntity, args),
  },
  Mutation: {
    saveSurvey: (_, { input }, context) => saveSurvey(context, input),
    publishSurvey: (_, { input }, context) => publishSurvey(context, input),
    closeSurvey: (_, { input }, context) => closeSurvey(context, input),
  },
  Survey: {
    __resolveReference: ({ id }, { loaders }) => loaders.survey.load(id),
    label: ({ code, labels }, { locale }) => (labels ? inLanguage(labels, locale) : code),
    labels: ({ code, labels }) => labels ?? { zh: code, en: code },
    questions: ({ questions }) => questions ?? [],
    publishedBy: ({ publishedById }) => referenceTo(publishedById),
    page: (survey, { locale }) => surveyPage({ survey, locale, other: null, given: null }),
    results: async (survey, _, { loaders, viewer }) => {
      const counted = (await loaders.surveyCount.load(survey.id)) ?? nothingCounted;
      const results = resultsOf(survey, counted);
      return readingOf(viewer, 'PERSONAL') === 'read' ? results : withoutFew(results);
    },
    responses: ({ id }, args, { pages }) => pages.responsesOfSurvey.load(id, args),
    fieldHistory: ({ id }, args, context) => fieldHistory(context, SurveyEntity, { id, ...args }),
  },
  SurveyQuestion: {
    label: ({ labels }, { locale }) => inLanguage(labels, locale),
  },
  SurveyOption: {
    label: ({ labels }, { locale }) => inLanguage(labels, locale),
  },
  SurveyValueCount: {
    label: ({ question, value }, { locale }) => {
      const option = question.options.find(({ code }) => code === value);
      return option ? inLanguage(option.labels, locale) : value;
    },
  },
};
