import { aggregateRecords } from '@crm/kit/record/aggregate';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import { loadCampaign } from '../campaign/campaign.queries.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { planOfCare } from '../plan/plan-of.ts';
import {
  completeCareTask,
  confirmCareTasks,
  createCareTask,
  excludeCareTasks,
} from './task.commands.ts';
import { CareTaskEntity } from './task.fields.ts';
import { careCalendar, dueFirst, dueWithin } from './task.queries.ts';

export const taskResolvers: Resolvers = {
  Query: {
    careTask: (_, { id }, { loaders }) => loaders.careTask.load(id),
    careTasks: (_, args, context) => listPage(context, CareTaskEntity, dueFirst(args)),
    careTaskAggregate: (_, args, context) => aggregateRecords(context, CareTaskEntity, args),
    careCalendar: (_, args, context) => careCalendar(context, args),
  },
  Mutation: {
    confirmCareTasks: (_, { input }, context) => confirmCareTasks(context, input),
    excludeCareTasks: (_, { input }, context) => excludeCareTasks(context, input),
    createCareTask: (_, { input }, context) => createCareTask(context, input),
    completeCareTask: (_, { input }, context) => completeCareTask(context, input),
  },
  CareTask: {
    __resolveReference: ({ id }, { loaders }) => loaders.careTask.load(id),
    plan: async ({ planId }, _, { loaders }) => planOfCare(await loaders.carePlan.load(planId)),
    campaign: ({ planId }, _, { loaders }) => loadCampaign(loaders.carePlan, planId),
    occasion: ({ occasionId }, _, { loaders }) => loaders.occasion.load(occasionId),
    survey: ({ surveyId }, _, { loaders }) => loaders.survey.load(surveyId),
    person: ({ personId }) => ({ id: personId }),
    about: ({ aboutId }) => referenceTo(aboutId),
    customer: ({ customerId }) => referenceTo(customerId),
    assignee: ({ assigneeId }) => referenceTo(assigneeId),
    decidedBy: ({ decidedById }) => referenceTo(decidedById),
  },
  Customer: {
    careTasks: ({ id }, args, { pages }) => pages.careTasksOfCustomer.load(id, dueFirst(args)),
  },
  Person: {
    careTasks: ({ id }, args, { pages }) => pages.careTasksOfPerson.load(id, dueFirst(args)),
  },
  StaffMember: {
    careTasksDue: ({ id }, args, context) =>
      context.pages.careTasksOfStaff.load(id, dueWithin(context, args)),
  },
};
