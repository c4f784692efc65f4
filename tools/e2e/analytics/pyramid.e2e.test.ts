import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { meshMsMax, startTestMesh } from '../harness.ts';
import {
  askAsAdmin,
  createCustomers,
  eventuallyFound,
  order,
  takeSnapshot,
  type Ask,
} from './company.ts';

let ask: Ask;

beforeAll(async () => {
  ask = await askAsAdmin(await startTestMesh());
}, meshMsMax);

const source = 'pyramid';
const where = { source: { eq: source } };
const labels = { zh: '订单', en: 'Orders' };

/** Ten customers; the fourth and the fifth have ordered the same, where a share ends among them. */
const amounts = ['100', '90', '80', '70', '70', '50', '40', '30', '20', '10'];

const PYRAMID = `{ pyramid(definition: "e2e_orders_rank") { subjectCount tiers { code count } } }`;

const pyramidSchema = z.object({
  pyramid: z.object({
    subjectCount: z.number(),
    tiers: z.array(z.object({ code: z.string(), count: z.number() })),
  }),
});

test('tiers hold the population, ties stay together, and who moved is told exactly', async () => {
  const ids = await createCustomers(
    ask,
    source,
    amounts.map(() => ({})),
  );
  for (const [at, amount] of amounts.entries()) {
    await order(ask, ids[at] ?? '', { on: '2026-02-01', amount });
  }
  await eventuallyFound(ask, { ...where, orderCount: { eq: 1 } }, 10);
  await ask(
    z.unknown(),
    `mutation ($input: SavePyramidInput!) { savePyramid(input: $input) { code } }`,
    {
      input: {
        code: 'e2e_orders_rank',
        labels,
        factor: { indicator: 'order_amount_total' },
        population: where,
        method: 'RANK_SHARE',
        tiers: [
          { code: 'TOP', labels, share: '10' },
          { code: 'MIDDLE', labels, share: '30' },
          { code: 'LOW', labels, share: '60' },
        ],
        schedule: 'MANUAL',
      },
    },
  );
  await takeSnapshot(ask, 'e2e_orders_rank');
  // One of ten; four of ten and the one who has ordered as much as the fourth; the others.
  const first = [
    { code: 'TOP', count: 1 },
    { code: 'MIDDLE', count: 4 },
    { code: 'LOW', count: 5 },
  ];
  expect((await ask(pyramidSchema, PYRAMID)).pyramid).toEqual({ subjectCount: 10, tiers: first });
  await takeSnapshot(ask, 'e2e_orders_rank');
  expect((await ask(pyramidSchema, PYRAMID)).pyramid).toEqual({ subjectCount: 10, tiers: first });

  // The last becomes the first: a place above all others, who share what is left of the shares.
  await order(ask, ids[9] ?? '', { on: '2026-02-02', amount: '500' });
  await eventuallyFound(ask, { ...where, orderAmount: { eq: '510.00' } }, 1);
  await takeSnapshot(ask, 'e2e_orders_rank');
  const { customers } = await ask(
    z.object({ customers: z.object({ nodes: z.array(z.looseObject({})) }) }),
    `query ($where: CustomerWhere) { customers(where: $where, first: 20) { nodes { id
      timeline(kinds: [TIER], first: 5) { nodes { from to } } } } }`,
    { where },
  );
  const moved = customers.nodes.flatMap(({ id, timeline }) =>
    Object(timeline).nodes.map((move: unknown) => ({ id, move })),
  );
  expect(new Set(moved)).toEqual(
    new Set([
      { id: ids[9], move: { from: 'LOW', to: 'TOP' } },
      { id: ids[0], move: { from: 'TOP', to: 'MIDDLE' } },
      // Fifth and sixth now, and still together.
      { id: ids[3], move: { from: 'MIDDLE', to: 'LOW' } },
      { id: ids[4], move: { from: 'MIDDLE', to: 'LOW' } },
    ]),
  );
}, 120_000);
