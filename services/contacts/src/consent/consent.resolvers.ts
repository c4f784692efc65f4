import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { recordConsent, withdrawConsent } from './consent.commands.ts';
import { ConsentEntity } from './consent.fields.ts';
import { asOfArg, contactPermission, latestDecisionFirst } from './consent.queries.ts';

export const consentResolvers: Resolvers = {
  Query: {
    consents: (_, args, context) => listPage(context, ConsentEntity, latestDecisionFirst(args)),
  },
  Mutation: {
    recordConsent: (_, { input }, context) => recordConsent(context, input),
    withdrawConsent: (_, { input }, context) => withdrawConsent(context, input),
  },
  Person: {
    consents: ({ id }, { asOf }, { pages }) => pages.consentStates.load(id, asOfArg(asOf)),
    consentHistory: ({ id }, args, { pages }) =>
      pages.consentsOfPerson.load(id, latestDecisionFirst(args)),
    contactPermission: ({ id }, args, { loaders, pages }) =>
      contactPermission(() => loaders.preference.load(id), pages.consentStates, {
        personId: id,
        ...args,
      }),
  },
  Consent: {
    __resolveReference: ({ id }, { loaders }) => loaders.consent.load(id),
    person: ({ personId }, _, { loaders }) => loaders.person.load(personId),
    guardian: ({ guardianId }, _, { loaders }) => loaders.person.load(guardianId),
    createdBy: ({ createdById }) => referenceTo(createdById),
  },
};
