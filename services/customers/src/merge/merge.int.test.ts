import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());

type Input = Readonly<Record<string, unknown>>;

const idSchema = z.object({ made: z.object({ id: z.string() }) });

async function make(mutation: string, type: string, input: Input): Promise<string> {
  const { data, errors } = await customers.execute(
    `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`,
    { input },
  );
  expect(errors).toBeUndefined();
  return idSchema.parse(data).made.id;
}

const create = (input: Input): Promise<string> =>
  make('createCustomer', 'CreateCustomerInput', { name: `Customer ${newId()}`, ...input });

const order = (customerId: string, total: string, more: Input = {}): Promise<string> =>
  make('recordOrder', 'RecordOrderInput', {
    customerId,
    orderedOn: '2026-03-01',
    dueOn: '2026-04-01',
    lines: [{ quantity: '1', unitPrice: total }],
    ...more,
  });

const merge = (survivorId: string, mergedId: string, more: Input = {}, request: TestRequest = {}) =>
  customers.execute(
    `mutation ($input: MergeCustomersInput!) { made: mergeCustomers(input: $input) { id merged { id code name } survivor { id } } }`,
    { input: { survivorId, mergedId, ...more } },
    request,
  );

async function merged(survivorId: string, mergedId: string, more: Input = {}): Promise<string> {
  const { data, errors } = await merge(survivorId, mergedId, more);
  expect(errors).toBeUndefined();
  return idSchema.parse(data).made.id;
}

const unmerge = (id: string) =>
  customers.execute(`mutation ($id: ID!) { unmergeCustomers(input: { id: $id }) { reversedAt } }`, {
    id,
  });

const ALL = `query ($id: ID!) { customer(id: $id) {
  id code name phone fax tags formerNames registrationNumber customFields { key value }
  orders(orderBy: [{ field: "number" }]) { nodes { id number status } }
  payments { nodes { id } }
  receivables { nodes { id balance { amount } status } }
} }`;

const read = async (id: string): Promise<unknown> =>
  (await customers.execute(ALL, { id })).data?.['customer'];

const eventsOf = (id: string): Promise<{ type: string; version: number }[]> =>
  customers.db.query(
    'SELECT type, version FROM outbox WHERE aggregateId = UUID_TO_BIN(?) ORDER BY id',
    [id],
  );

const code = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];

const seenSchema = z.object({
  customer: z.object({
    id: z.string(),
    orders: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
  }),
});

const seen = async (id: string): Promise<z.infer<typeof seenSchema>['customer']> =>
  seenSchema.parse((await customers.execute(ALL, { id })).data).customer;

const idOf = async (id: string): Promise<string> => (await seen(id)).id;

const ordersOf = async (id: string): Promise<readonly string[]> =>
  (await seen(id)).orders.nodes.map((each) => each.id).toSorted();

