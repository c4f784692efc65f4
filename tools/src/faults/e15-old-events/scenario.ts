import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bus } from '@crm/kit/event/bus';
import { headersOf, subjectOf } from '@crm/kit/event/envelope';
import type { RecordedEvent } from '@crm/kit/event/event';
import { goldenEvents } from '@crm/kit/testing/golden';
import { repository } from '../../mesh/paths.ts';
import { until } from '../../mesh/wait.ts';
import { sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { openBus } from '../mesh/stream.ts';
import { holds, none, type Scenario } from '../scenario.ts';

const golden = pathToFileURL(`${join(repository, 'schemas/events/golden')}/`);
const readers = ['contacts', 'care', 'analytics', 'competitors'] as const;
const readMsMax = 30_000;

export const scenario: Scenario = {
  id: 'E15',
  title: 'an event of every version that was ever released comes from the log',
  isFast: true,
  onMesh: async (stage) => {
    const events = goldenEvents(golden);
    const bus = await openBus(stage);
    try {
      for (const event of events) await publish(bus, event);
      const isRead = await until(() => isAllRead(bus), { forMs: readMsMax });
      const deaf = await Promise.all(
        readers.map(async (reader) => (await countRows(stage, `${reader}.inbox`, events)) === 0),
      );
      const letters = await Promise.all(
        readers.map((reader) => countRows(stage, `${reader}.deadLetter`, events)),
      );
      return [
        none(
          `of ${events.length} events set aside`,
          letters.reduce((sum, count) => sum + count, 0),
        ),
        holds('all consumers have read them', isRead),
        none('services that took none', deaf.filter(Boolean).length),
      ];
    } finally {
      await bus.close();
    }
  },
};

async function publish(bus: Bus, event: RecordedEvent): Promise<void> {
  const { customerId, actor, changedFields, data } = event;
  const body = JSON.stringify({ customerId, actor, changedFields, data });
  await bus.publish({
    subject: subjectOf(event),
    messageId: event.eventId,
    headers: headersOf({ ...event, body }, 'faults'),
    body,
    previousSeq: null,
  });
}

async function isAllRead(bus: Bus): Promise<boolean> {
  const pending = await Promise.all(readers.map((reader) => bus.pending(reader)));
  return pending.every((count) => count === 0);
}

/** Of the records that the events are about. */
async function countRows(
  stage: MeshStage,
  table: string,
  events: readonly RecordedEvent[],
): Promise<number> {
  const ids = events.map(({ aggregateId }) => `UUID_TO_BIN('${aggregateId}')`);
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT COUNT(*) AS count FROM crm_${table} WHERE aggregateId IN (${ids.join(', ')})`,
  );
  return Number(row?.['count']);
}
