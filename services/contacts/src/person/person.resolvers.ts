import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { companyDate } from '@crm/kit/record/criteria';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import { sensitiveReads } from '@crm/kit/record/sensitive-read';
import { onDay } from '../affiliation/affiliation.queries.ts';
import { nextOccurrence } from '@crm/kit/calendar/calendar-date';
import type { Resolvers } from '../generated/resolvers.ts';
import { latestFirst } from '../interaction/interaction.queries.ts';
import { upsertPeople } from './people-import.commands.ts';
import { createPerson, deletePerson, restorePerson, updatePerson } from './person.commands.ts';
import { isGuarded, PersonEntity } from './person.fields.ts';
import { searchPeople } from './person.queries.ts';
import { ageOfPerson, birthdayOf } from './person.ts';

export const personResolvers: Resolvers = {
  Query: {
    person: (_, { id }, { loaders }) => loaders.person.load(id),
    people: (_, args, context) => listPage(context, PersonEntity, args),
    personAggregate: (_, args, context) => aggregateRecords(context, PersonEntity, args),
    searchPeople: (_, args, context) => searchPeople(context, args),
  },
  Mutation: {
    createPerson: (_, { input }, context) => createPerson(context, input),
    updatePerson: (_, { input }, context) => updatePerson(context, input),
    deletePerson: (_, { input }, context) => deletePerson(context, input),
    restorePerson: (_, { input }, context) => restorePerson(context, input),
    upsertPeople: (_, { input }, context) => upsertPeople(context, input),
  },
  Person: {
    __resolveReference: ({ id }, { loaders }) => loaders.person.load(id),
    birthday: birthdayOf,
    age: (person, { on }, { app }) => ageOfPerson(person, on ?? companyDate(app.now())),
    contactPoints: ({ contactPoints }) => contactPoints ?? [],
    owner: ({ ownerId }) => referenceTo(ownerId),
    createdBy: ({ createdById }) => referenceTo(createdById),
    updatedBy: ({ updatedById }) => referenceTo(updatedById),
    affiliations: ({ id }, args, { pages }) => pages.affiliationsOfPerson.load(id, onDay(args)),
    primaryAffiliation: ({ id }, _, { loaders }) => loaders.primaryAffiliation.load(id),
    interactions: ({ id }, args, { pages }) =>
      pages.interactionsOfParty.load(id, latestFirst(args)),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, PersonEntity.name, customFields),
    fieldHistory: (person, args, context) =>
      fieldHistory(context, PersonEntity, {
        ...args,
        id: person.id,
        isGuarded: isGuarded(person, context.app.now()),
      }),
    sensitiveReads: ({ id }, args, context) =>
      sensitiveReads(context, PersonEntity, { id, ...args }),
  },
  SensitiveRead: {
    by: ({ byStaffId }) => referenceTo(byStaffId),
  },
  CalendarDate: {
    next: (date, _, { app }) => nextOccurrence(date, companyDate(app.now())),
  },
};
