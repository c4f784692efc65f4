import { companyDate } from '@crm/kit/record/criteria';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { importHolidays, saveOccasion } from './occasion.commands.ts';
import { upcomingFor } from './upcoming.queries.ts';
import { OccasionEntity } from './occasion.fields.ts';
import { holidaysOf } from './holiday.queries.ts';
import { nextDays } from './occasion.ts';

export const occasionResolvers: Resolvers = {
  Query: {
    occasion: (_, { id }, { loaders }) => loaders.occasion.load(id),
    occasions: (_, args, context) => listPage(context, OccasionEntity, args),
    holidays: (_, { year }, context) => holidaysOf(context, year),
  },
  Mutation: {
    saveOccasion: (_, { input }, context) => saveOccasion(context, input),
    importHolidays: (_, { input }, context) => importHolidays(context, input),
  },
  Occasion: {
    __resolveReference: ({ id }, { loaders }) => loaders.occasion.load(id),
    label: ({ code, labels }, { locale }) => (locale === 'EN' ? labels?.en : labels?.zh) ?? code,
    labels: ({ code, labels }) => labels ?? { zh: code, en: code },
    nextDays: (occasion, { from, first }, { app }) =>
      nextDays(occasion, { from: from ?? companyDate(app.now()), first: Math.min(first, 10) }),
  },
  Person: {
    upcomingOccasions: ({ id }, { withinDays }, context) => upcomingFor(context, id, withinDays),
  },
  UpcomingOccasion: {
    about: ({ aboutId }) => referenceTo(aboutId),
  },
};
