import type { Database } from '../database/database.ts';
import { applyEvents, type Task } from '../event/apply.ts';
import type { Bus } from '../event/bus.ts';
import { createDispatch, type Consumer } from '../event/consumer.ts';
import { headersOf, subjectOf } from '../event/envelope.ts';
import type { DataOf, EventType, RecordedEvent } from '../event/event.ts';
import { newId } from '../id.ts';
import { createLog } from '../log.ts';

type About = {
  readonly id: string;
  readonly version?: number;
  readonly customerId?: string | null;
  readonly changedFields?: readonly string[];
  readonly occurredAt?: string;
};

/** An event as the bus gives it. */
export const eventOf = <Type extends EventType>(
  type: Type,
  {
    id,
    version = 1,
    customerId = null,
    changedFields = [],
    occurredAt = '2026-11-24T08:00:00.000000Z',
  }: About,
  data: DataOf<Type>,
): RecordedEvent => ({
  eventId: newId(),
  type: type.type,
  schemaVersion: type.schemaVersion,
  visibility: type.visibility,
  aggregate: type.aggregate,
  aggregateId: id,
  version,
  customerId,
  actor: null,
  changedFields,
  occurredAt,
  trace: null,
  data,
});

/** Applies events in one transaction, as a service does. Throws when one is set aside. */
export function applyWith(
  consumers: readonly Consumer[],
): (db: Database, events: readonly RecordedEvent[]) => Promise<void> {
  const dispatch = createDispatch(consumers);
  return async (db, events) => {
    const tasks = events.flatMap((event): Task[] => {
      const task = dispatch(event);
      return task ? [task] : [];
    });
    await applyEvents({ db, consumer: 'test', log: createLog('test', 'silent') }, tasks);
    const letters: { failure: string }[] = await db.query('SELECT failure FROM deadLetter');
    if (letters.length > 0) throw new Error(letters.map(({ failure }) => failure).join('\n'));
  };
}

/** Tells events in the log, as the relay of the service does that recorded them. */
export async function publishEvents(bus: Bus, events: readonly RecordedEvent[]): Promise<void> {
  for (const event of events) {
    const { customerId, actor, changedFields, data } = event;
    const body = JSON.stringify({ customerId, actor, changedFields, data });
    await bus.publish({
      subject: subjectOf(event),
      messageId: event.eventId,
      headers: headersOf({ ...event, body }, 'test'),
      body,
      previousSeq: null,
    });
  }
}
