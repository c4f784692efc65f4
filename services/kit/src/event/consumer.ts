import type { EntityManager } from 'typeorm';
import { PoisonError, type Task } from './apply.ts';
import { subjectOf } from './envelope.ts';
import type { EventType, RecordedEvent } from './event.ts';
import { createGathering, type HandleMany } from './gather.ts';

/** What a service does when something happened elsewhere. */
export type Consumer = {
  readonly types: readonly EventType[];
  /** Checks the event; gives what is to be done in the transaction that counts it as applied. */
  readonly prepare: (event: RecordedEvent) => Task['run'];
};

/**
 * Has `handle` called once for each event of the types, in the order of each aggregate, in a
 * transaction that it shares with other events. What it does outside of that transaction is done
 * again when the transaction is.
 */
export function on<Data extends object>(
  types: EventType<Data> | readonly EventType<Data>[],
  handle: (manager: EntityManager, event: RecordedEvent<Data>) => Promise<void>,
): Consumer {
  const known = 'type' in types ? [types] : types;
  return {
    types: known,
    prepare: (event) => {
      const parsed = known.find((type) => isOf(type, event))?.data.safeParse(event.data);
      if (!parsed?.success) throw new PoisonError(problemsOf(parsed?.error.issues ?? []));
      return (manager) => handle(manager, { ...event, data: parsed.data });
    },
  };
}

/**
 * Has `handle` called with all events of the types that are applied in one transaction, in the
 * order of each aggregate, after what single events do there. For read models, which take many
 * rows in one statement much faster than one by one.
 */
export function onMany<Data extends object>(
  types: EventType<Data> | readonly EventType<Data>[],
  handle: HandleMany<Data>,
): Consumer {
  const gathering = createGathering(handle);
  return on(types, (manager, event) => Promise.resolve(gathering.add(manager, event)));
}

const isOf = (type: EventType, event: RecordedEvent): boolean =>
  type.type === event.type && type.schemaVersion === event.schemaVersion;

type Issue = { readonly path: readonly PropertyKey[]; readonly code?: string | undefined };

/** Names the fields, never their values. */
const problemsOf = (issues: readonly Issue[]): string =>
  issues.map(({ path, code }) => `${path.map(String).join('.')}: ${code}`).join(', ');

/** Gives what an event makes all consumers do, or null when none listens to it. */
export type Dispatch = (event: RecordedEvent) => Task | null;

export function createDispatch(consumers: readonly Consumer[]): Dispatch {
  const byType = new Map<string, Consumer[]>();
  for (const consumer of consumers) {
    for (const type of new Set(consumer.types.map((each) => each.type))) {
      byType.set(type, [...(byType.get(type) ?? []), consumer]);
    }
  }

  return (event) => {
    if (event.version === 0) return { event, run: refuse('the message is no event') };
    const listening = byType.get(event.type);
    return listening ? { event, run: prepareAll(listening, event) } : null;
  };
}

function prepareAll(consumers: readonly Consumer[], event: RecordedEvent): Task['run'] {
  const fitting = consumers.filter(({ types }) => types.some((type) => isOf(type, event)));
  if (fitting.length === 0) return refuse(`schema version ${event.schemaVersion} is unknown`);
  try {
    const runs = fitting.map((consumer) => consumer.prepare(event));
    return async (manager) => {
      for (const run of runs) await run(manager);
    };
  } catch (error) {
    // Told only when it is the event's turn: those before it in its aggregate come first.
    return () => Promise.reject(error);
  }
}

const refuse =
  (reason: string): Task['run'] =>
  () =>
    Promise.reject(new PoisonError(reason));

/** The subjects that consumers have to read to get every event in the order of its aggregate. */
export const subjectsOf = (
  consumers: readonly Consumer[],
  hearsSnapshots = false,
): readonly string[] => {
  const types = consumers.flatMap((consumer) => consumer.types);
  const snapshots = hearsSnapshots
    ? types.map(({ aggregate }) => subjectOf({ aggregate, visibility: 'snapshot' }))
    : [];
  return [...new Set([...types.map((type) => subjectOf(type)), ...snapshots])];
};
