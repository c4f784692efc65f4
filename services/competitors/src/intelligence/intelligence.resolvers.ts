import { fieldHistory } from '@crm/kit/record/audit';
import { companyDate } from '@crm/kit/record/criteria';
import { listPage, type PageArgs } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  recordIntelligence,
  removeIntelligence,
  updateIntelligence,
} from './intelligence.commands.ts';
import { IntelligenceItemEntity } from './intelligence.fields.ts';
import { isValidOn } from './intelligence.ts';
import { searchIntelligence } from './search.ts';

const latestFirst = <Args extends PageArgs>(args: Args): Args => ({
  ...args,
  orderBy: args.orderBy?.length ? args.orderBy : [{ field: 'observedOn', direction: 'DESC' }],
});

export const intelligenceResolvers: Resolvers = {
  Query: {
    intelligenceItem: (_, { id }, { loaders }) => loaders.intelligenceItem.load(id),
    intelligenceItems: (_, args, context) =>
      listPage(context, IntelligenceItemEntity, latestFirst(args)),
    searchIntelligence: (_, args, context) => searchIntelligence(context, args),
  },
  Mutation: {
    recordIntelligence: (_, { input }, context) => recordIntelligence(context, input),
    updateIntelligence: (_, { input }, context) => updateIntelligence(context, input),
    removeIntelligence: (_, { input }, context) => removeIntelligence(context, input),
  },
  Competitor: {
    intelligence: ({ id }, args, { pages }) =>
      pages.intelligenceOfCompetitor.load(id, latestFirst(args)),
  },
  CompetitorProduct: {
    intelligence: ({ id }, args, { pages }) =>
      pages.intelligenceOfProduct.load(id, latestFirst(args)),
  },
  Customer: {
    intelligence: ({ id }, args, { pages }) =>
      pages.intelligenceOfCustomer.load(id, latestFirst(args)),
  },
  IntelligenceItem: {
    __resolveReference: ({ id }, { loaders }) => loaders.intelligenceItem.load(id),
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.load(competitorId),
    product: ({ competitorProductId }, _, { loaders }) =>
      loaders.competitorProduct.load(competitorProductId),
    customer: ({ customerId }) => referenceTo(customerId),
    isValid: (item, _, { app }) => isValidOn(item, companyDate(app.now())),
    recordedBy: ({ createdById }) => referenceTo(createdById),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, IntelligenceItemEntity, { id, ...args }),
  },
};
