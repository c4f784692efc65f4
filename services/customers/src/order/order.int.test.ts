import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';

let customers: TestCustomers;
let customerId: string;

beforeAll(async () => {
  customers = await startCustomers();
  const { data } = await customers.execute(
    'mutation { createCustomer(input: { name: "Acme" }) { id } }',
  );
  customerId = z.object({ createCustomer: z.object({ id: z.string() }) }).parse(data)
    .createCustomer.id;
});
afterAll(() => customers.stop());

const RECORD = `mutation ($input: RecordOrderInput!) {
  recordOrder(input: $input) { id amount { amount currency } receivables { nodes { status balance { amount } } } }
}`;
const PAY = `mutation ($input: RecordPaymentInput!) {
  recordPayment(input: $input) { allocations { amount receivable { dueOn status balance { amount } } } }
}`;
const order = (input: object): object => ({
  customerId,
  orderedOn: '2026-11-01',
  lines: [{ quantity: '3', unitPrice: '19.99', discount: '0.15' }],
  ...input,
});

describe('recordOrder', () => {
  test('adds up its lines after discounts and opens a receivable', async () => {
    const { data, errors } = await customers.execute(RECORD, {
      input: order({ dueOn: '2026-01-31' }),
    });
    expect(errors).toBeUndefined();
    expect(data?.['recordOrder']).toMatchObject({
      amount: { amount: '50.97', currency: 'CNY' },
      receivables: { nodes: [{ status: 'OVERDUE', balance: { amount: '50.97' } }] },
    });
  });

  test.each([
    ['no lines', { lines: [] }, 'lines'],
    ['a negative quantity', { lines: [{ quantity: '-1', unitPrice: '1' }] }, 'lines.0.quantity'],
    [
      'a discount above 1',
      { lines: [{ quantity: '1', unitPrice: '1', discount: '1.5' }] },
      'lines.0.discount',
    ],
    ['a currency that is none', { currency: 'yuan' }, 'currency'],
  ])('refuses %s', async (_, input, path) => {
    const { errors } = await customers.execute(RECORD, { input: order(input) });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });
});

describe('upsertOrders', () => {
  test('matches by source and external reference and changes nothing the second time', async () => {
    const UPSERT = `mutation ($rows: [RecordOrderInput!]!) {
      upsertOrders(input: { rows: $rows }) { created updated unchanged refused rows { problems { path } } }
    }`;
    const rows = [
      order({ source: 'erp', externalRef: '1' }),
      order({ source: 'erp', externalRef: '2', lines: [] }),
    ];
    const first = await customers.execute(UPSERT, { rows });
    const second = await customers.execute(UPSERT, { rows });
    expect(first.data?.['upsertOrders']).toMatchObject({
      created: 1,
      refused: 1,
      rows: [{ problems: [] }, { problems: [{ path: 'lines' }] }],
    });
    expect(second.data?.['upsertOrders']).toMatchObject({ created: 0, unchanged: 1, refused: 1 });
  });
});

describe('recordPayment', () => {
  test('settles the oldest receivables first', async () => {
    await customers.execute(RECORD, { input: order({ dueOn: '2027-01-31' }) });
    const { data } = await customers.execute(PAY, {
      input: { customerId, receivedOn: '2026-11-20', amount: { amount: '60.00' } },
    });
    expect(data?.['recordPayment']).toEqual({
      allocations: [
        {
          amount: '50.97',
          receivable: { dueOn: '2026-01-31', status: 'SETTLED', balance: { amount: '0.00' } },
        },
        {
          amount: '9.03',
          receivable: { dueOn: '2027-01-31', status: 'OPEN', balance: { amount: '41.94' } },
        },
      ],
    });
  });

  test('refuses to pay more of a receivable than is owed', async () => {
    const { data } = await customers.execute(
      '{ receivables(where: { status: { eq: OPEN } }) { nodes { id } } }',
    );
    const [open] = z
      .object({ receivables: z.object({ nodes: z.array(z.object({ id: z.string() })) }) })
      .parse(data).receivables.nodes;
    const { errors } = await customers.execute(PAY, {
      input: {
        customerId,
        receivedOn: '2026-11-20',
        amount: { amount: '99.00' },
        allocations: [{ receivableId: open?.id, amount: '99.00' }],
      },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'allocations.0.amount' }] });
  });
});
