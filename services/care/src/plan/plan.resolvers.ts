import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { channelsOf } from '../person/contact-point.ts';
import { dueFirst } from '../task/task.queries.ts';
import {
  activateCarePlan,
  approveCarePlan,
  createCarePlan,
  pauseCarePlan,
  updateCarePlan,
} from './plan.commands.ts';
import { CarePlanEntity } from './plan.fields.ts';
import { previewCarePlan } from './plan.queries.ts';

export const planResolvers: Resolvers = {
  Query: {
    carePlan: (_, { id }, { loaders }) => loaders.carePlan.load(id),
    carePlans: (_, args, context) => listPage(context, CarePlanEntity, args),
    carePlanPreview: (_, { input }, context) => previewCarePlan(context, input),
  },
  Mutation: {
    createCarePlan: (_, { input }, context) => createCarePlan(context, input),
    updateCarePlan: (_, { input }, context) => updateCarePlan(context, input),
    activateCarePlan: (_, { input }, context) => activateCarePlan(context, input),
    approveCarePlan: (_, { input }, context) => approveCarePlan(context, input),
    pauseCarePlan: (_, { input }, context) => pauseCarePlan(context, input),
  },
  CarePlan: {
    __resolveReference: ({ id }, { loaders }) => loaders.carePlan.load(id),
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
  CarePlanPreviewEntry: {
    person: ({ personId }) => ({ id: personId }),
    about: ({ aboutId }) => referenceTo(aboutId),
    customer: ({ customerId }) => referenceTo(customerId),
    assignee: ({ assigneeId }) => referenceTo(assigneeId),
  },
};
