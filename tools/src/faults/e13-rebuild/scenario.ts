import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { rebuild } from '../../mesh/rebuild.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { disturb } from '../mesh/disturb.ts';
import { sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { holds, none, seconds, type Scenario } from '../scenario.ts';

const orders = 20_000;
const perCall = 500;
const orderedMsMax = 120_000;
const rebuiltMsMax = 180_000;
/** Long enough for it to have begun. */
const brokenOffMs = 4000;
const lookMs = 200;

export const scenario: Scenario = {
  id: 'E13',
  title: `analytics is made anew from ${orders} orders and more, while it answers and writes go on`,
  onMesh: async (stage) => {
    const history = await makeHistory(stage);
    await falsify(stage, history);
    const wrong = await figuresOf(stage, history);
    const watch = startWatch(stage, history);
    let rebuiltMs = Infinity;
    const result = await disturb(stage, {
      forMs: 0,
      fault: async () => {
        await breakOff(stage);
        const startedAt = performance.now();
        await rebuild(stage.mesh, 'analytics');
        rebuiltMs = performance.now() - startedAt;
        await sleep(lookMs);
      },
    });
    const seen = await watch.stop();
    const isRight = async (): Promise<boolean> => (await countDifferent(stage)) === 0;
    await until(isRight, { forMs: 30_000, everyMs: 500 });
    return [
      none('orders that analytics tells otherwise than their owner', await countDifferent(stage)),
      seconds('until the new tables were in place', rebuiltMs, rebuiltMsMax / 1000),
      none('questions without an answer meanwhile', seen.failed),
      holds(`answers were ${seen.told.join(', ')}`, isStep(seen.told, wrong)),
      none('failed writes', result.errors.writes),
      ...result.invariants,
    ];
  },
};

type History = { readonly customerId: string; readonly mark: string };

const bulkSchema = z.object({ upsertOrders: z.object({ created: z.number() }) });
const bulk = 'mutation ($input: UpsertOrdersInput!) { upsertOrders(input: $input) { created } }';

async function makeHistory(stage: MeshStage): Promise<History> {
  const mark = `e13-${randomUUID().slice(0, 8)}`;
  const [customerId = ''] = await createCustomers(stage.graph, mark, 1);
  for (let made = 0; made < orders; made += perCall) {
    const rows = Array.from({ length: perCall }, (_, index) => ({
      customerId,
      source: mark,
      externalRef: String(made + index),
      orderedOn: '2026-10-01',
      lines: [{ quantity: '1', unitPrice: '1.00' }],
    }));
    await stage.graph.ask(bulkSchema, bulk, { variables: { input: { rows } } });
  }
  const isKnown = async (): Promise<boolean> =>
    (await figuresOf(stage, { customerId, mark })) === orders;
  if (!(await until(isKnown, { forMs: orderedMsMax, everyMs: 500 }))) {
    throw new Error('Analytics does not know the history');
  }
  return { customerId, mark };
}

const summarySchema = z.object({
  customer: z.object({ transactionSummary: z.object({ orderCount: z.number() }) }),
});
const summary = 'query ($id: ID!) { customer(id: $id) { transactionSummary { orderCount } } }';

/** How many orders of the customer analytics tells of. */
async function figuresOf({ graph }: MeshStage, { customerId }: History): Promise<number> {
  const variables = { id: customerId };
  const { customer } = await graph.ask(summarySchema, summary, { variables });
  return customer.transactionSummary.orderCount;
}

/** What a bug, or a hand, has spoilt. */
async function falsify(stage: MeshStage, { customerId }: History): Promise<void> {
  const ofCustomer = `customerId = UUID_TO_BIN('${customerId}')`;
  await sql(
    stage,
    await writerOf(stage),
    `DELETE FROM crm_analytics.orderFact WHERE ${ofCustomer} LIMIT 100;
     UPDATE crm_analytics.orderFact SET amountAmount = 7 WHERE ${ofCustomer} LIMIT 100`,
  );
}

type Watch = {
  /** Gives each answer that was another one than that before it. */
  readonly stop: () => Promise<{ readonly told: readonly number[]; readonly failed: number }>;
};

/** Asks again and again, as somebody would who looks at a report. */
function startWatch(stage: MeshStage, history: History): Watch {
  const told: number[] = [];
  const stopping = new AbortController();
  let failed = 0;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const count = await figuresOf(stage, history).catch(() => null);
      if (count === null) failed += 1;
      else if (count !== told.at(-1)) told.push(count);
      await sleep(lookMs);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      return { told, failed };
    },
  };
}

/** The old figure, then the right one: never that of a table that is half full. */
const isStep = (told: readonly number[], before: number): boolean =>
  told.length === 2 && told[0] === before && told[1] === orders;

async function breakOff(stage: MeshStage): Promise<void> {
  const signal = AbortSignal.timeout(brokenOffMs);
  await rebuild(stage.mesh, 'analytics', { signal }).catch(() => undefined);
}

/** Live orders that are not the same in both services. */
async function countDifferent(stage: MeshStage): Promise<number> {
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT COUNT(*) AS count FROM crm_customers.salesOrder AS owned
     LEFT JOIN crm_analytics.orderFact AS fact
       ON fact.id = owned.id AND fact.version = owned.version
       AND fact.amountAmount = owned.amountAmount AND fact.customerId = owned.customerId
     WHERE fact.id IS NULL AND owned.deletedAt IS NULL`,
  );
  return Number(row?.['count']);
}
