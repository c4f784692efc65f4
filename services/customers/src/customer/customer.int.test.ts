import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '@crm/kit/database';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { testDatabase } from '@crm/kit/testing/database';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { createContext } from '../context.ts';
import { migrations } from '../migrations/index.ts';
import { createSchema } from '../schema.ts';

let db: Database;
let customers: TestSubgraph;

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const app = { db, log: createLog('test', 'silent'), now: () => new Date() };
  customers = await testSubgraph({
    name: 'customers',
    schema: createSchema(),
    createContext: (request) => createContext(app, request),
  });
});
afterAll(async () => {
  await customers.stop();
  await db.destroy();
});

const CREATE = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) { id code name version lifecycleStage { label } headcount { total } }
}`;

describe('createCustomer', () => {
  test('stores what is given, fills what is not, and records the event', async () => {
    const result = await customers.execute(CREATE, {
      input: { name: '上海恒泰机械有限公司', headcount: { male: 3, female: 4, total: 9 } },
    });

    expect(result.errors).toBeUndefined();
    expect(result.data?.['createCustomer']).toMatchObject({
      name: '上海恒泰机械有限公司',
      version: 1,
      lifecycleStage: { label: '潜在客户' },
      headcount: { total: 9 },
    });
    expect(await db.query('SELECT type, version FROM outbox')).toEqual([
      { type: 'customer.created', version: 1 },
    ]);
  });
});
