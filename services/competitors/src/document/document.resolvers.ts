import {
  attachDocument,
  removeDocument,
  replaceDocument,
  restoreDocument,
  updateDocument,
} from '@crm/kit/document/document.commands';
import { downloadPath } from '@crm/kit/document/document.queries';
import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { documents } from './document.commands.ts';
import { CompetitorDocumentEntity } from './document.fields.ts';

export const competitorDocumentResolvers: Resolvers = {
  Query: {
    competitorDocument: (_, { id }, { loaders }) => loaders.competitorDocument.load(id),
    competitorDocuments: (_, args, context) => listPage(context, CompetitorDocumentEntity, args),
  },
  Mutation: {
    attachCompetitorDocument: (_, { input }, context) => attachDocument(context, documents, input),
    replaceCompetitorDocument: (_, { input }, context) =>
      replaceDocument(context, documents, input),
    updateCompetitorDocument: (_, { input }, context) => updateDocument(context, documents, input),
    removeCompetitorDocument: (_, { input }, context) => removeDocument(context, documents, input),
    restoreCompetitorDocument: (_, { input }, context) =>
      restoreDocument(context, documents, input),
  },
  CompetitorDocument: {
    __resolveReference: ({ id }, { loaders }) => loaders.competitorDocument.load(id),
    competitor: ({ competitorId }, _, { loaders }) => loaders.competitor.load(competitorId),
    product: ({ competitorProductId }, _, { loaders }) =>
      loaders.competitorProduct.load(competitorProductId),
    intelligenceItem: ({ intelligenceItemId }, _, { loaders }) =>
      loaders.intelligenceItem.load(intelligenceItemId),
    downloadPath: ({ id, revision }, _, context) =>
      downloadPath(context, { documentId: id, revision }),
    revisions: ({ id }, args, { pages }) => pages.revisionsOfDocument.load(id, args),
    createdBy: ({ createdById }) => referenceTo(createdById),
    updatedBy: ({ updatedById }) => referenceTo(updatedById),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, CompetitorDocumentEntity, { id, ...args }),
  },
  CompetitorDocumentRevision: {
    downloadPath: (revision, _, context) => downloadPath(context, revision),
    createdBy: ({ createdById }) => referenceTo(createdById),
  },
  Competitor: {
    documents: ({ id }, args, { pages }) => pages.documentsOfCompetitor.load(id, args),
  },
  CompetitorProduct: {
    documents: ({ id }, args, { pages }) => pages.documentsOfProduct.load(id, args),
  },
  IntelligenceItem: {
    documents: ({ id }, args, { pages }) => pages.documentsOfIntelligence.load(id, args),
  },
};
