import type { EntityManager } from 'typeorm';
import type { RecordedEvent } from '../event/event.ts';
import { idToBytes } from '../id.ts';

/** What a projection needs of an event. */
export type Told<Data> = Pick<RecordedEvent<Data>, 'aggregateId' | 'data' | 'occurredAt'> &
  Partial<Pick<RecordedEvent, 'type'>>;

/** What the events of one batch come to for one record. */
export type Latest<State> = {
  readonly id: string;
  /** Null when they tell nothing but its end. */
  readonly state: State | null;
  /** When the first of them was told. */
  readonly since: Date;
  /** Null while it lives. */
  readonly endedAt: Date | null;
};

/**
 * The last state of each record, so that one statement writes what many events tell. An event whose
 * data is no state ends its record, which keeps the state told before it.
 */
export function latestOf<State extends object>(
  events: readonly Told<object>[],
  isState: (data: object) => data is State,
): Latest<State>[] {
  const byId = new Map<string, Latest<State>>();
  for (const { aggregateId: id, data, occurredAt } of events) {
    const at = new Date(occurredAt);
    const before = byId.get(id);
    const since = before?.since ?? at;
    byId.set(
      id,
      isState(data)
        ? { id, state: data, since, endedAt: null }
        : { id, state: before?.state ?? null, since, endedAt: at },
    );
  }
  // In one order, so that two batches never wait for each other in a circle.
  return [...byId.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** Ends the rows of those of whom nothing but their end was told. */
export async function endRows(
  manager: EntityManager,
  table: string,
  latest: readonly Latest<unknown>[],
): Promise<void> {
  const ended = latest.filter(({ state, endedAt }) => state === null && endedAt !== null);
  if (ended.length === 0) return;
  await manager.query(
    `UPDATE \`${table}\` AS kept
     JOIN (VALUES ${ended.map(() => 'ROW(?, ?)').join(', ')}) AS ended (id, at)
       ON kept.id = ended.id
     SET kept.deletedAt = ended.at`,
    ended.flatMap(({ id, endedAt }) => [idToBytes(id), endedAt]),
  );
}
