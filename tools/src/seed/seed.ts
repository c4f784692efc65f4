import { parseArgs } from 'node:util';
import { untilCaughtUp } from '../backlog.ts';
import { createGraphClient } from '../graph-client.ts';
import { graphqlUrl } from '../mesh/demo.ts';
import { homeFromEnv, openMesh } from '../mesh/mesh.ts';
import { mintToken } from '../mesh/mint.ts';
import { main, say, seconds, UserError } from '../mesh/say.ts';
import { customersMax, seedMax } from './customer.ts';
import { fill, type Order } from './fill.ts';

const usage = `npm run seed -- --customers N [--seed 1] [--until 2026-11-20]
  --customers  how many, up to 10 million
  --seed       from 1 to 9: each makes customers of its own; the same one again changes nothing
  --until      the last day of the history that is made
Fills the mesh of GUANXI_HOME, which must run, through its graph. For each customer there are on
average 1.1 people, 0.8 orders of 1.8 lines, 0.25 receivables and 0.8 interactions. One customer in
20 is large and has more than half of the orders; seven in ten of all have none. Beside them: 29 teams with their staff
and managers, 40 products, 8 competitors, and a payment for one in fifty who have bought.`;

await main(usage, async () => {
  const { values } = parseArgs({
    options: {
      customers: { type: 'string' },
      seed: { type: 'string', default: '1' },
      until: { type: 'string', default: '2026-11-20' },
    },
  });
  const order = readOrder(values);
  const mesh = openMesh(homeFromEnv());
  const token = await mintToken(mesh, { roles: ['admin'] });
  const graph = createGraphClient({
    url: graphqlUrl(mesh),
    token,
    patienceMs: 20_000,
  });

  const startedAt = performance.now();
  const tallies = await fill(graph, order);
  const writtenMs = performance.now() - startedAt;
  await graph.close();
  const behindMs = await untilCaughtUp(mesh);
  const sum = (outcome: keyof (typeof tallies)[number]): number =>
    tallies.reduce((total, tally) => total + tally[outcome], 0);
  say(`${sum('CREATED')} rows created, ${sum('UPDATED')} updated, ${sum('UNCHANGED')} unchanged`);
  say(`Written in ${seconds(writtenMs)}; known to every service ${seconds(behindMs)} later`);
});

type Given = { readonly customers?: string; readonly seed: string; readonly until: string };

function readOrder({ customers = '', seed, until }: Given): Order {
  const order = { customers: Number(customers), seed: Number(seed), until };
  const isDay = /^\d{4}-\d\d-\d\d$/.test(until) && !Number.isNaN(Date.parse(until));
  if (!isWithin(order.customers, customersMax) || !isWithin(order.seed, seedMax) || !isDay) {
    throw new UserError(usage);
  }
  return order;
}

function isWithin(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
