import { fieldHistory } from '@crm/kit/record/audit';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { channelsOf } from '../person/contact-point.ts';
import { createPlan, updatePlan } from '../plan/plan.commands.ts';
import { CarePlanEntity } from '../plan/plan.fields.ts';
import { campaigns } from '../plan/plan-of.ts';
import { previewPlan } from '../plan/plan.queries.ts';
import { activatePlan, approvePlan, pausePlan } from '../plan/plan-steps.commands.ts';
import { dueFirst } from '../task/task.queries.ts';
import { campaignResults, nothingCounted } from './campaign-results.ts';
import { asCampaign, listCampaigns, loadCampaign, previewOf } from './campaign.queries.ts';

export const campaignResolvers: Resolvers = {
  Query: {
    campaign: (_, { id }, { loaders }) => loadCampaign(loaders.carePlan, id),
    campaigns: (_, args, context) => listCampaigns(context, args),
    campaignPreview: (_, { input }, context) => previewPlan(context, campaigns, previewOf(input)),
  },
  Mutation: {
    createCampaign: (_, { input }, context) => asCampaign(createPlan(context, campaigns, input)),
    updateCampaign: (_, { input }, context) => asCampaign(updatePlan(context, campaigns, input)),
    activateCampaign: (_, { input }, context) =>
      asCampaign(activatePlan(context, campaigns, input)),
    approveCampaign: (_, { input }, context) => asCampaign(approvePlan(context, campaigns, input)),
    pauseCampaign: (_, { input }, context) => asCampaign(pausePlan(context, campaigns, input)),
  },
  Campaign: {
    __resolveReference: ({ id }, { loaders }) => loadCampaign(loaders.carePlan, id),
    channels: ({ channels }) => channelsOf(channels),
    templates: ({ templates }) => templates ?? [],
    survey: ({ surveyId }, _, { loaders }) => loaders.survey.load(surveyId),
    owner: ({ ownerId }) => referenceTo(ownerId),
    requestedBy: ({ requestedById }) => referenceTo(requestedById),
    approvedBy: ({ approvedById }) => referenceTo(approvedById),
    problem: ({ id }, _, { loaders }) => loaders.planProblem.load(id),
    members: ({ id }, args, { pages }) => pages.careTasksOfPlan.load(id, dueFirst(args)),
    results: async ({ id }, _, { loaders }) =>
      campaignResults((await loaders.campaignCount.load(id)) ?? nothingCounted),
    fieldHistory: ({ id }, args, context) => fieldHistory(context, CarePlanEntity, { id, ...args }),
  },
  CampaignMember: {
    task: (task) => task,
    person: ({ personId }) => ({ id: personId }),
    customer: ({ customerId }) => referenceTo(customerId),
    deliveries: ({ id }, args, { pages }) => pages.deliveriesOfTask.load(id, args),
    response: ({ id }, _, { loaders }) => loaders.responseOfTask.load(id),
  },
};
