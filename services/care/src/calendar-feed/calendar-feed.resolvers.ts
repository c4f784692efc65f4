import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { renewCalendarFeed, revokeCalendarFeed } from './calendar-feed.commands.ts';
import { CalendarFeedEntity } from './calendar-feed.fields.ts';

export const calendarFeedResolvers: Resolvers = {
  Query: {
    calendarFeeds: (_, args, context) => listPage(context, CalendarFeedEntity, args),
  },
  CalendarFeed: {
    __resolveReference: ({ id }, { loaders }) => loaders.calendarFeed.load(id),
  },
  Mutation: {
    renewCalendarFeed: (_, { input }, context) => renewCalendarFeed(context, input),
    revokeCalendarFeed: (_, { input }, context) => revokeCalendarFeed(context, input),
  },
};
