import { idToBytes } from '@crm/kit/id';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import type { GraphClient, Operation } from '../../graph-client.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { sleep } from '../../mesh/wait.ts';
import { startChanges } from '../../subscribers/changes.ts';
import { percentile } from '../../subscribers/latency.ts';
import { newMark, writeCustomers } from '../feed/customers.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import type { Outbox } from './outbox.ts';

const perSecond = 10;
const warmUpMs = 10_000;
const forMs = 20_000;
const lookEveryMs = 10;
const lastMsMax = 10_000;

const recordOrder: Operation<unknown> = {
  document: 'mutation ($input: RecordOrderInput!) { recordOrder(input: $input) { id } }',
  data: z.unknown(),
};

/** From an order's recording, before its commit, until analytics has it. MySQL's clock tells both. */
export async function measureApplied(
  mesh: Mesh,
  graph: GraphClient,
  outbox: Outbox,
): Promise<readonly Row[]> {
  const mark = newMark();
  const [customerId = ''] = await writeCustomers(graph, mark, { count: 1, turn: 0 });
  const seen = new Map<string, number>();
  const watch = await watchFacts(mesh, customerId, seen);
  const changes = startChanges(
    (turn) => graph.execute(recordOrder, { input: orderOf(customerId, `${mark}-${turn}`) }),
    perSecond,
  );
  await sleep(warmUpMs + forMs);
  await changes.stop();
  const recorded = await recordedAt(outbox, customerId);
  for (let waited = 0; seen.size < recorded.size && waited < lastMsMax; waited += 100)
    await sleep(100);
  await watch.end();
  const since = Math.min(...recorded.values()) + warmUpMs;
  const waits = [...recorded]
    .filter(([, at]) => at >= since)
    .map(([id, at]) => (seen.get(id) ?? Infinity) - at);
  return [
    shown({ id: 'events.analytics.p50', value: percentile(waits, 0.5), unit: 'ms' }),
    atMost(400, { id: 'events.analytics.p99', value: percentile(waits, 0.99), unit: 'ms' }),
  ];
}

const orderOf = (customerId: string, number: string) => ({
  customerId,
  number,
  orderedOn: '2026-03-15',
  status: 'COMPLETED',
  source: 'BENCH',
  externalRef: number,
  clientMutationId: number,
  lines: [{ description: '齿轮箱 GX-40', quantity: '2', unitPrice: '1250.00' }],
});

/** Notes when each of the customer's orders is first there, in epoch milliseconds. */
async function watchFacts(
  { ports, secrets }: Mesh,
  customerId: string,
  seen: Map<string, number>,
): Promise<{ readonly end: () => Promise<void> }> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: ports['mysql-a'],
    user: 'analytics',
    password: secrets.mysql['analytics'] ?? '',
    database: 'crm_analytics',
  });
  const ending = new AbortController();
  const look = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const [rows] = await connection.query<RowDataPacket[]>(
        `SELECT HEX(id) AS id, UNIX_TIMESTAMP(NOW(6)) * 1000 AS now FROM orderFact
         WHERE customerId = ? ORDER BY id DESC LIMIT 50`,
        [idToBytes(customerId)],
      );
      for (const { id, now } of rows) if (!seen.has(id)) seen.set(id, Number(now));
      await sleep(lookEveryMs);
    }
    connection.destroy();
  };
  const looking = look();
  // Told when it is ended.
  looking.catch(() => undefined);
  return {
    end: () => {
      ending.abort();
      return looking;
    },
  };
}

/** When the events of these orders were recorded, by the order's id. */
async function recordedAt(
  { db }: Outbox,
  customerId: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.query<readonly { id: string; at: string }[]>(
    `SELECT HEX(aggregateId) AS id, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', occurredAt) / 1000 AS at
     FROM outbox WHERE type = 'order.recorded' AND visibility = 'public' AND payload->>'$.customerId' = ?`,
    [customerId],
  );
  return new Map(rows.map(({ id, at }) => [id, Number(at)]));
}
