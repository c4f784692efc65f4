import type { Resolvers } from '../generated/resolvers.ts';
import {
  confirmDuplicate,
  dismissDuplicate,
  saveDuplicateRule,
  startDuplicateScan,
} from './duplicate.commands.ts';
import { candidatesPage, findDuplicates, findRules, latestScan } from './duplicate.queries.ts';
import { duplicateFieldsOf, matchedFields, scoreOf } from './duplicate.ts';

export const duplicateResolvers: Resolvers = {
  Query: {
    checkCustomerDuplicates: (_, { input }, context) => findDuplicates(context, input),
    duplicateCandidates: (_, args, context) => candidatesPage(context, args),
    duplicateRules: (_, __, context) => findRules(context),
    duplicateScan: (_, __, context) => latestScan(context),
  },
  Mutation: {
    startDuplicateScan: (_, { input }, context) => startDuplicateScan(context, input),
    confirmDuplicate: (_, { input }, context) => confirmDuplicate(context, input),
    dismissDuplicate: (_, { input }, context) => dismissDuplicate(context, input),
    saveDuplicateRule: (_, { input }, context) => saveDuplicateRule(context, input),
  },
  Customer: {
    duplicates: async ({ id }, _, { loaders }) => (await loaders.duplicates.load(id)) ?? [],
  },
  DuplicateMatch: {
    customer: ({ isVisible, customerId }, _, { loaders }) =>
      isVisible ? loaders.customer.load(customerId) : null,
    team: ({ teamId }, _, { loaders }) => loaders.team.load(teamId),
    score: (match) => scoreOf(match),
    fields: (match) => matchedFields(match),
  },
  DuplicateCandidate: {
    first: ({ firstId }, _, { loaders }) => loaders.customer.loadRequired(firstId),
    second: ({ secondId }, _, { loaders }) => loaders.customer.loadRequired(secondId),
    fields: ({ fields }) => duplicateFieldsOf(fields),
    updatedBy: ({ updatedById }, _, { loaders }) => loaders.staffMember.load(updatedById),
  },
};
