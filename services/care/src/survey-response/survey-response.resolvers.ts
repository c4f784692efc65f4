import { aggregateRecords } from '@crm/kit/record/aggregate';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { SurveyResponseEntity } from './survey-response.fields.ts';

export const surveyResponseResolvers: Resolvers = {
  Query: {
    surveyResponse: (_, { id }, { loaders }) => loaders.surveyResponse.load(id),
    surveyResponses: (_, args, context) => listPage(context, SurveyResponseEntity, args),
    surveyResponseAggregate: (_, args, context) =>
      aggregateRecords(context, SurveyResponseEntity, args),
  },
  SurveyResponse: {
    __resolveReference: ({ id }, { loaders }) => loaders.surveyResponse.load(id),
    survey: ({ surveyId }, _, { loaders }) => loaders.survey.load(surveyId),
    task: ({ taskId }, _, { loaders }) => loaders.careTask.load(taskId),
    person: ({ personId }) => ({ id: personId }),
    customer: ({ customerId }) => referenceTo(customerId),
    answers: async ({ surveyId, answers }, _, { loaders }) => {
      const survey = await loaders.survey.load(surveyId);
      return (answers ?? []).flatMap(({ question: code, values, text }) => {
        const question = survey?.questions?.find((each) => each.code === code);
        return question ? [{ question, values: [...values], text }] : [];
      });
    },
  },
  Person: {
    surveyResponses: ({ id }, args, { pages }) => pages.responsesOfPerson.load(id, args),
  },
  Customer: {
    surveyResponses: ({ id }, args, { pages }) => pages.responsesOfCustomer.load(id, args),
  },
};
