import { z } from 'zod';
import { untilCaughtUp } from '../../backlog.ts';
import type { GraphClient, Operation } from '../../graph-client.ts';
import { shown, type Measurement, type Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';

const customers = 10_000;
const ordersEach = 2;
const rowsPerCall = 500;
const callsAtOnce = 3;

const resultSchema = z.object({
  result: z.object({ refused: z.number(), rows: z.array(z.object({ id: z.string().nullable() })) }),
});
type Result = z.infer<typeof resultSchema>;

const upsertCustomers: Operation<Result> = {
  document: `mutation ($input: UpsertCustomersInput!) {
    result: upsertCustomers(input: $input) { refused rows { id } } }`,
  data: resultSchema,
};

const upsertOrders: Operation<Result> = {
  document: `mutation ($input: UpsertOrdersInput!) {
    result: upsertOrders(input: $input) { refused rows { id } } }`,
  data: resultSchema,
};

/** How fast a partner or an import can write, and how far behind what is told of it comes. */
export const measurement: Measurement = {
  about: `${customers} customers and ${ordersEach} orders each through the gateway, ${rowsPerCall} a call`,
  run: (place) =>
    withMesh(place, async (mesh, graph) => {
      const startedAt = performance.now();
      const created = await timed(() => send(graph, upsertCustomers, customerRows()));
      const ids = created.value;
      const ordered = await timed(() => send(graph, upsertOrders, orderRows(ids)));
      const behindMs = await untilCaughtUp(mesh);
      const totalSeconds = (performance.now() - startedAt) / 1000;
      const events = customers * (1 + ordersEach);
      return [
        perSecond('bulk.customers', customers, created.seconds),
        perSecond('bulk.orders', customers * ordersEach, ordered.seconds),
        shown({ id: 'bulk.applied', value: events / totalSeconds, unit: 'events/s' }),
        shown({ id: 'bulk.behind', value: behindMs / 1000, unit: 's after the last call' }),
      ];
    }),
};

const perSecond = (id: string, rows: number, seconds: number): Row =>
  shown({ id, value: rows / seconds, unit: 'rows/s' });

async function timed<Value>(
  run: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly seconds: number }> {
  const startedAt = performance.now();
  const value = await run();
  return { value, seconds: (performance.now() - startedAt) / 1000 };
}

/** Gives the ids in the order of the rows. */
async function send(
  graph: GraphClient,
  operation: Operation<Result>,
  rows: readonly object[],
): Promise<string[]> {
  const calls = Array.from({ length: Math.ceil(rows.length / rowsPerCall) }, (_, at) => at);
  const ids: string[][] = [];
  const waiting = calls.values();
  const work = async (): Promise<void> => {
    for (const call of waiting) {
      const part = rows.slice(call * rowsPerCall, (call + 1) * rowsPerCall);
      const { result } = await graph.execute(operation, {
        input: { rows: part, clientMutationId: graph.idOf(`${operation.document}${call}`) },
      });
      if (result.refused > 0) throw new Error(`${result.refused} rows were refused`);
      ids[call] = result.rows.map(({ id }) => id ?? '');
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, work));
  return ids.flat();
}

const customerRows = (): object[] =>
  Array.from({ length: customers }, (_, at) => ({
    code: `B-${at}`,
    name: `上海恒泰机械有限公司第${at}分公司`,
    shortName: `恒泰${at}`,
    address: { country: '中国', province: '上海市', city: '上海市', street: `浦东大道${at}号` },
    phone: `021-5${String(at).padStart(7, '0')}`,
    industry: 'C',
    level: 'REGULAR',
    legalForm: 'LIMITED_LIABILITY_COMPANY',
    headcount: { male: at % 50, female: at % 40, total: (at % 50) + (at % 40) },
    establishedOn: '2009-05-12',
    tags: ['bench'],
  }));

const orderRows = (customerIds: readonly string[]): object[] =>
  customerIds.flatMap((customerId, at) =>
    Array.from({ length: ordersEach }, (_, each) => ({
      customerId,
      number: `BO-${at}-${each}`,
      orderedOn: '2026-03-15',
      status: 'COMPLETED',
      source: 'BENCH',
      externalRef: `${at}-${each}`,
      lines: [
        { description: '齿轮箱 GX-40', quantity: '2', unitPrice: '1250.00' },
        { description: '联轴器', quantity: '8', unitPrice: '96.50', discount: '0.05' },
      ],
    })),
  );
