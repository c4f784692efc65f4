import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  logCompetitorActivity,
  removeCompetitorActivity,
  updateCompetitorActivity,
} from './activity.commands.ts';
import { CompetitorActivityEntity } from './activity.fields.ts';
import { latestFirst } from './activity.queries.ts';

export const activityResolvers: Resolvers = {
  Query: {
    competitorActivity: (_, { id }, { loaders }) => loaders.competitorActivity.load(id),
    competitorActivities: (_, args, context) =>
      listPage(context, CompetitorActivityEntity, latestFirst(args)),
    competitorActivityAggregate: (_, args, context) =>
      aggregateRecords(context, CompetitorActivityEntity, args),
  },
  Mutation: {
    logCompetitorActivity: (_, { input }, context) => logCompetitorActivity(context, input),
    updateCompetitorActivity: (_, { input }, context) => updateCompetitorActivity(context, input),
    removeCompetitorActivity: (_, { input }, context) => removeCompetitorActivity(context, input),
  },
  Competitor: {
    activities: ({ id }, args, { pages }) =>
      pages.activitiesOfCompetitor.load(id, latestFirst(args)),
  },
  Customer: {
    competitorActivities: ({ id }, args, { pages }) =>
      pages.activitiesOfCustomer.load(id, latestFirst(args)),
  },
  Opportunity: {
    competitorActivities: ({ id }, args, { pages }) =>
      pages.activitiesOfOpportunity.load(id, latestFirst(args)),
  },
  CompetitorActivity: {
    __resolveReference: ({ id }, { loaders }) => loaders.competitorActivity.load(id),
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.load(competitorId),
    product: ({ competitorProductId }, _, { loaders }) =>
      loaders.competitorProduct.load(competitorProductId),
    customer: ({ customerId }) => referenceTo(customerId),
    opportunity: ({ opportunityId }) => referenceTo(opportunityId),
    reportedBy: ({ createdById }) => referenceTo(createdById),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, CompetitorActivityEntity, { id, ...args }),
  },
};
