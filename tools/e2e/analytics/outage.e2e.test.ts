import { beforeAll, expect, test } from '@jest/globals';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';
import { askAsAdmin, createCustomers } from './company.ts';

let system: TestMesh;

beforeAll(async () => {
  system = await startTestMesh();
}, meshMsMax);

test('without analytics customers still answer, and who is missing is named', async () => {
  const ask = await askAsAdmin(system);
  const [id = ''] = await createCustomers(ask, 'outage', [{ level: 'KEY' }]);
  const token = await system.token({ roles: ['admin'] });
  const read = () =>
    system.graphql({
      token,
      query: `query ($id: ID!) { customer(id: $id) { level { code }
        transactionSummary { orderCount } score(model: "customer_value") { score } } }`,
      variables: { id },
    });
  await eventually('analytics knows the customer', async () => {
    const { data, errors } = await read();
    return errors.length === 0 && JSON.stringify(data).includes('"orderCount":0');
  });

  await system.command('kill', 'analytics');
  const { data, errors } = await read();
  expect(data).toEqual({
    customer: { level: { code: 'KEY' }, transactionSummary: null, score: null },
  });
  expect(errors).toMatchObject([
    { path: ['customer'], extensions: { code: 'SERVICE_UNAVAILABLE', service: 'analytics' } },
  ]);

  await system.command('start', 'analytics');
  await eventually(
    'analytics answers again',
    async () => (await read()).errors.length === 0,
    60_000,
  );
}, 120_000);
