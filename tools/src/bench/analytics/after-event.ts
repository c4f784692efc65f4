import { z } from 'zod';
import type { GraphClient } from '../../graph-client.ts';
import { until } from '../../mesh/wait.ts';
import { percentile } from '../../subscribers/latency.ts';
import type { Subgraph } from '../customers/subgraph.ts';
import { atMost, shown, type Row } from '../measurement.ts';

const times = 20;
const afterEventMsMax = 50;
const waitMsMax = 30_000;

const order = {
  document:
    'mutation ($input: UpsertOrdersInput!) { upsertOrders(input: $input) { created updated } }',
  data: z.object({ upsertOrders: z.object({ created: z.number() }) }),
};

const scored = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Customer {
  score(model: "customer_value") { computedAt } } } }`;

const ranked = z.object({
  ranking: z.object({ nodes: z.array(z.object({ subjectId: z.string() })) }),
});
const entities = z.object({
  _entities: z.array(z.object({ score: z.object({ computedAt: z.string() }).nullable() })),
});

/** From an order that is taken to the customer's new score: on its way through NATS, and in analytics. */
export async function measureAfterEvent(subgraph: Subgraph, graph: GraphClient): Promise<Row[]> {
  const query = `{ ranking(model: "customer_value", first: ${times}) { nodes { subjectId } } }`;
  const { ranking } = ranked.parse((await subgraph.ask({ query })).data);
  const waits: number[] = [];
  for (const { subjectId } of ranking.nodes) {
    waits.push(await orderAndWait(subgraph, graph, subjectId));
  }
  return [
    atMost(afterEventMsMax, {
      id: 'analytics.event.to the score, p50',
      value: percentile(waits, 0.5),
      unit: 'ms',
    }),
    shown({
      id: 'analytics.event.to the score, p95',
      value: percentile(waits, 0.95),
      unit: 'ms',
    }),
  ];
}

async function orderAndWait(
  subgraph: Subgraph,
  graph: GraphClient,
  customerId: string,
): Promise<number> {
  const ids = [{ __typename: 'Customer', id: customerId }];
  const computedAt = async (): Promise<string> => {
    const { data } = await subgraph.ask({ query: scored, variables: { ids } });
    return entities.parse(data)['_entities'][0]?.score?.computedAt ?? '';
  };
  const before = await computedAt();
  const lines = [{ quantity: '1', unitPrice: '1000.00' }];
  const row = {
    customerId,
    source: 'bench',
    externalRef: `${customerId}-${Date.now()}`,
    orderedOn: today(),
    lines,
  };
  await graph.execute(order, { input: { rows: [row] } });
  const startedAt = performance.now();
  const isNew = async (): Promise<boolean> => (await computedAt()) !== before;
  if (!(await until(isNew, { forMs: waitMsMax, everyMs: 2 })))
    throw new Error(`No new score after ${waitMsMax / 1000} s`);
  return performance.now() - startedAt;
}

const today = (): string => new Date().toISOString().slice(0, 10);
