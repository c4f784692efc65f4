import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { loadFound } from '@crm/kit/record/loader';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  addCompetitorToOpportunity,
  removeCompetitorFromOpportunity,
  updateOpportunityCompetitor,
} from './opportunity-competitor.commands.ts';
import { OpportunityCompetitorEntity } from './opportunity-competitor.fields.ts';

export const opportunityCompetitorResolvers: Resolvers = {
  Query: {
    opportunityCompetitor: (_, { id }, { loaders }) => loaders.opportunityCompetitor.load(id),
    opportunityCompetitors: (_, args, context) =>
      listPage(context, OpportunityCompetitorEntity, args),
    opportunityCompetitorAggregate: (_, args, context) =>
      aggregateRecords(context, OpportunityCompetitorEntity, args),
  },
  Mutation: {
    addCompetitorToOpportunity: (_, { input }, context) =>
      addCompetitorToOpportunity(context, input),
    updateOpportunityCompetitor: (_, { input }, context) =>
      updateOpportunityCompetitor(context, input),
    removeCompetitorFromOpportunity: (_, { input }, context) =>
      removeCompetitorFromOpportunity(context, input),
  },
  Competitor: {
    opportunities: ({ id }, args, { pages }) => pages.competitionOfCompetitor.load(id, args),
  },
  Customer: {
    __resolveReference: async ({ id }, { loaders }) => ({
      id: await loaders.currentCustomer.loadRequired(id),
    }),
    competition: ({ id }, args, { pages }) => pages.competitionOfCustomer.load(id, args),
  },
  Opportunity: {
    __resolveReference: ({ id }) => ({ id }),
    competition: ({ id }, args, { pages }) => pages.competitionOfOpportunity.load(id, args),
  },
  OpportunityCompetitor: {
    __resolveReference: ({ id }, { loaders }) => loaders.opportunityCompetitor.load(id),
    opportunity: ({ opportunityId }) => ({ id: opportunityId }),
    customer: ({ customerId }) => ({ id: customerId }),
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.load(competitorId),
    products: ({ productIds }, _, { loaders }) => loadFound(loaders.competitorProduct, productIds),
    contactsCovered: ({ contactsCovered }) => contactsCovered.map((id) => ({ id })),
    salesperson: ({ salespersonId }) => referenceTo(salespersonId),
    addedAt: ({ createdAt }) => createdAt,
    addedBy: ({ createdById }) => referenceTo(createdById),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, OpportunityCompetitorEntity.name, customFields),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, OpportunityCompetitorEntity, { id, ...args }),
  },
};
