import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import { applyWith, eventOf } from '@crm/kit/testing/events';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { InteractionLogged } from '@crm/schemas/events/interaction';
import { consumers } from '../consumers.ts';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { codeOf, createCustomer, hire, type Person } from '../testing/people.ts';
import { recycleOn } from './recycle.repository.ts';

let customers: TestCustomers;
let wang: Person;
let li: Person;

beforeAll(async () => {
  customers = await startCustomers();
  wang = await hire(customers);
  li = await hire(customers);
});
afterAll(() => customers.stop());
beforeEach(() => save({ active: false, recycleAfterDays: 90, capacity: null, criteria: null }));

const save = (input: Readonly<Record<string, unknown>>, as: TestRequest = {}) =>
  customers.execute(
    'mutation ($input: PoolPolicyInput!) { savePoolPolicy(input: $input) { active capacity } }',
    { input },
    as,
  );

const claim = (customerId: string, as: TestRequest) =>
  customers.execute(
    'mutation ($input: ClaimFromPoolInput!) { claimFromPool(input: $input) { owner { id } } }',
    { input: { customerId } },
    as,
  );

const ownerOf = async (id: string): Promise<unknown> => {
  const { data } = await customers.execute(`{ customer(id: "${id}") { owner { id } } }`);
  return Reflect.get(Object(Reflect.get(Object(data?.['customer']), 'owner')), 'id') ?? null;
};

const poolOf = async (id: string, as: TestRequest): Promise<unknown> => {
  const { data, errors } = await customers.execute(
    `{ poolCustomers(where: { id: { eq: "${id}" } }) { nodes { id name pooledAt } } }`,
    {},
    as,
  );
  return errors?.[0]?.extensions?.['code'] ?? Reflect.get(Object(data?.['poolCustomers']), 'nodes');
};

const refusalsOf = (results: readonly TestResult[]): readonly unknown[] =>
  results.map(codeOf).filter((code) => code !== undefined);

describe('claimFromPool', () => {
  test('gives what nobody has to one of two who want it at once', async () => {
    const id = await createCustomer(customers);
    expect(await poolOf(id, li.as)).toMatchObject([{ id, pooledAt: expect.any(String) }]);
    const results = await Promise.all([claim(id, wang.as), claim(id, li.as)]);
    expect(refusalsOf(results)).toEqual(['RULE_VIOLATION']);
    expect(await poolOf(id, li.as)).toEqual([]);
    expect([wang.id, li.id]).toContain(await ownerOf(id));
  });

  test('keeps to the capacity of a person, also when they claim two at once', async () => {
    const han = await hire(customers);
    await save({ capacity: 1 });
    const ids = [await createCustomer(customers), await createCustomer(customers)];
    const results = await Promise.all(ids.map((id) => claim(id, han.as)));
    expect(refusalsOf(results)).toEqual(['RULE_VIOLATION']);
  });

  test('refuses what has an owner, what is not there, and those who are no staff', async () => {
    const id = await createCustomer(customers, {}, wang.as);
    expect(codeOf(await claim(id, li.as))).toBe('RULE_VIOLATION');
    expect(codeOf(await claim(newId(), li.as))).toBe('RULE_VIOLATION');
    expect(codeOf(await claim(id, {}))).toBe('FORBIDDEN');
    const analyst = { viewer: { subject: 'a', roles: ['analyst' as const] } };
    expect(codeOf(await claim(id, analyst))).toBe('FORBIDDEN');
    expect(await poolOf(id, analyst)).toBe('FORBIDDEN');
  });
});

test('releaseToPool gives a customer up with a reason', async () => {
  const [own, foreign] = [
    await createCustomer(customers, {}, wang.as),
    await createCustomer(customers, {}, li.as),
  ];
  const RELEASE = `mutation ($ids: [ID!]!, $reason: String!) {
    releaseToPool(input: { ids: $ids, reason: $reason }) { updated refused } }`;
  const ids = [own, foreign];
  const unreasoned = await customers.execute(RELEASE, { ids, reason: '' }, wang.as);
  expect(codeOf(unreasoned)).toBe('INVALID');
  const { data } = await customers.execute(RELEASE, { ids, reason: '无需求' }, wang.as);
  expect(data?.['releaseToPool']).toEqual({ updated: 1, refused: 1 });
  expect([await ownerOf(own), await ownerOf(foreign)]).toEqual([null, li.id]);
  expect(codeOf(await claim(own, li.as))).toBeUndefined();
});

const contact = (customerId: string, occurredAt: string) =>
  applyWith(consumers)(customers.db, [
    eventOf(
      InteractionLogged,
      { id: newId(), customerId },
      {
        kind: 'VISIT',
        direction: 'OUTBOUND',
        customerId,
        personIds: [],
        staffIds: [],
        occurredAt,
        outcome: null,
        nextTouchOn: null,
      },
    ),
  ]);

const step = (): Promise<boolean> =>
  transact(customers.db, (manager) => recycleOn(manager, new Date()));

async function recycle(): Promise<void> {
  await customers.db.query('DELETE FROM poolSweep');
  while (await step());
}

const age = (id: string, days: number): Promise<unknown> =>
  customers.db.query(
    'UPDATE ownershipTerm SET startedAt = startedAt - INTERVAL ? DAY WHERE customerId = UUID_TO_BIN(?)',
    [days, id],
  );

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

describe('recycling', () => {
  test('takes back those who were left alone, and tells of it', async () => {
    const [fresh, alone, met, spared] = [
      await createCustomer(customers, {}, wang.as),
      await createCustomer(customers, {}, wang.as),
      await createCustomer(customers, {}, wang.as),
      await createCustomer(customers, { level: 'STRATEGIC' }, wang.as),
    ];
    for (const id of [alone, met, spared]) await age(id, 100);
    await contact(alone, daysAgo(95));
    await contact(met, daysAgo(10));
    await contact(met, daysAgo(95));
    const criteria = { level: { ne: 'STRATEGIC' } };

    await recycle();
    expect(await ownerOf(alone)).toBe(wang.id);
    await save({ active: true, criteria });
    await recycle();
    const owners = [
      await ownerOf(fresh),
      await ownerOf(alone),
      await ownerOf(met),
      await ownerOf(spared),
    ];
    expect(owners).toEqual([wang.id, null, wang.id, wang.id]);
    const { data } = await customers.execute(
      `{ customer(id: "${alone}") { ownershipHistory(first: 1) { nodes { kind owner { id } } } } }`,
    );
    expect(data).toEqual({
      customer: { ownershipHistory: { nodes: [{ kind: 'RECYCLED', owner: null }] } },
    });
  });
});

describe('savePoolPolicy', () => {
  test.each([
    ['no days to recycle after', { active: true, recycleAfterDays: null }, 'INVALID'],
    ['a capacity of nothing', { capacity: 0 }, 'INVALID'],
    ['criteria of no field', { criteria: { nope: { eq: 1 } } }, 'INVALID'],
  ])('refuses %s', async (_, input, expected) => {
    expect(codeOf(await save(input))).toBe(expected);
  });

  test('is refused to a salesperson', async () => {
    expect(codeOf(await save({ capacity: 5 }, wang.as))).toBe('FORBIDDEN');
  });
});
