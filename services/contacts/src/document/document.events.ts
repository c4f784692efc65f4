import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  DocumentAttached,
  DocumentChanged,
  DocumentRemoved,
  DocumentReplaced,
  DocumentRestored,
  type DocumentData,
} from '@crm/schemas/events/document';
import type { Document } from './document.fields.ts';

const customerId = (document: Document): string | null => document.customerId;

const data = (document: Document): DocumentData => ({
  personId: document.personId,
  customerId: document.customerId,
  interactionId: document.interactionId,
  kind: document.kind,
  mimeType: document.mimeType,
  size: document.size,
  revision: document.revision,
});

export const documentsAttached = (work: Work, rows: readonly Document[]): Promise<void> =>
  publishRows(work, { type: DocumentAttached, rows, customerId, data });

export const documentRemoved = (work: Work, document: Document): Promise<void> =>
  publishRows(work, { type: DocumentRemoved, rows: [document], customerId, data });

export const documentRestored = (work: Work, document: Document): Promise<void> =>
  publishRows(work, { type: DocumentRestored, rows: [document], customerId, data });

const teller =
  (type: EventType<DocumentData>) =>
  (work: Work, changes: readonly Change<Document>[]): Promise<void> =>
    publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });

/** Its name, or to whom it belongs. */
export const documentChanged = teller(DocumentChanged);
/** Its bytes. */
export const documentReplaced = teller(DocumentReplaced);
