import { onMany, type Consumer } from '@crm/kit/event/consumer';
import { idToBytes } from '@crm/kit/id';
import {
  SegmentEntered,
  SegmentLeft,
  type SegmentMembershipData,
} from '@crm/schemas/events/segment';

/** Keeps who is in which segment. Analytics tells of those alone that are made of open values. */
export const segmentConsumer: Consumer = onMany<SegmentMembershipData>(
  [SegmentEntered, SegmentLeft],
  async (manager, events) => {
    const latest = [...new Map(events.map((event) => [event.aggregateId, event])).values()];
    await manager.query('DELETE FROM segmentMembership WHERE id IN (?)', [
      latest.map(({ aggregateId }) => idToBytes(aggregateId)),
    ]);
    const rows = latest.flatMap(({ aggregateId, type, data }) =>
      type === SegmentEntered.type && data.subjectType === 'CUSTOMER'
        ? [[idToBytes(aggregateId), data.segmentCode, idToBytes(data.subjectId)]]
        : [],
    );
    if (rows.length === 0) return;
    await manager.query('INSERT INTO segmentMembership (id, segmentCode, customerId) VALUES ?', [
      rows,
    ]);
  },
);
