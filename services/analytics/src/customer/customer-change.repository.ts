import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes } from '@crm/kit/id';
import { asText } from '@crm/kit/text';
import type { EntityManager } from 'typeorm';

/** What of a customer has a history here. */
const changedFields = ['ownerId', 'lifecycleStage', 'level', 'designation'] as const;

/** Keeps who a customer belonged to and what it was, each time that it was told to have changed. */
export async function saveChanges(
  manager: EntityManager,
  events: readonly RecordedEvent<object>[],
): Promise<void> {
  const rows = events.flatMap(rowsOf);
  if (rows.length === 0) return;
  await manager.query(
    `INSERT INTO customerChange (customerId, version, field, changedAt, fromValue, toValue,
       changedById) VALUES ? AS fresh ON DUPLICATE KEY UPDATE changedAt = fresh.changedAt`,
    [rows],
  );
}

function rowsOf({
  aggregateId,
  version,
  occurredAt,
  actor,
  data,
}: RecordedEvent<object>): unknown[] {
  const changes: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>> =
    'changes' in data ? Object(data.changes) : {};
  return changedFields.flatMap((field) => {
    const change = changes[field];
    if (!change) return [];
    return [
      [
        idToBytes(aggregateId),
        version,
        field,
        new Date(occurredAt),
        textOf(change.from),
        textOf(change.to),
        actor === null ? null : idToBytes(actor),
      ],
    ];
  });
}

const textOf = (value: unknown): string | null => asText(value) || null;
