import { onMany } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import {
  ActivityAmended,
  ActivityLogged,
  ActivityRemoved,
} from '@crm/schemas/events/competitor-activity';
import type { EntityManager } from 'typeorm';
import { saveStates } from '@crm/kit/projection/state';
import { markDirty } from '../run/dirty.repository.ts';
import { ActivityFact } from './activity.fields.ts';

/** One that was removed tells nothing but whose it was. */
async function saveActivities(
  manager: EntityManager,
  events: readonly RecordedEvent<{ readonly competitorId: string }>[],
): Promise<void> {
  const states = events.map((event) => {
    const isEnded = event.type === ActivityRemoved.type;
    return { event, values: isEnded ? null : event.data, isEnded };
  });
  await saveStates(manager, ActivityFact, states);
  await markDirty(
    manager,
    events.map(({ data: { competitorId } }) => ({
      subjectType: 'COMPETITOR' as const,
      subjectId: competitorId,
      fact: 'ACTIVITY',
    })),
  );
}

export const activityConsumer = onMany<{ readonly competitorId: string }>(
  [ActivityLogged, ActivityAmended, ActivityRemoved],
  saveActivities,
);
