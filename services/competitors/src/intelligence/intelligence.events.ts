import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  IntelligenceChanged,
  IntelligenceRecorded,
  IntelligenceRemoved,
  type IntelligenceData,
} from '@crm/schemas/events/intelligence';
import { IntelligenceItemEntity, type IntelligenceItem } from './intelligence.fields.ts';

const customerId = (item: IntelligenceItem): string | null => item.customerId;

const data = (item: IntelligenceItem): IntelligenceData => ({
  subject: item.subject,
  competitorId: item.competitorId,
  competitorProductId: item.competitorProductId,
  customerId: item.customerId,
  reliability: item.reliability,
  observedOn: item.observedOn,
  validUntil: item.validUntil,
  tags: item.tags,
});

export const intelligenceRecorded = (work: Work, item: IntelligenceItem): Promise<void> =>
  publishRows(work, { type: IntelligenceRecorded, rows: [item], customerId, data });

export const intelligenceChanged = (
  work: Work,
  changes: readonly Change<IntelligenceItem>[],
): Promise<void> =>
  publishChanges(work, {
    type: IntelligenceChanged,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const intelligenceRemoved = (work: Work, item: IntelligenceItem): Promise<void> =>
  publishRows(work, { type: IntelligenceRemoved, rows: [item], customerId, data: () => ({}) });

export const intelligenceSnapshot = snapshotOf({
  entity: IntelligenceItemEntity,
  type: IntelligenceRecorded,
  customerId,
  data,
});
