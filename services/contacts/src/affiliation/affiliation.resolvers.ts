import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { companyDate } from '@crm/kit/record/criteria';
import { listPage } from '@crm/kit/record/page';
import { isActiveOn } from '@crm/kit/record/period';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { endAffiliation } from './affiliation-end.commands.ts';
import { affiliate, removeAffiliation, updateAffiliation } from './affiliation.commands.ts';
import { AffiliationEntity } from './affiliation.fields.ts';
import { keyPeople, onDay } from './affiliation.queries.ts';
import { rolesOf } from './affiliation.ts';
import { recordPromotion } from './promotion.commands.ts';

export const affiliationResolvers: Resolvers = {
  Query: {
    affiliation: (_, { id }, { loaders }) => loaders.affiliation.load(id),
    affiliations: (_, args, context) => listPage(context, AffiliationEntity, args),
    affiliationAggregate: (_, args, context) => aggregateRecords(context, AffiliationEntity, args),
  },
  Mutation: {
    affiliate: (_, { input }, context) => affiliate(context, input),
    updateAffiliation: (_, { input }, context) => updateAffiliation(context, input),
    endAffiliation: (_, { input }, context) => endAffiliation(context, input),
    removeAffiliation: (_, { input }, context) => removeAffiliation(context, input),
    recordPromotion: (_, { input }, context) => recordPromotion(context, input),
  },
  Affiliation: {
    __resolveReference: ({ id }, { loaders }) => loaders.affiliation.load(id),
    person: ({ personId }, _, { loaders }) => loaders.person.load(personId),
    customer: ({ customerId }) => referenceTo(customerId),
    externalOrganization: ({ externalOrganizationId }) => referenceTo(externalOrganizationId),
    movedTo: ({ movedToId }, _, { loaders }) => loaders.affiliation.load(movedToId),
    promotions: ({ id }, args, { pages }) =>
      pages.promotionsOfAffiliation.load(id, {
        ...args,
        orderBy: [{ field: 'promotedOn', direction: 'DESC' }],
      }),
    roles: ({ roles }) => rolesOf(roles),
    isActive: (affiliation, _, { app }) => isActiveOn(affiliation, companyDate(app.now())),
    contactPoints: ({ contactPoints }) => contactPoints ?? [],
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, AffiliationEntity, { id, ...args }),
  },
  Promotion: {
    affiliation: ({ affiliationId }, _, { loaders }) => loaders.affiliation.load(affiliationId),
  },
  ExternalOrganization: {
    affiliations: ({ id }, args, { pages }) =>
      pages.affiliationsOfExternalOrganization.load(id, onDay(args)),
  },
  Customer: {
    __resolveReference: async ({ id }, { loaders }) => ({
      id: await loaders.currentCustomer.loadRequired(id),
    }),
    principal: async ({ id }, _, { loaders }) =>
      (await loaders.roleHolders.load(id))?.PRINCIPAL ?? null,
    legalRepresentative: async ({ id }, _, { loaders }) =>
      (await loaders.roleHolders.load(id))?.LEGAL_REPRESENTATIVE ?? null,
    keyPeople: ({ id }, args, context) =>
      context.pages.affiliationsOfCustomer.load(id, keyPeople(context, args)),
    affiliations: ({ id }, args, { pages }) => pages.affiliationsOfCustomer.load(id, onDay(args)),
  },
};
