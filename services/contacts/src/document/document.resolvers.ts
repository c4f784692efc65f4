import {
  attachDocument,
  removeDocument,
  replaceDocument,
  restoreDocument,
  updateDocument,
} from '@crm/kit/document/document.commands';
import { downloadPath } from '@crm/kit/document/document.queries';
import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { documents } from './document.commands.ts';
import { DocumentEntity } from './document.fields.ts';

export const documentResolvers: Resolvers = {
  Query: {
    document: (_, { id }, { loaders }) => loaders.document.load(id),
    documents: (_, args, context) => listPage(context, DocumentEntity, args),
    documentAggregate: (_, args, context) => aggregateRecords(context, DocumentEntity, args),
  },
  Mutation: {
    attachDocument: (_, { input }, context) => attachDocument(context, documents, input),
    replaceDocument: (_, { input }, context) => replaceDocument(context, documents, input),
    updateDocument: (_, { input }, context) => updateDocument(context, documents, input),
    removeDocument: (_, { input }, context) => removeDocument(context, documents, input),
    restoreDocument: (_, { input }, context) => restoreDocument(context, documents, input),
  },
  Document: {
    __resolveReference: ({ id }, { loaders }) => loaders.document.load(id),
    person: ({ personId }, _, { loaders }) => loaders.person.load(personId),
    customer: ({ customerId }) => referenceTo(customerId),
    interaction: ({ interactionId }, _, { loaders }) => loaders.interaction.load(interactionId),
    downloadPath: ({ id, revision }, _, context) =>
      downloadPath(context, { documentId: id, revision }),
    revisions: ({ id }, args, { pages }) => pages.revisionsOfDocument.load(id, args),
    createdBy: ({ createdById }) => referenceTo(createdById),
    updatedBy: ({ updatedById }) => referenceTo(updatedById),
    fieldHistory: ({ id }, args, context) => fieldHistory(context, DocumentEntity, { id, ...args }),
  },
  DocumentRevision: {
    downloadPath: (revision, _, context) => downloadPath(context, revision),
    createdBy: ({ createdById }) => referenceTo(createdById),
  },
  Person: {
    documents: ({ id }, args, { pages }) => pages.documentsOfPerson.load(id, args),
  },
  Customer: {
    documents: ({ id }, args, { pages }) => pages.documentsOfCustomer.load(id, args),
  },
  Interaction: {
    attachments: ({ id }, args, { pages }) => pages.documentsOfInteraction.load(id, args),
  },
};
