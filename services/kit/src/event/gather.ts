import type { EntityManager } from 'typeorm';
import type { RecordedEvent } from './event.ts';

export type HandleMany<Data> = (
  manager: EntityManager,
  events: readonly RecordedEvent<Data>[],
) => Promise<void>;

/** Keeps events back until all of their transaction are there. */
export type Gathering<Data> = {
  readonly add: (manager: EntityManager, event: RecordedEvent<Data>) => void;
};

/** Ends of gatherings by transaction. A retried transaction has a manager of its own. */
const ends = new WeakMap<EntityManager, (() => Promise<void>)[]>();

export function createGathering<Data>(handle: HandleMany<Data>): Gathering<Data> {
  const gathered = new WeakMap<EntityManager, RecordedEvent<Data>[]>();
  return {
    add: (manager, event) => {
      const before = gathered.get(manager);
      if (before) return void before.push(event);
      const events = [event];
      gathered.set(manager, events);
      ends.set(manager, [...(ends.get(manager) ?? []), () => handle(manager, events)]);
    },
  };
}

/** Handles what was gathered in a transaction, each gathering once. */
export async function endGatherings(manager: EntityManager): Promise<void> {
  for (const end of ends.get(manager) ?? []) await end();
  ends.delete(manager);
}
