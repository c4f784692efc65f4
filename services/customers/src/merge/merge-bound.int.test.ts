import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { createCustomer } from '../testing/people.ts';
import { followersMax } from './merge.commands.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());

const digits = `(${Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ')})`;

const addOrders = (customerId: string, count: number): Promise<unknown> =>
  customers.db.query(
    `INSERT INTO salesOrder (id, version, createdAt, updatedAt, customerId, number, orderedOn,
       status, amountAmount, amountCurrency, \`lines\`)
     SELECT UUID_TO_BIN(UUID()), 1, NOW(3), NOW(3), UUID_TO_BIN(?), 'N', '2026-01-01', 'PLACED', 1, 'CNY', '[]'
     FROM ${digits} a, ${digits} b, ${digits} c, ${digits} e LIMIT ${count}`,
    [customerId],
  );

const merge = (survivorId: string, mergedId: string) =>
  customers.execute(
    `mutation ($input: MergeCustomersInput!) { mergeCustomers(input: $input) { survivor { orders { totalCount } } } }`,
    { input: { survivorId, mergedId } },
  );

test('A customer with more records than can follow at once is no customer to be merged', async () => {
  const [large, small] = [
    await createCustomer(customers, { code: 'LARGE' }),
    await createCustomer(customers),
  ];
  await addOrders(large, followersMax);
  await addOrders(large, 1);

  const { errors } = await merge(small, large);
  expect(errors?.[0]).toMatchObject({
    message: expect.stringMatching(/^More than 5000 records belong to LARGE/),
    extensions: { code: 'RULE_VIOLATION' },
  });
  const { data } = await customers.execute(
    `{ customer(id: "${large}") { version orders { totalCount } } }`,
  );
  expect(data).toEqual({ customer: { version: 1, orders: { totalCount: followersMax + 1 } } });

  expect((await merge(large, small)).errors).toBeUndefined();
});
