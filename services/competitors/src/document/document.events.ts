import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  CompetitorDocumentAttached,
  CompetitorDocumentChanged,
  CompetitorDocumentRemoved,
  CompetitorDocumentReplaced,
  CompetitorDocumentRestored,
  type CompetitorDocumentData,
} from '@crm/schemas/events/competitor-document';
import type { CompetitorDocument } from './document.fields.ts';

const customerId = (): null => null;

const data = (document: CompetitorDocument): CompetitorDocumentData => ({
  competitorId: document.competitorId,
  competitorProductId: document.competitorProductId,
  intelligenceItemId: document.intelligenceItemId,
  kind: document.kind,
  mimeType: document.mimeType,
  size: document.size,
  revision: document.revision,
});

type Type = EventType<CompetitorDocumentData>;

const ofRows =
  (type: Type) =>
  (work: Work, rows: readonly CompetitorDocument[]): Promise<void> =>
    publishRows(work, { type, rows, customerId, data });

const ofRow =
  (type: Type) =>
  (work: Work, document: CompetitorDocument): Promise<void> =>
    ofRows(type)(work, [document]);

const ofChanges =
  (type: Type) =>
  (work: Work, changes: readonly Change<CompetitorDocument>[]): Promise<void> =>
    publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });

export const competitorDocumentsAttached = ofRows(CompetitorDocumentAttached);
export const competitorDocumentRemoved = ofRow(CompetitorDocumentRemoved);
export const competitorDocumentRestored = ofRow(CompetitorDocumentRestored);
/** Its name, or what it belongs to. */
export const competitorDocumentsChanged = ofChanges(CompetitorDocumentChanged);
/** Its bytes. */
export const competitorDocumentsReplaced = ofChanges(CompetitorDocumentReplaced);
