import { onMany, type Consumer } from '@crm/kit/event/consumer';
import { saveStates } from '@crm/kit/projection/state';
import {
  SegmentEntered,
  SegmentLeft,
  type SegmentMembershipData,
} from '@crm/schemas/events/segment';
import { markPeopleAt } from '../person/person.repository.ts';
import { SegmentMemberEntity } from './segment.fields.ts';

/** Of segments over careful data nothing is told, and no plan can name one. */
export const segmentConsumer: Consumer = onMany<SegmentMembershipData>(
  [SegmentEntered, SegmentLeft],
  async (manager, events) => {
    await saveStates(
      manager,
      SegmentMemberEntity,
      events.map((event) => ({
        event,
        values: event.data,
        isEnded: event.type === SegmentLeft.type,
      })),
    );
    await markPeopleAt(
      manager,
      events.map(({ data }) => data.subjectId),
    );
  },
);
