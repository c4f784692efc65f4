import { onMany, type Consumer } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes } from '@crm/kit/id';
import {
  InteractionAmended,
  InteractionLogged,
  type InteractionData,
} from '@crm/schemas/events/interaction';
import type { EntityManager } from 'typeorm';

/** Keeps when customers were last in contact with us. What is amended to be earlier stays as it was. */
async function saveContacts(
  manager: EntityManager,
  events: readonly RecordedEvent<InteractionData>[],
): Promise<void> {
  const latest = new Map<string, Date>();
  for (const { data } of events) {
    const at = new Date(data.occurredAt);
    if (data.customerId === null) continue;
    const before = latest.get(data.customerId);
    if (!before || before < at) latest.set(data.customerId, at);
  }
  if (latest.size === 0) return;
  await manager.query(
    `INSERT INTO customerContact (customerId, lastAt) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE lastAt = GREATEST(customerContact.lastAt, fresh.lastAt)`,
    [
      [...latest]
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([id, at]) => [idToBytes(id), at]),
    ],
  );
}

export const contactConsumer: Consumer = onMany<InteractionData>(
  [InteractionLogged, InteractionAmended],
  saveContacts,
);
