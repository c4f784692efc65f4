import { z } from 'zod';
import type { GraphClient, Operation } from '../../graph-client.ts';
import { untilCaughtUp } from '../../backlog.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { services } from '../../mesh/services.ts';
import { sleep } from '../../mesh/wait.ts';
import { fill } from '../../seed/fill.ts';
import { atMost, shown, type Measurement, type Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { countStatements } from './statements.ts';

const sizes = [100, 1000] as const;
const customersAsked = 30;
const timesCounted = 20;
const timesTimed = 300;
const besidesMs = 10_000;

/** The README's query: three services, a page of customers with what two others know of them. */
const report: Operation<unknown> = {
  document: `query ($first: Int!) {
    customerReport(orderBy: [{ field: "orderAmount", direction: DESC }], first: $first) { nodes {
      orderAmount { amount } orderCount customer {
        name level { label(locale: EN) } principal { name } } } } }`,
  data: z.unknown(),
};

/** One query over three services: what it asks of MySQL, and how long it takes. */
export const measurement: Measurement = {
  about: `a query over three services, with ${sizes.join(' and with ')} customers`,
  run: (place) =>
    withMesh(place, async (mesh, graph) => {
      const rows: Row[] = [];
      for (const size of sizes) {
        await fill(graph, { customers: size, seed: 1, until: '2026-11-20' });
        await untilCaughtUp(mesh);
        rows.push(...(await measureAt(mesh, graph, size)));
      }
      return rows;
    }),
};

async function measureAt(mesh: Mesh, graph: GraphClient, size: number): Promise<Row[]> {
  const few = await statementsPerQuery(mesh, graph, 3);
  const many = await statementsPerQuery(mesh, graph, customersAsked);
  const times = await timesOf(() => graph.execute(report, { first: customersAsked }));
  return [
    ...services.map((service) =>
      shown({ id: `query.${size}.${service}`, value: many[service] ?? 0, unit: 'statements' }),
    ),
    atMost(0, {
      id: `query.${size}.more-for-${customersAsked}-than-for-3`,
      value: sumOf(many) - sumOf(few),
      unit: 'statements',
    }),
    shown({ id: `query.${size}.p50`, value: quantile(times, 0.5), unit: 'ms' }),
    shown({ id: `query.${size}.p99`, value: quantile(times, 0.99), unit: 'ms' }),
  ];
}

/** What goes on beside the query, such as leases, is counted alone and taken off. */
async function statementsPerQuery(
  mesh: Mesh,
  graph: GraphClient,
  first: number,
): Promise<Readonly<Record<string, number>>> {
  const ask = (): Promise<unknown> => graph.execute(report, { first });
  await ask();
  const startedAt = performance.now();
  const asked = await countStatements(mesh, async () => {
    for (let time = 0; time < timesCounted; time += 1) await ask();
  });
  const forMs = performance.now() - startedAt;
  const besides = await countStatements(mesh, () => sleep(besidesMs));
  return Object.fromEntries(
    services.map((service) => {
      const own = (asked[service] ?? 0) - ((besides[service] ?? 0) * forMs) / besidesMs;
      return [service, Math.round(own / timesCounted)];
    }),
  );
}

async function timesOf(ask: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < timesTimed; time += 1) {
    const startedAt = performance.now();
    await ask();
    times.push(performance.now() - startedAt);
  }
  return times.toSorted((a, b) => a - b);
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
