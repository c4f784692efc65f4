import { publishChanges, publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  QualificationAdded,
  QualificationChanged,
  QualificationRemoved,
  type QualificationData,
} from '@crm/schemas/events/qualification';
import type { Qualification } from './qualification.fields.ts';

const customerId = (qualification: Qualification): string => qualification.customerId;

const data = ({ kind, name, validFrom, validUntil }: Qualification): QualificationData => ({
  kind,
  name,
  validFrom,
  validUntil,
});

export const qualificationsAdded = (work: Work, rows: readonly Qualification[]): Promise<void> =>
  publishRows(work, { type: QualificationAdded, rows, customerId, data });

export const qualificationChanged = (work: Work, change: Change<Qualification>): Promise<void> =>
  publishChanges(work, {
    type: QualificationChanged,
    changes: [change],
    customerId,
    data: ({ after }) => data(after),
  });

/** They belong to another customer now. */
export const qualificationsMoved = (
  work: Work,
  changes: readonly Change<Qualification>[],
): Promise<void> =>
  publishChanges(work, {
    type: QualificationChanged,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const qualificationsRemoved = (work: Work, rows: readonly Qualification[]): Promise<void> =>
  publishRows(work, { type: QualificationRemoved, rows, customerId, data });
