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
  const rows = ['2026-02-01', '2026-01-01'].map((dueOn, at) => ({
    customerId,
    orderedOn: '2025-12-01',
    dueOn,
    source: 'erp',
    externalRef: `O-${at}`,
    lines: [{ quantity: '1', unitPrice: '50' }],
  }));
  await customers.execute(
    'mutation ($rows: [RecordOrderInput!]!) { upsertOrders(input: { rows: $rows }) { created } }',
    { rows },
  );
});
afterAll(() => customers.stop());

const IMPORT = `mutation ($rows: [RecordPaymentInput!]!) {
  recordPayments(input: { rows: $rows }) {
    created unchanged refused rows { index outcome problems { path } }
  }
}`;

const payment = (externalRef: string, amount: string): object => ({
  customerId,
  receivedOn: '2026-03-01',
  amount: { amount },
  source: 'erp',
  externalRef,
});

const balances = async (): Promise<unknown> => {
  const { data } = await customers.execute(
    '{ receivables(orderBy: [{ field: "dueOn" }]) { nodes { balance { amount } version } } }',
  );
  return data?.['receivables'];
};

describe('recordPayments', () => {
  test('settles the oldest receivables first, each payment after those before it', async () => {
    const { data } = await customers.execute(IMPORT, {
      rows: [payment('1', '30'), payment('2', '-5'), payment('3', '40')],
    });
    expect(data?.['recordPayments']).toMatchObject({
      created: 2,
      refused: 1,
      rows: [{ problems: [] }, { problems: [{ path: 'amount.amount' }] }, { problems: [] }],
    });
    expect(await balances()).toEqual({
      nodes: [
        { balance: { amount: '0.00' }, version: 2 },
        { balance: { amount: '30.00' }, version: 2 },
      ],
    });
  });

  test('leaves what is recorded alone, and refuses to change it', async () => {
    const before = await balances();
    const { data } = await customers.execute(IMPORT, {
      rows: [payment('3', '40.00'), payment('1', '31')],
    });
    expect(data?.['recordPayments']).toMatchObject({
      created: 0,
      unchanged: 1,
      refused: 1,
      rows: [
        { index: 0, outcome: 'UNCHANGED' },
        { index: 1, outcome: 'REFUSED', problems: [{ path: 'externalRef' }] },
      ],
    });
    expect(await balances()).toEqual(before);
  });
});
