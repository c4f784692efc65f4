import type { Resolvers } from '../generated/resolvers.ts';
import { followCompetitor, unfollowCompetitor } from './follow.commands.ts';
import { competitorNews, followedCompetitors } from './follow.queries.ts';

export const followResolvers: Resolvers = {
  Query: {
    followedCompetitors: (_, args, context) => followedCompetitors(context, args),
    competitorNews: (_, args, context) => competitorNews(context, args),
  },
  Mutation: {
    followCompetitor: (_, { input }, context) => followCompetitor(context, input),
    unfollowCompetitor: (_, { input }, context) => unfollowCompetitor(context, input),
  },
  Competitor: {
    isFollowed: async ({ id }, _, { loaders }) => (await loaders.isFollowed.load(id)) ?? false,
    followers: ({ id }, args, { pages }) => pages.followersOfCompetitor.load(id, args),
  },
  CompetitorFollow: {
    staffMember: ({ staffId }) => ({ id: staffId }),
    since: ({ createdAt }) => createdAt,
  },
};
