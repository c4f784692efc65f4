import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually, meshMsMax, startTestMesh } from '../harness.ts';
import {
  askAsAdmin,
  createCustomers,
  eventuallyFound,
  order,
  publishModel,
  recompute,
  takeSnapshot,
  type Ask,
} from './company.ts';

let ask: Ask;

beforeAll(async () => {
  ask = await askAsAdmin(await startTestMesh());
}, meshMsMax);

const source = 'payment';
const where = { source: { eq: source } };
const labels = { zh: '收款', en: 'Payments' };
const money = (amount: string) => ({ amount, currency: 'CNY' });

const STATE = `query ($id: ID!) { customer(id: $id) {
  credit { exposure { amount } events(first: 20) { nodes { kind amount { amount } } } }
  receivables(first: 5) { nodes { balance { amount } status } }
  indicator(code: "payment_amount_total") { number }
  score(model: "e2e_paid") { score grade { code } }
  pyramidTier(definition: "e2e_paid") { tier }
  timeline(kinds: [PAYMENT, GRADE, TIER], first: 10) { nodes { kind from to code amount { amount } } } } }`;

const customerSchema = z.looseObject({
  credit: z.looseObject({ events: z.looseObject({ nodes: z.array(z.looseObject({})) }) }),
  score: z.looseObject({ score: z.string() }).nullable(),
  timeline: z.object({ nodes: z.array(z.looseObject({ code: z.string().nullable() })) }),
});

/** Models and pyramids that are shipped say something of the customer too. */
async function stateOf(id: string): Promise<z.infer<typeof customerSchema>> {
  const { customer } = await ask(z.object({ customer: customerSchema }), STATE, { id });
  const nodes = customer.timeline.nodes.filter(({ code }) => code === null || code === 'e2e_paid');
  return { ...customer, timeline: { nodes } };
}

test('a payment moves credit, receivable, indicator, grade, and the tier once', async () => {
  const [id = ''] = await createCustomers(ask, source, [{}]);
  await ask(
    z.unknown(),
    `mutation ($credit: SetCreditLimitInput!, $pyramid: SavePyramidInput!) {
      setCreditLimit(input: $credit) { id } savePyramid(input: $pyramid) { code } }`,
    {
      credit: { customerId: id, limit: money('5000.00'), reason: 'agreed' },
      pyramid: {
        code: 'e2e_paid',
        labels,
        factor: { indicator: 'payment_amount_total' },
        population: where,
        method: 'THRESHOLD',
        tiers: [
          { code: 'PAID', labels, from: '500' },
          { code: 'UNPAID', labels },
        ],
        schedule: 'MANUAL',
      },
    },
  );
  await order(ask, id, { on: '2026-05-01', amount: '1000.00', dueOn: '2026-06-01' });
  await eventuallyFound(ask, { ...where, receivable: { eq: '1000.00' } }, 1);
  const model = { code: 'e2e_paid', indicator: 'payment_amount_total', from: '0', to: '1000' };
  await publishModel(ask, { ...model, population: where });
  await recompute(ask, 'e2e_paid');
  await takeSnapshot(ask, 'e2e_paid');
  const before = await stateOf(id);
  expect(before).toMatchObject({
    credit: { exposure: money1('1000.00') },
    receivables: { nodes: [{ balance: money1('1000.00') }] },
    score: { score: '0.00', grade: { code: 'POOR' } },
    pyramidTier: { tier: 'UNPAID' },
    timeline: { nodes: [] },
  });

  await pay(id, '800.00');
  await eventually(
    'the grade has followed',
    async () => (await stateOf(id)).score?.score === '80.00',
  );
  await takeSnapshot(ask, 'e2e_paid');
  // Nothing has happened since: no further tier.
  await takeSnapshot(ask, 'e2e_paid');
  const after = await stateOf(id);
  expect(after).toMatchObject({
    credit: { exposure: money1('200.00') },
    receivables: { nodes: [{ balance: money1('200.00') }] },
    indicator: { number: '800.00' },
    score: { score: '80.00', grade: { code: 'GOOD' } },
    pyramidTier: { tier: 'PAID' },
    timeline: {
      nodes: [
        { kind: 'TIER', from: 'UNPAID', to: 'PAID', code: 'e2e_paid' },
        { kind: 'GRADE', from: 'POOR', to: 'GOOD', code: 'e2e_paid' },
        { kind: 'PAYMENT', amount: money1('800.00') },
      ],
    },
  });
  const paid = after.credit.events.nodes.length - before.credit.events.nodes.length;
  expect(paid).toBeGreaterThan(0);
}, 120_000);

const money1 = (amount: string): { readonly amount: string } => ({ amount });

const receivablesSchema = z.object({
  customer: z.object({ receivables: z.object({ nodes: z.array(z.object({ id: z.string() })) }) }),
});

/** Pays a part of the only receivable of a customer. */
async function pay(customerId: string, amount: string): Promise<void> {
  const { customer } = await ask(
    receivablesSchema,
    `query ($id: ID!) { customer(id: $id) { receivables(first: 5) { nodes { id } } } }`,
    { id: customerId },
  );
  const receivableId = customer.receivables.nodes[0]?.id;
  await ask(
    z.unknown(),
    `mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }`,
    {
      input: {
        customerId,
        receivedOn: '2026-06-10',
        amount: money(amount),
        allocations: [{ receivableId, amount }],
      },
    },
  );
}
