import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { listPage, type PageArgs } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  cancelCountermeasure,
  completeCountermeasure,
  planCountermeasure,
  updateCountermeasure,
} from './countermeasure.commands.ts';
import { CountermeasureEntity } from './countermeasure.fields.ts';

/** Those to be done first, then by their day. */
const dueFirst = <Args extends PageArgs>(args: Args): Args => ({
  ...args,
  orderBy: args.orderBy?.length
    ? args.orderBy
    : [
        { field: 'status', direction: 'ASC' },
        { field: 'dueOn', direction: 'ASC' },
      ],
});

export const countermeasureResolvers: Resolvers = {
  Query: {
    countermeasure: (_, { id }, { loaders }) => loaders.countermeasure.load(id),
    countermeasures: (_, args, context) => listPage(context, CountermeasureEntity, dueFirst(args)),
    countermeasureAggregate: (_, args, context) =>
      aggregateRecords(context, CountermeasureEntity, args),
  },
  Mutation: {
    planCountermeasure: (_, { input }, context) => planCountermeasure(context, input),
    updateCountermeasure: (_, { input }, context) => updateCountermeasure(context, input),
    completeCountermeasure: (_, { input }, context) => completeCountermeasure(context, input),
    cancelCountermeasure: (_, { input }, context) => cancelCountermeasure(context, input),
  },
  Competitor: {
    countermeasures: ({ id }, args, { pages }) =>
      pages.countermeasuresOfCompetitor.load(id, dueFirst(args)),
  },
  CompetitorActivity: {
    countermeasures: ({ id }, args, { pages }) =>
      pages.countermeasuresOfActivity.load(id, dueFirst(args)),
  },
  OpportunityCompetitor: {
    countermeasures: ({ id }, args, { pages }) =>
      pages.countermeasuresOfCompetition.load(id, dueFirst(args)),
  },
  Countermeasure: {
    __resolveReference: ({ id }, { loaders }) => loaders.countermeasure.load(id),
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.load(competitorId),
    activity: ({ activityId }, _, { loaders }) => loaders.competitorActivity.load(activityId),
    opportunityCompetitor: ({ opportunityCompetitorId }, _, { loaders }) =>
      loaders.opportunityCompetitor.load(opportunityCompetitorId),
    customer: ({ customerId }) => referenceTo(customerId),
    owner: ({ ownerId }) => ({ id: ownerId }),
    plannedBy: ({ createdById }) => referenceTo(createdById),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, CountermeasureEntity, { id, ...args }),
  },
};
