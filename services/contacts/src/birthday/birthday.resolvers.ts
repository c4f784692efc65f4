import type { Resolvers } from '../generated/resolvers.ts';
import { upcomingBirthdays } from './birthday.queries.ts';

export const birthdayResolvers: Resolvers = {
  Query: {
    upcomingBirthdays: (_, args, context) => upcomingBirthdays(context, args),
  },
  UpcomingBirthday: {
    person: ({ personId }, _, { loaders }) => loaders.person.load(personId),
    through: ({ relationshipId }, _, { loaders }) =>
      loaders.personRelationship.load(relationshipId),
  },
};
