import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { cancelTouch, completeTouch, planTouch, updateTouchPlan } from './touch-plan.commands.ts';
import { TouchPlanEntity } from './touch-plan.fields.ts';
import { dueFirst, dueWithin } from './touch-plan.queries.ts';

export const touchPlanResolvers: Resolvers = {
  Query: {
    touchPlan: (_, { id }, { loaders }) => loaders.touchPlan.load(id),
    touchPlans: (_, args, context) => listPage(context, TouchPlanEntity, dueFirst(args)),
    touchPlanAggregate: (_, args, context) => aggregateRecords(context, TouchPlanEntity, args),
  },
  Mutation: {
    planTouch: (_, { input }, context) => planTouch(context, input),
    updateTouchPlan: (_, { input }, context) => updateTouchPlan(context, input),
    completeTouch: (_, { input }, context) => completeTouch(context, input),
    cancelTouch: (_, { input }, context) => cancelTouch(context, input),
  },
  TouchPlan: {
    __resolveReference: ({ id }, { loaders }) => loaders.touchPlan.load(id),
    person: ({ personId }, _, { loaders }) => loaders.person.load(personId),
    customer: ({ customerId }) => referenceTo(customerId),
    owner: ({ ownerId }) => referenceTo(ownerId),
    lastInteraction: ({ lastInteractionId }, _, { loaders }) =>
      loaders.interaction.load(lastInteractionId),
    createdBy: ({ createdById }) => referenceTo(createdById),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, TouchPlanEntity, { id, ...args }),
  },
  Person: {
    touchPlans: ({ id }, args, { pages }) => pages.touchPlansOfPerson.load(id, dueFirst(args)),
  },
  Customer: {
    touchPlans: ({ id }, args, { pages }) => pages.touchPlansOfCustomer.load(id, dueFirst(args)),
    nextTouchAt: ({ id }, _, { loaders }) => loaders.nextTouch.load(id),
  },
  StaffMember: {
    touchPlansDue: ({ id }, args, context) =>
      context.pages.touchPlansOfOwner.load(id, dueWithin(context, args)),
  },
};
