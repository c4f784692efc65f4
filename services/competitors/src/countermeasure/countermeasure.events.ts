import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  CountermeasureCancelled,
  CountermeasureChanged,
  CountermeasureCompleted,
  CountermeasureDue,
  CountermeasurePlanned,
  type CountermeasureData,
} from '@crm/schemas/events/countermeasure';
import type { Countermeasure } from './countermeasure.fields.ts';

const customerId = (measure: Countermeasure): string | null => measure.customerId;

const data = (measure: Countermeasure): CountermeasureData => ({
  competitorId: measure.competitorId,
  customerId: measure.customerId,
  activityId: measure.activityId,
  opportunityCompetitorId: measure.opportunityCompetitorId,
  ownerId: measure.ownerId,
  dueOn: measure.dueOn,
  status: measure.status,
  effectiveness: measure.effectiveness,
});

export const countermeasurePlanned = (work: Work, row: Countermeasure): Promise<void> =>
  publishRows(work, { type: CountermeasurePlanned, rows: [row], customerId, data });

const teller =
  (type: EventType<CountermeasureData>) =>
  (work: Work, changes: readonly Change<Countermeasure>[]): Promise<void> =>
    publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });

export const countermeasuresChanged = teller(CountermeasureChanged);
export const countermeasuresDue = teller(CountermeasureDue);
export const countermeasuresCompleted = teller(CountermeasureCompleted);
export const countermeasuresCancelled = teller(CountermeasureCancelled);
