import { fieldHistory } from '@crm/kit/record/audit';
import { companyDate } from '@crm/kit/record/criteria';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { saveDecisionMap } from './decision-map.commands.ts';
import { DecisionMapEntity } from './decision-map.fields.ts';
import { decisionCoverage, decisionMapOf, isNodeActive } from './decision-map.queries.ts';

export const decisionMapResolvers: Resolvers = {
  Query: {
    decisionMap: (_, args, context) => decisionMapOf(context, args),
    decisionCoverage: (_, args, context) => decisionCoverage(context, args),
  },
  Mutation: {
    saveDecisionMap: (_, { input }, context) => saveDecisionMap(context, input),
  },
  Customer: {
    decisionMaps: ({ id }, args, { pages }) => pages.decisionMapsOfCustomer.load(id, args),
  },
  Opportunity: {
    decisionMap: ({ id }, _, { loaders }) => loaders.opportunityMap.load(id),
  },
  DecisionMap: {
    __resolveReference: ({ id }, { loaders }) => loaders.decisionMap.load(id),
    customer: ({ customerId }) => ({ id: customerId }),
    opportunity: ({ opportunityId }) => referenceTo(opportunityId),
    nodes: async ({ id }, { activeOn }, { loaders }) => {
      const nodes = (await loaders.decisionNodes.load(id)) ?? [];
      return activeOn ? nodes.filter((node) => isNodeActive(node, activeOn)) : nodes;
    },
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, DecisionMapEntity, { id, ...args }),
  },
  DecisionNode: {
    person: ({ personId }, _, { loaders }) => loaders.person.load(personId),
    isActive: (node, _, { app }) => isNodeActive(node, companyDate(app.now())),
    lastCoveredAt: ({ personId }, _, { loaders }) => loaders.lastCovered.load(personId),
  },
};
