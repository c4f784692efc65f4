import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { saveFatiguePolicy } from './policy.commands.ts';
import { FatiguePolicyEntity } from './policy.fields.ts';

export const policyResolvers: Resolvers = {
  Query: {
    fatiguePolicies: (_, args, context) => listPage(context, FatiguePolicyEntity, args),
  },
  Mutation: {
    saveFatiguePolicy: (_, { input }, context) => saveFatiguePolicy(context, input),
  },
  FatiguePolicy: {
    blackouts: ({ blackouts }) => blackouts ?? [],
  },
};
