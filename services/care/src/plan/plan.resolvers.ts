import { fieldHistory } from '@crm/kit/record/audit';
import { loadFound } from '@crm/kit/record/loader';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { channelsOf } from '../person/contact-point.ts';
import { dueFirst } from '../task/task.queries.ts';
import { createPlan, updatePlan } from './plan.commands.ts';
import { activatePlan, approvePlan, pausePlan } from './plan-steps.commands.ts';
import { carePlans, planOfCare } from './plan-of.ts';
import { CarePlanEntity } from './plan.fields.ts';
import { listCarePlans, previewPlan } from './plan.queries.ts';

export const planResolvers: Resolvers = {
  Query: {
    carePlan: async (_, { id }, { loaders }) => planOfCare(await loaders.carePlan.load(id)),
    carePlans: (_, args, context) => listCarePlans(context, args),
    carePlanPreview: (_, { input }, context) => previewPlan(context, carePlans, input),
  },
  Mutation: {
    createCarePlan: (_, { input }, context) => createPlan(context, carePlans, input),
    updateCarePlan: (_, { input }, context) => updatePlan(context, carePlans, input),
    activateCarePlan: (_, { input }, context) => activatePlan(context, carePlans, input),
    approveCarePlan: (_, { input }, context) => approvePlan(context, carePlans, input),
    pauseCarePlan: (_, { input }, context) => pausePlan(context, carePlans, input),
  },
  CarePlan: {
    __resolveReference: async ({ id }, { loaders }) => planOfCare(await loaders.carePlan.load(id)),
    occasion: ({ occasionId }, _, { loaders }) => loaders.occasion.load(occasionId),
    channels: ({ channels }) => channelsOf(channels),
    templates: ({ templates }) => templates ?? [],
    survey: ({ surveyId }, _, { loaders }) => loaders.survey.load(surveyId),
    owner: ({ ownerId }) => referenceTo(ownerId),
    requestedBy: ({ requestedById }) => referenceTo(requestedById),
    approvedBy: ({ approvedById }) => referenceTo(approvedById),
    problem: ({ id }, _, { loaders }) => loaders.planProblem.load(id),
    tasks: ({ id }, args, { pages }) => pages.careTasksOfPlan.load(id, dueFirst(args)),
    fieldHistory: ({ id }, args, context) => fieldHistory(context, CarePlanEntity, { id, ...args }),
  },
  Customer: {
    activeCarePlans: async ({ id }, _, { loaders }) =>
      loadFound(loaders.carePlan, (await loaders.plansOfCustomer.load(id)) ?? []),
  },
  CarePlanPreviewEntry: {
    person: ({ personId }) => ({ id: personId }),
    about: ({ aboutId }) => referenceTo(aboutId),
    customer: ({ customerId }) => referenceTo(customerId),
    assignee: ({ assigneeId }) => referenceTo(assigneeId),
  },
};
