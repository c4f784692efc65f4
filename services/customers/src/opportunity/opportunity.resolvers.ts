import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  closeOpportunity,
  convertNeedToOpportunity,
  createOpportunity,
  moveOpportunity,
  reopenOpportunity,
  updateOpportunity,
} from './opportunity.commands.ts';
import { OpportunityEntity } from './opportunity.fields.ts';
import { listStages } from './opportunity.queries.ts';
import { saveOpportunityStage } from './stage.commands.ts';

export const opportunityResolvers: Resolvers = {
  Query: {
    opportunity: (_, { id }, { loaders }) => loaders.opportunity.load(id),
    opportunities: (_, args, context) => listPage(context, OpportunityEntity, args),
    opportunityAggregate: (_, args, context) => aggregateRecords(context, OpportunityEntity, args),
    opportunityStages: (_, __, context) => listStages(context),
  },
  Mutation: {
    createOpportunity: (_, { input }, context) => createOpportunity(context, input),
    convertNeedToOpportunity: (_, { input }, context) => convertNeedToOpportunity(context, input),
    updateOpportunity: (_, { input }, context) => updateOpportunity(context, input),
    moveOpportunity: (_, { input }, context) => moveOpportunity(context, input),
    closeOpportunity: (_, { input }, context) => closeOpportunity(context, input),
    reopenOpportunity: (_, { input }, context) => reopenOpportunity(context, input),
    saveOpportunityStage: (_, { input }, context) => saveOpportunityStage(context, input),
  },
  Customer: {
    opportunities: ({ id }, args, { pages }) => pages.opportunitiesOfCustomer.load(id, args),
  },
  Opportunity: {
    __resolveReference: ({ id }, { loaders }) => loaders.opportunity.load(id),
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    stage: ({ stage }, _, { loaders }) => loaders.opportunityStage.loadRequired(stage),
    need: ({ needId }, _, { loaders }) => loaders.need.load(needId),
    salesperson: ({ salespersonId }, _, { loaders }) => loaders.staffMember.load(salespersonId),
    winReason: ({ winReason }, _, { loaders }) => loaders.term.load('win_reason', winReason),
    lossReason: ({ lossReason }, _, { loaders }) => loaders.term.load('loss_reason', lossReason),
    orders: ({ id }, args, { pages }) => pages.ordersOfOpportunity.load(id, args),
    stageHistory: ({ id }, args, { pages }) => pages.changesOfOpportunity.load(id, args),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, OpportunityEntity.name, customFields),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, OpportunityEntity, { id, ...args }),
  },
  OpportunityStage: {
    labels: ({ labels, code }) => labels ?? { zh: code, en: code },
  },
  OpportunityStageChange: {
    from: async ({ fromStage }, _, { loaders }) => loaders.opportunityStage.load(fromStage),
    to: ({ toStage }, _, { loaders }) => loaders.opportunityStage.loadRequired(toStage),
    at: ({ createdAt }) => createdAt,
    by: ({ createdById }, _, { loaders }) => loaders.staffMember.load(createdById),
  },
};
