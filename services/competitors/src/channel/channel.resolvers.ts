import type { Resolvers } from '../generated/resolvers.ts';
import { winRateOf } from '../stats/stats.ts';
import { channels } from './channel.queries.ts';

export const channelResolvers: Resolvers = {
  Query: {
    channels: (_, args, context) => channels(context, args),
  },
  Customer: {
    channel: ({ id }, _, { loaders }) => loaders.channel.load(id),
  },
  Channel: {
    distributor: ({ distributorId }) => ({ id: distributorId }),
    endUsers: ({ endUserIds }) => endUserIds.map((id) => ({ id })),
    winRate: (channel) => winRateOf(channel),
  },
  ChannelCompetitor: {
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.loadRequired(competitorId),
    winRate: (met) => winRateOf(met),
  },
};
