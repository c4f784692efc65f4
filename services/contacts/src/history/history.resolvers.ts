import type { PageArgs } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { careers, educations } from './history.commands.ts';

const latestFirst = (args: PageArgs): PageArgs => ({
  ...args,
  orderBy: [{ field: 'from', direction: 'DESC' }],
});

export const historyResolvers: Resolvers = {
  Mutation: {
    recordEducation: (_, { input }, context) => educations.record(context, input),
    updateEducation: (_, { input }, context) => educations.update(context, input),
    removeEducation: (_, { input }, context) => educations.remove(context, input),
    recordCareer: (_, { input }, context) => careers.record(context, input),
    updateCareer: (_, { input }, context) => careers.update(context, input),
    removeCareer: (_, { input }, context) => careers.remove(context, input),
  },
  Person: {
    educations: ({ id }, args, { pages }) => pages.educationsOfPerson.load(id, latestFirst(args)),
    careers: ({ id }, args, { pages }) => pages.careersOfPerson.load(id, latestFirst(args)),
  },
};
