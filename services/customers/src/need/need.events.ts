import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import { NeedChanged, NeedFulfilled, NeedRecorded, type NeedData } from '@crm/schemas/events/need';
import { NeedEntity, type Need } from './need.fields.ts';

const customerId = (need: Need): string => need.customerId;

const data = (need: Need): NeedData => ({
  title: need.title,
  status: need.status,
  priority: need.priority,
  productId: need.productId,
  neededBy: need.neededBy,
  raisedById: need.raisedById,
  interactionId: need.interactionId,
  opportunityId: need.opportunityId,
});

export const needRecorded = (work: Work, need: Need): Promise<void> =>
  publishRows(work, { type: NeedRecorded, rows: [need], customerId, data });

/** That it was met is a fact of its own. */
export const needChanged = (work: Work, change: Change<Need>): Promise<void> =>
  publishChanges(work, {
    type: typeOf(change),
    changes: [change],
    customerId,
    data: ({ after }) => data(after),
  });

/** They belong to another customer now. */
export const needsMoved = (work: Work, changes: readonly Change<Need>[]): Promise<void> =>
  publishChanges(work, {
    type: NeedChanged,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const needSnapshot = snapshotOf({
  entity: NeedEntity,
  type: NeedRecorded,
  customerId,
  data,
});

const typeOf = ({ before, after }: Change<Need>): EventType<NeedData> =>
  after.status === 'FULFILLED' && before.status !== 'FULFILLED' ? NeedFulfilled : NeedChanged;
