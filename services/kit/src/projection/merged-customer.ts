import type { EntityManager } from 'typeorm';
import { on, type Consumer } from '../event/consumer.ts';
import type { EventType, RecordedEvent } from '../event/event.ts';
import { idToBytes } from '../id.ts';
import type { Work } from '../record/command.ts';
import { sql } from '../sql.ts';
import { systemViewer } from '../viewer.ts';
import { moveReferences, type References } from './moved-reference.ts';
import { deleteMerged, saveMerged } from './survivor.ts';

type Survived = { readonly survivorId: string };

type MergeEvents = {
  readonly merged: EventType<Survived>;
  readonly unmerged: EventType<Survived>;
  /** The records of this service that name customers. */
  readonly references: readonly References[];
};

/**
 * Keeps the table, and has the records of this service follow their customers. Two merges of one
 * chain may be told in either order, for they are of different aggregates.
 */
export const mergedCustomerConsumer = ({ merged, unmerged, references }: MergeEvents): Consumer =>
  on<Survived>([merged, unmerged], async (manager, event) => {
    const { aggregateId: id, data } = event;
    await lockCustomers(manager, [id, data.survivorId], references);
    const isMerged = event.type === merged.type;
    if (isMerged) await saveMerged(manager, { id, survivorId: data.survivorId });
    else await deleteMerged(manager, id);
    const move = { mergedId: id, survivorId: data.survivorId, isMerged };
    await moveReferences(workOf(manager, event), references, move);
  });

/** Whoever records something for one of the two waits, or is waited for. */
async function lockCustomers(
  manager: EntityManager,
  ids: readonly string[],
  references: readonly References[],
): Promise<void> {
  if (references.length === 0) return;
  const { text, values } =
    sql`SELECT id FROM customerAccess WHERE id IN (${ids.map(idToBytes)}) ORDER BY id FOR UPDATE`;
  await manager.query(text, [...values]);
}

const workOf = (manager: EntityManager, event: RecordedEvent): Work => ({
  manager,
  viewer: { ...systemViewer('merged customers'), staffId: event.actor },
  now: new Date(event.occurredAt),
  requestId: event.eventId,
});
