import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

let system: TestMesh;
let customerId: string;
let token: string;

beforeAll(async () => {
  system = await startTestMesh();
  token = await system.token({ roles: ['admin'] });
}, meshMsMax);

const madeSchema = z.object({ createCustomer: z.object({ id: z.string() }) });
const summarySchema = z.object({
  customer: z.object({ transactionSummary: z.object({ orderCount: z.number() }) }),
});

const recordOrder = async (): Promise<void> => {
  const { errors } = await system.graphql({
    token,
    query: `mutation { recordOrder(input: { customerId: "${customerId}", orderedOn: "2026-11-01",
      lines: [{ quantity: "2", unitPrice: "10.50" }] }) { id } }`,
  });
  expect(errors).toEqual([]);
};

const summaryOf = (id: string): string =>
  `{ customer(id: "${id}") { transactionSummary { orderCount } } }`;

const orderCount = async (): Promise<number> => {
  const { data } = await system.graphql({ token, query: summaryOf(customerId) });
  return summarySchema.parse(data).customer.transactionSummary.orderCount;
};

describe('one graph over five services', () => {
  test('answers one query from all of them', async () => {
    const made = await system.graphql({
      token,
      query: 'mutation { createCustomer(input: { name: "上海恒泰机械有限公司" }) { id } }',
    });
    customerId = madeSchema.parse(made.data).createCustomer.id;
    await eventually('contacts knows the customer', async () => {
      const { data } = await system.graphql({
        token,
        query: `mutation { upsertPeople(input: { rows: [{ name: "王芳", affiliation: {
          customerId: "${customerId}", roles: [PRINCIPAL] } }] }) { refused } }`,
      });
      return z.object({ upsertPeople: z.object({ refused: z.literal(0) }) }).safeParse(data)
        .success;
    });
    await eventually('analytics knows the customer', async () => {
      const answer = await system.graphql({ token, query: summaryOf(customerId) });
      return summarySchema.safeParse(answer.data).success;
    });

    const { data, errors } = await system.graphql({
      token,
      query: `{ customer(id: "${customerId}") {
          name principal { name } alerts(first: 1) { nodes { id } }
          transactionSummary { orderCount } }
        competitors(where: { name: { eq: "恒泰的对手" } }) { nodes { id } } }`,
    });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      customer: {
        name: '上海恒泰机械有限公司',
        principal: { name: '王芳' },
        alerts: { nodes: [] },
        transactionSummary: { orderCount: 0 },
      },
      competitors: { nodes: [] },
    });
  });

  test('shows an order in the summary of its customer within a second', async () => {
    await recordOrder();
    const recordedAt = Date.now();
    await eventually('the order is counted', async () => (await orderCount()) === 1);
    expect(Date.now() - recordedAt).toBeLessThan(1000);
  });

  test('takes orders while NATS is away, and counts them when it is back', async () => {
    await system.command('kill', 'nats');
    await recordOrder();
    await recordOrder();
    expect(await orderCount()).toBe(1);

    await system.command('start', 'nats');
    await eventually('both orders are counted', async () => (await orderCount()) === 3);
  }, 60_000);

  test('refuses a request straight to a service', async () => {
    const response = await fetch(`http://127.0.0.1:${system.mesh.ports.customers}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ customers { nodes { id } } }' }),
    });
    expect(response.status).toBe(401);
  });

  test('answers what it can while a service is down', async () => {
    await system.command('kill', 'analytics');
    const { data, errors } = await system.graphql({
      token,
      query: `{ customer(id: "${customerId}") { name transactionSummary { orderCount } } }`,
    });
    expect(data).toMatchObject({ customer: { name: '上海恒泰机械有限公司' } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await system.command('start', 'analytics');
  }, 60_000);
});
