import type { Documents, Subject } from '@crm/kit/document/document';
import { awaitCustomers, lockCustomer } from '@crm/kit/projection/customer-access';
import type { Work } from '@crm/kit/record/command';
import { lockForWriting } from '@crm/kit/record/record';
import { InteractionEntity } from '../interaction/interaction.fields.ts';
import { lockPerson } from '../person/person.repository.ts';
import {
  documentChanged,
  documentRemoved,
  documentReplaced,
  documentRestored,
  documentsAttached,
} from './document.events.ts';
import { DocumentEntity, DocumentRevisionEntity, type Document } from './document.fields.ts';

export const documents: Documents<Document> = {
  entity: DocumentEntity,
  revisions: DocumentRevisionEntity,
  subjects: { PERSON: 'personId', CUSTOMER: 'customerId', INTERACTION: 'interactionId' },
  defaults: { kind: 'OTHER' },
  awaitSubject: (context, { kind, id }) => awaitCustomers(context, kind === 'CUSTOMER' ? [id] : []),
  lockSubject,
  tell: {
    attached: documentsAttached,
    replaced: documentReplaced,
    changed: documentChanged,
    removed: documentRemoved,
    restored: documentRestored,
  },
};

async function lockSubject(work: Work, { kind, id }: Subject): Promise<string> {
  if (kind === 'PERSON') return (await lockPerson(work, 'write', id)).id;
  if (kind === 'CUSTOMER') return lockCustomer(work, id);
  return (await lockForWriting(work, InteractionEntity, id)).id;
}
