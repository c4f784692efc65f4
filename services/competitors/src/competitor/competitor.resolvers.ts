import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  createCompetitor,
  deleteCompetitor,
  restoreCompetitor,
  updateCompetitor,
  upsertCompetitors,
} from './competitor.commands.ts';
import { CompetitorEntity } from './competitor.fields.ts';
import { searchCompetitors } from './competitor.queries.ts';

export const competitorResolvers: Resolvers = {
  Query: {
    competitor: (_, { id }, { loaders }) => loaders.competitor.load(id),
    competitors: (_, args, context) => listPage(context, CompetitorEntity, args),
    searchCompetitors: (_, args, context) => searchCompetitors(context, args),
    competitorAggregate: (_, args, context) => aggregateRecords(context, CompetitorEntity, args),
  },
  Mutation: {
    createCompetitor: (_, { input }, context) => createCompetitor(context, input),
    updateCompetitor: (_, { input }, context) => updateCompetitor(context, input),
    upsertCompetitors: (_, { input }, context) => upsertCompetitors(context, input),
    deleteCompetitor: (_, { input }, context) => deleteCompetitor(context, input),
    restoreCompetitor: (_, { input }, context) => restoreCompetitor(context, input),
  },
  Competitor: {
    __resolveReference: ({ id }, { loaders }) => loaders.competitor.load(id),
    category: ({ category }, _, { loaders }) => loaders.term.load('competitor_category', category),
    scale: ({ scale }, _, { loaders }) => loaders.term.load('competitor_scale', scale),
    competitiveStrength: ({ competitiveStrength }, _, { loaders }) =>
      loaders.term.load('competitor_strength', competitiveStrength),
    contacts: ({ contactIds }) => contactIds.map((id) => ({ id })),
    linkedCustomer: ({ linkedCustomerId }) => referenceTo(linkedCustomerId),
    products: ({ id }, args, { pages }) => pages.productsOfCompetitor.load(id, args),
    createdBy: ({ createdById }) => referenceTo(createdById),
    updatedBy: ({ updatedById }) => referenceTo(updatedById),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, CompetitorEntity.name, customFields),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, CompetitorEntity, { id, ...args }),
  },
};
