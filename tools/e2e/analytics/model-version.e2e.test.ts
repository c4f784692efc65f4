import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { meshMsMax, startTestMesh } from '../harness.ts';
import {
  askAsAdmin,
  createCustomers,
  eventuallyFound,
  order,
  publishModel,
  recompute,
  type Ask,
} from './company.ts';

let ask: Ask;

beforeAll(async () => {
  ask = await askAsAdmin(await startTestMesh());
}, meshMsMax);

const source = 'model-version';
const where = { source: { eq: source } };
const code = 'e2e_orders';
const model = { code, indicator: 'order_amount_total', from: '0', population: where };

const evaluationSchema = z.object({
  score: z.string(),
  modelVersion: z.number(),
  hash: z.string(),
  contributions: z.array(z.object({ contribution: z.string() })),
});

async function scoreOf(id: string, asOf: string | null = null) {
  const { customer } = await ask(
    z.object({ customer: z.object({ score: evaluationSchema }) }),
    `query ($id: ID!, $asOf: DateTime) { customer(id: $id) { score(model: "${code}", asOf: $asOf) {
      score modelVersion hash contributions { contribution } } } }`,
    { id, asOf },
  );
  return customer.score;
}

test('a new version leaves the score of before readable, and replays give the same', async () => {
  const [id = ''] = await createCustomers(ask, source, [{}]);
  await order(ask, id, { on: '2026-03-01', amount: '250.00' });
  await eventuallyFound(ask, { ...where, orderAmount: { eq: '250.00' } }, 1);

  await publishModel(ask, { ...model, to: '1000' });
  await recompute(ask, code);
  const first = await scoreOf(id);
  expect(first).toMatchObject({ score: '25.00', modelVersion: 1 });
  const before = new Date().toISOString();

  await publishModel(ask, { ...model, to: '500' });
  await recompute(ask, code);
  const second = await scoreOf(id);
  expect(second).toMatchObject({ score: '50.00', modelVersion: 2 });
  expect(await scoreOf(id, before)).toEqual(first);

  for (const { score, contributions } of [first, second]) {
    const sum = contributions.reduce((all, { contribution }) => all + Number(contribution), 0);
    expect(sum.toFixed(2)).toBe(score);
  }
  await recompute(ask, code);
  expect((await scoreOf(id)).hash).toBe(second.hash);
}, 120_000);
