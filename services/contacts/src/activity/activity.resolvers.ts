import type { Resolvers } from '../generated/resolvers.ts';
import { isOf } from './activity.ts';

export const activityResolvers: Resolvers = {
  Person: {
    activity: ({ id }, args, { pages }) => pages.activityOfPerson.load(id, args),
  },
  Activity: {
    interaction: (activity, _, { loaders }) =>
      isOf(activity, ['INTERACTION']) ? loaders.interaction.load(activity.recordId) : null,
    affiliation: (activity, _, { loaders }) =>
      isOf(activity, ['JOB_STARTED', 'JOB_ENDED'])
        ? loaders.affiliation.load(activity.recordId)
        : null,
    promotion: (activity, _, { loaders }) =>
      isOf(activity, ['PROMOTED']) ? loaders.promotion.load(activity.recordId) : null,
    relationship: (activity, _, { loaders }) =>
      isOf(activity, ['RELATION_STARTED', 'RELATION_ENDED'])
        ? loaders.personRelationship.load(activity.recordId)
        : null,
  },
};