describe('mergeCustomers', () => {
  test('loses nothing, tells of everything, and is undone exactly', async () => {
    const registrationNumber = '91110000802100433B';
    const survivor = await create({ phone: '1111111', tags: ['a'] });
    const gone = await create({
      phone: '2222222',
      fax: '3333333',
      tags: ['b'],
      registrationNumber,
    });
    const [kept, moved, cancelled] = [
      await order(survivor, '10', { number: 'A1' }),
      await order(gone, '20', { number: 'B1' }),
      await order(gone, '30', { number: 'B2', source: 'erp', externalRef: 'B2' }),
    ];
    await make('cancelOrder', 'CancelOrderInput', { id: cancelled, reason: 'no' });
    const payment = await make('recordPayment', 'RecordPaymentInput', {
      customerId: gone,
      receivedOn: '2026-03-05',
      amount: { amount: '5', currency: 'CNY' },
    });
    const before = [await read(survivor), await read(gone)];

    const id = await merged(survivor, gone, { takeFields: ['phone'], reason: '同一家' });

    expect(await read(survivor)).toMatchObject({
      id: survivor,
      phone: '2222222',
      fax: '3333333',
      tags: ['a', 'b'],
      registrationNumber,
      orders: {
        nodes: [
          { id: kept, number: 'A1', status: 'PLACED' },
          { id: moved, number: 'B1', status: 'PLACED' },
          { id: cancelled, number: 'B2', status: 'CANCELLED' },
        ],
      },
      payments: { nodes: [{ id: payment }] },
    });
    expect(await read(gone)).toEqual(await read(survivor));
    expect((await eventsOf(gone)).map(({ type }) => type)).toEqual([
      'customer.created',
      'customer.merged',
    ]);
    expect((await eventsOf(moved)).at(-1)).toEqual({ type: 'order.amended', version: 2 });
    expect((await eventsOf(cancelled)).at(-1)).toEqual({ type: 'order.cancelled', version: 3 });
    expect((await eventsOf(payment)).at(-1)).toEqual({ type: 'payment.amended', version: 2 });

    const later = await order(gone, '40', { number: 'C1' });
    expect(code(await unmerge(id))).toBeUndefined();

    const [survivorAfter, goneAfter] = [await read(survivor), await read(gone)];
    expect(goneAfter).toEqual(before[1]);
    expect(survivorAfter).toMatchObject({
      phone: '1111111',
      fax: null,
      tags: ['a'],
      registrationNumber: null,
      orders: { nodes: [{ id: kept }, { id: later }] },
    });
    expect((await eventsOf(gone)).at(-1)).toEqual({ type: 'customer.unmerged', version: 3 });
    expect(code(await unmerge(id))).toBe('RULE_VIOLATION');
  });

  test('takes along needs, opportunities, relations and credit, and gives them back', async () => {
    const [survivor, gone, parent] = [await create({}), await create({}), await create({})];
    const amount = { amount: '1000', currency: 'CNY' };
    await make('setCreditLimit', 'SetCreditLimitInput', {
      customerId: survivor,
      limit: amount,
      reason: '授信',
    });
    for (const limit of [amount, { ...amount, currency: 'USD' }]) {
      const input = { customerId: gone, limit, reason: '授信' };
      await make('setCreditLimit', 'SetCreditLimitInput', input);
    }
    await order(gone, '20');
    await make('recordNeed', 'RecordNeedInput', { customerId: gone, title: '备件' });
    await make('createOpportunity', 'CreateOpportunityInput', { customerId: gone, name: '扩产' });
    const relation = { type: 'SUBSIDIARY_OF', toId: parent };
    await make('relateCustomers', 'RelateCustomersInput', { ...relation, fromId: gone });
    await make('relateCustomers', 'RelateCustomersInput', {
      type: 'PARTNER_OF',
      fromId: gone,
      toId: survivor,
    });
    const OF = `query ($id: ID!) { customer(id: $id) {
      needs { totalCount } opportunities { totalCount }
      relations { totalCount } creditAccounts(orderBy: [{ field: "currency" }]) {
        nodes { currency exposure { amount } } } } }`;
    const have = async (id: string): Promise<unknown> =>
      (await customers.execute(OF, { id })).data?.['customer'];
    const [kept, had] = [await have(survivor), await have(gone)];

    const id = await merged(survivor, gone);
    expect(await have(survivor)).toEqual({
      needs: { totalCount: 1 },
      opportunities: { totalCount: 1 },
      // What tied the two is still there, and no customer is related to itself.
      relations: { totalCount: 2 },
      creditAccounts: {
        nodes: [
          { currency: 'CNY', exposure: { amount: '20.00' } },
          { currency: 'USD', exposure: { amount: '0.00' } },
        ],
      },
    });
    expect(code(await unmerge(id))).toBeUndefined();
    expect([await have(survivor), await have(gone)]).toEqual([kept, had]);
  });

  test('lets every command take the old id', async () => {
    const [survivor, gone, other] = [await create({}), await create({}), await create({})];
    await merged(survivor, gone);
    const customerId = gone;
    const credit = { reason: '授信', limit: { amount: '10', currency: 'CNY' } };
    await make('setCreditLimit', 'SetCreditLimitInput', { customerId, ...credit });
    const hold = { customerId, currency: 'CNY', reason: '逾期' };
    await make('placeCreditHold', 'CreditHoldInput', hold);
    await make('releaseCreditHold', 'CreditHoldInput', hold);
    await make('recordNeed', 'RecordNeedInput', { customerId, title: '备件' });
    await make('createOpportunity', 'CreateOpportunityInput', { customerId, name: '扩产' });
    await make('addQualification', 'AddQualificationInput', { customerId, name: 'ISO 9001' });
    const relation = { type: 'PARTNER_OF', fromId: gone, toId: other };
    await make('relateCustomers', 'RelateCustomersInput', relation);
    const OF = `query ($id: ID!) { customer(id: $id) { needs { totalCount }
      opportunities { totalCount } relations { totalCount } qualifications { name }
      creditAccounts { totalCount } } }`;
    const one = { totalCount: 1 };
    expect((await customers.execute(OF, { id: survivor })).data?.['customer']).toEqual({
      needs: one,
      opportunities: one,
      relations: one,
      qualifications: [{ name: 'ISO 9001' }],
      creditAccounts: one,
    });
  });

  test('is refused when somebody would stand below itself then', async () => {
    const [bottom, middle, top] = [await create({}), await create({}), await create({})];
    for (const [fromId, toId] of [
      [bottom, middle],
      [middle, top],
    ]) {
      const input = { type: 'SUBSIDIARY_OF', fromId, toId };
      await make('relateCustomers', 'RelateCustomersInput', input);
    }
    expect(code(await merge(bottom, top))).toBe('RULE_VIOLATION');
    expect(await idOf(top)).toBe(top);
    await merged(top, middle);
  });

  test('follows chains to the last survivor, and undoes them from their end', async () => {
    const [a, b, c] = [await create({}), await create({}), await create({})];
    const [ofA, ofB] = [await order(a, '1'), await order(b, '2')];
    const first = await merged(b, a);
    const second = await merged(c, a);
    expect([await idOf(a), await idOf(b)]).toEqual([c, c]);

    const refused = await unmerge(first);
    expect(code(refused)).toBe('RULE_VIOLATION');
    await unmerge(second);
    expect(await ordersOf(b)).toEqual([ofA, ofB].toSorted());
    await unmerge(first);
    expect([await ordersOf(a), await ordersOf(b), await ordersOf(c)]).toEqual([[ofA], [ofB], []]);
  });

  test('keeps what somebody has changed since when it is undone', async () => {
    const [survivor, gone] = [await create({}), await create({ phone: '5555555', fax: '6666666' })];
    const id = await merged(survivor, gone);
    await customers.execute(
      `mutation { updateCustomer(input: { id: "${survivor}", phone: "7777777" }) { id } }`,
    );
    await unmerge(id);
    expect(await read(survivor)).toMatchObject({ phone: '7777777', fax: null });
  });

  test('lets one of two that merge the same pair at once win', async () => {
    const [one, two] = [await create({}), await create({})];
    const results = await Promise.all([merge(one, two), merge(two, one), merge(one, two)]);
    const done = results.filter(({ errors }) => errors === undefined);
    expect(done).toHaveLength(1);
    expect(new Set(results.map((each) => code(each)))).toEqual(
      new Set([undefined, 'RULE_VIOLATION']),
    );
  });

  test('refuses one customer, an unknown one, fields that are none, and foreign ones', async () => {
    const [one, two] = [await create({}), await create({})];
    expect(code(await merge(one, one))).toBe('RULE_VIOLATION');
    expect(code(await merge(one, newId()))).toBe('NOT_FOUND');
    expect(code(await merge(one, 'x'))).toBe('NOT_FOUND');
    expect(code(await merge(one, two, { takeFields: ['code'] }))).toBe('INVALID');
    const rep = { viewer: { subject: 'r', roles: ['rep' as const], staffId: newId() } };
    expect(code(await merge(one, two, {}, rep))).toBe('NOT_FOUND');
    const analyst = { viewer: { subject: 'a', roles: ['analyst' as const] } };
    expect(code(await merge(one, two, {}, analyst))).toBe('FORBIDDEN');
    expect(await eventsOf(two)).toHaveLength(1);
  });

  test('is not undone by restoring, nor when a unique value was taken since', async () => {
    const [survivor, gone] = [await create({}), await create({ code: 'M-TAKEN' })];
    const id = await merged(survivor, gone);
    const restored = await customers.execute(
      `mutation { restoreCustomer(input: { id: "${gone}" }) { id } }`,
    );
    expect(code(restored)).toBe('RULE_VIOLATION');
    await create({ code: 'M-TAKEN' });
    expect(code(await unmerge(id))).toBe('DUPLICATE');
    expect(await read(gone)).toMatchObject({ id: survivor });
  });

  test('shows what was merged, and finds old ids with as many statements for many as for few', async () => {
    const survivors = await Promise.all(Array.from({ length: 6 }, () => create({})));
    const gone = await Promise.all(survivors.map(() => create({})));
    for (const [at, survivor] of survivors.entries()) await merged(survivor, gone[at] ?? '');
    const { data } = await customers.execute(
      `{ customer(id: "${gone[0]}") { id merges { nodes { merged { id } reversedAt } } } }`,
    );
    expect(data).toEqual({
      customer: {
        id: survivors[0],
        merges: { nodes: [{ merged: { id: gone[0] }, reversedAt: null }] },
      },
    });
    const ENTITIES =
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { name } } }';
    const count = (ids: readonly string[]): Promise<number> =>
      countStatements(customers.db, () =>
        customers.execute(ENTITIES, { r: ids.map((id) => ({ __typename: 'Customer', id })) }),
      );
    expect(await count(gone)).toBe(await count(gone.slice(0, 2)));
  });
});
