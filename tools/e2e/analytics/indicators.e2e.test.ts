import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { meshMsMax, startTestMesh } from '../harness.ts';
import { askAsAdmin, createCustomers, eventuallyFound, order, type Ask } from './company.ts';

let ask: Ask;

beforeAll(async () => {
  ask = await askAsAdmin(await startTestMesh());
}, meshMsMax);

const source = 'indicators';
/** The year of the company now, which is some hours ahead of UTC. */
const year = Number(
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric' }).format(),
);

const indicators = [
  'order_amount_total',
  'order_amount_this_year',
  'payment_amount_total',
  'payment_amount_this_year',
];

test('orders and payments on both sides of New Year count where they belong', async () => {
  const [id = ''] = await createCustomers(ask, source, [{}]);
  // The last day of the year before, the first of this year, and a cent.
  await order(ask, id, { on: `${year - 1}-12-31`, amount: '1000.10' });
  await order(ask, id, { on: `${year}-01-01`, amount: '200.20' });
  await order(ask, id, { on: `${year}-01-02`, amount: '0.01' });
  for (const [on, amount] of [
    [`${year - 1}-12-31`, '500.05'],
    [`${year}-01-01`, '70.07'],
  ]) {
    await ask(
      z.unknown(),
      `mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }`,
      { input: { customerId: id, receivedOn: on, amount: { amount, currency: 'CNY' } } },
    );
  }
  const figures = { orderAmount: { eq: '1200.31' }, paymentAmount: { eq: '570.12' } };
  await eventuallyFound(ask, { source: { eq: source }, ...figures }, 1);

  const { customer } = await ask(
    z.object({ customer: z.looseObject({}) }),
    `query ($id: ID!) { customer(id: $id) {
      ${indicators.map((code) => `${code}: indicator(code: "${code}") { number }`).join(' ')}
      transactionSummary { orderAmount { amount } orderAmountThisYear { amount }
        paymentAmount { amount } paymentAmountThisYear { amount } } } }`,
    { id },
  );
  expect(customer).toEqual({
    // 1000.10 + 200.20 + 0.01; without the first; 500.05 + 70.07; without the first.
    order_amount_total: { number: '1200.31' },
    order_amount_this_year: { number: '200.21' },
    payment_amount_total: { number: '570.12' },
    payment_amount_this_year: { number: '70.07' },
    transactionSummary: {
      orderAmount: { amount: '1200.31' },
      orderAmountThisYear: { amount: '200.21' },
      paymentAmount: { amount: '570.12' },
      paymentAmountThisYear: { amount: '70.07' },
    },
  });
}, 60_000);
