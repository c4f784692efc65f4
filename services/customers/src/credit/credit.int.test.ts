import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import { sumAmounts } from '../money.ts';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { eventsOf, makeRecord, statementsOf } from '../testing/records.ts';

let customers: TestCustomers;
let customerId: string;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());
beforeEach(async () => {
  customerId = await makeRecord(customers, 'createCustomer', { name: 'Acme' });
});

const rep: Partial<Viewer> = { roles: ['rep'], staffId: newId() };

const SET = `mutation ($input: SetCreditLimitInput!) {
  setCreditLimit(input: $input) {
    id version currency limit { amount currency } exposure { amount } available { amount }
    paymentTermDays isOnHold
  }
}`;
const RECORD = `mutation ($input: RecordOrderInput!) {
  recordOrder(input: $input) { id isHeld holdReason dueOn: receivables { nodes { dueOn } } }
}`;
const HOLD = `mutation ($input: CreditHoldInput!) {
  placeCreditHold(input: $input) { isOnHold holdReason heldAt }
}`;
const RELEASE = `mutation ($input: CreditHoldInput!) {
  releaseCreditHold(input: $input) { isOnHold holdReason }
}`;

type Variables = Readonly<Record<string, unknown>>;

const limit = (amount: string, more: object = {}): Variables => ({
  input: { customerId, limit: { amount }, reason: '年度授信', ...more },
});

const order = (amount: string, more: object = {}): object => ({
  customerId,
  orderedOn: '2026-11-01',
  lines: [{ quantity: '1', unitPrice: amount }],
  ...more,
});

const record = async (
  amount: string,
  more: object = {},
): Promise<{ id: string; isHeld: boolean }> => {
  const { data, errors } = await customers.execute(RECORD, { input: order(amount, more) });
  expect(errors).toBeUndefined();
  return z.object({ id: z.string(), isHeld: z.boolean() }).parse(data?.['recordOrder']);
};

/** Without those that tell the same privately, with the amounts. */
const publicEventsOf = async (id: string): Promise<readonly string[]> =>
  (await eventsOf(customers, id)).filter((event) => !event.endsWith(' credit.particulars_changed'));

const grant = async (amount: string, more: object = {}): Promise<string> => {
  const { data, errors } = await customers.execute(SET, limit(amount, more));
  expect(errors).toBeUndefined();
  return z.object({ id: z.string() }).parse(data?.['setCreditLimit']).id;
};

/** The exposure, and the record of the account, the oldest line first. */
async function credit(): Promise<{ exposure: string; events: string[] }> {
  const { data, errors } = await customers.execute(
    `query ($id: ID!) { customer(id: $id) { credit {
      exposure { amount }
      events(orderBy: [{ field: "id" }], first: 100) {
        nodes { kind amount { amount } exposure { amount } daysLate }
      }
    } } }`,
    { id: customerId },
  );
  expect(errors).toBeUndefined();
  const money = z.object({ amount: z.string().nullable() }).nullable();
  const account = z
    .object({
      exposure: z.object({ amount: z.string() }),
      events: z.object({
        nodes: z.array(
          z.object({
            kind: z.string(),
            amount: money,
            exposure: money,
            daysLate: z.number().nullable(),
          }),
        ),
      }),
    })
    .parse(z.object({ customer: z.object({ credit: z.unknown() }) }).parse(data).customer.credit);
  return {
    exposure: account.exposure.amount,
    events: account.events.nodes.map(({ kind, amount, exposure, daysLate }) =>
      [kind, amount?.amount, exposure?.amount, daysLate]
        .filter((each) => each !== null && each !== undefined)
        .join(' '),
    ),
  };
}

describe('setCreditLimit', () => {
  test('opens an account that counts what is owed and ordered already', async () => {
    await record('100.00', { dueOn: '2026-12-01' });
    await record('30.00');
    await record('7.00', { status: 'COMPLETED' });
    const { data, errors } = await customers.execute(SET, limit('500', { paymentTermDays: 45 }));
    expect(errors).toBeUndefined();
    expect(data?.['setCreditLimit']).toMatchObject({
      version: 1,
      limit: { amount: '500.00', currency: 'CNY' },
      exposure: { amount: '130.00' },
      available: { amount: '370.00' },
      paymentTermDays: 45,
      isOnHold: false,
    });
    const { id } = z.object({ id: z.string() }).parse(data?.['setCreditLimit']);
    expect(await eventsOf(customers, id)).toEqual([
      '1 credit.limit_changed',
      '1 credit.particulars_changed',
    ]);
    expect(await credit()).toMatchObject({ events: ['LIMIT_SET 500.00 130.00'] });
  });

  test('changes the terms that are given and keeps the others', async () => {
    const id = await grant('500', { paymentTermDays: 45 });
    const { data } = await customers.execute(SET, limit('800', { expectedVersion: 1 }));
    expect(data?.['setCreditLimit']).toMatchObject({
      id,
      version: 2,
      available: { amount: '800.00' },
      paymentTermDays: 45,
    });
    const stale = await customers.execute(SET, limit('900', { expectedVersion: 1 }));
    expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' });
  });

  test('keeps one account for each currency', async () => {
    await grant('500');
    await customers.execute(SET, limit('70', { limit: { amount: '70', currency: 'USD' } }));
    const { data } = await customers.execute(
      `query ($id: ID!) { customer(id: $id) {
        credit(currency: "USD") { limit { amount currency } }
        creditAccounts(orderBy: [{ field: "currency" }]) { totalCount nodes { currency } }
      } }`,
      { id: customerId },
    );
    expect(data?.['customer']).toEqual({
      credit: { limit: { amount: '70.00', currency: 'USD' } },
      creditAccounts: { totalCount: 2, nodes: [{ currency: 'CNY' }, { currency: 'USD' }] },
    });
    expect((await record('9999.00', { currency: 'EUR' })).isHeld).toBe(false);
  });

  test.each([
    ['a negative limit', { limit: { amount: '-1' } }, 'limit.amount'],
    ['a limit in thousandths', { limit: { amount: '1.001' } }, 'limit.amount'],
    ['a currency that is none', { limit: { amount: '1', currency: 'yuan' } }, 'currency'],
    ['a negative term', { paymentTermDays: -1 }, 'paymentTermDays'],
    ['a hold rule of centuries', { overdueDaysMax: 99_999 }, 'overdueDaysMax'],
    ['no reason', { reason: ' ' }, 'reason'],
    ['too long a reason', { reason: '因'.repeat(1001) }, 'reason'],
  ])('refuses %s', async (_, input, path) => {
    const { errors } = await customers.execute(SET, limit('500', input));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('is for those who may read limits', async () => {
    const { errors } = await customers.execute(SET, limit('500'), { viewer: rep });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    const unknown = await customers.execute(SET, limit('500', { customerId: newId() }));
    expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const manager: Partial<Viewer> = { roles: ['manager'], staffId: newId() };
    const foreign = await customers.execute(SET, limit('500'), { viewer: manager });
    expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });
});

async function letGo(variables: Variables, viewer?: Partial<Viewer>): Promise<unknown> {
  const { data, errors } = await customers.execute(
    `mutation ($id: ID!, $reason: String!) {
      releaseOrder(input: { id: $id, reason: $reason }) { isHeld holdReason receivables { totalCount } }
    }`,
    variables,
    viewer ? { viewer } : {},
  );
  return errors?.[0]?.extensions ?? data?.['releaseOrder'];
}

describe('an order', () => {
  test('takes its place in the limit, and gives it back when it is cancelled', async () => {
    const id = await grant('500');
    const { id: billed } = await record('100.00', { dueOn: '2026-12-01' });
    const { id: unbilled } = await record('30.00');
    for (const orderId of [billed, unbilled]) {
      await customers.execute(
        'mutation ($id: ID!) { cancelOrder(input: { id: $id, reason: "误录" }) { status } }',
        { id: orderId },
      );
    }
    expect(await credit()).toEqual({
      exposure: '0.00',
      events: [
        'LIMIT_SET 500.00 0.00',
        'USED 100.00 100.00',
        'USED 30.00 130.00',
        'FREED 100.00 30.00',
        'FREED 30.00 0.00',
      ],
    });
    expect(await publicEventsOf(id)).toEqual([
      '1 credit.limit_changed',
      '2 credit.exposure_changed',
      '3 credit.exposure_changed',
      '4 credit.exposure_changed',
      '5 credit.exposure_changed',
    ]);
  });

  test('above the limit is held: nothing is owed until it is released', async () => {
    await grant('500');
    const { data } = await customers.execute(RECORD, {
      input: order('500.01', { dueOn: '2026-12-01' }),
    });
    expect(data?.['recordOrder']).toMatchObject({
      isHeld: true,
      holdReason: 'credit limit',
      dueOn: { nodes: [] },
    });
    const { id } = z.object({ id: z.string() }).parse(data?.['recordOrder']);
    expect(await credit()).toMatchObject({ exposure: '0.00' });

    expect(await publicEventsOf(id)).toEqual(['1 order.recorded']);
  });

  test('that is held goes on once, by somebody who may decide, for a reason', async () => {
    await grant('500');
    const { id } = await record('500.01', { dueOn: '2026-12-01' });
    expect(await letGo({ id, reason: 'x' }, rep)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await letGo({ id, reason: '' })).toMatchObject({ fields: [{ path: 'reason' }] });
    expect(await letGo({ id, reason: '预付款已到' })).toEqual({
      isHeld: false,
      holdReason: null,
      receivables: { totalCount: 1 },
    });
    expect(await letGo({ id, reason: 'x' })).toMatchObject({ code: 'RULE_VIOLATION' });
    expect(await credit()).toEqual({
      exposure: '500.01',
      events: ['LIMIT_SET 500.00 0.00', 'HELD 500.01 0.00', 'RELEASED 500.01 500.01'],
    });
    expect(await publicEventsOf(id)).toEqual(['1 order.recorded', '2 order.amended']);
  });

  test('that is held and cancelled uses nothing, and is not released any more', async () => {
    await grant('10');
    const { id } = await record('11.00', { dueOn: '2026-12-01' });
    await customers.execute(
      'mutation ($id: ID!) { cancelOrder(input: { id: $id, reason: "客户取消" }) { status } }',
      { id },
    );
    const { errors } = await customers.execute(
      'mutation ($id: ID!) { releaseOrder(input: { id: $id, reason: "x" }) { id } }',
      { id },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
    expect(await credit()).toMatchObject({ exposure: '0.00' });
  });

  test('is held while something is overdue for longer than is allowed', async () => {
    await record('1.00', { dueOn: '2026-01-01' });
    await grant('500', { overdueDaysMax: 10 });
    const { data } = await customers.execute(RECORD, { input: order('1.00') });
    expect(data?.['recordOrder']).toMatchObject({
      isHeld: true,
      holdReason: 'overdue receivables',
    });
  });

  test('without a day to be paid on gets the one that was agreed', async () => {
    await grant('500', { paymentTermDays: 30 });
    const { data } = await customers.execute(RECORD, { input: order('1.00') });
    expect(data?.['recordOrder']).toMatchObject({ dueOn: { nodes: [{ dueOn: '2026-12-01' }] } });
  });

  test('never slips past the limit when twenty come at once', async () => {
    await grant('100');
    const orders = await Promise.all(Array.from({ length: 20 }, () => record('10.00')));
    expect(orders.filter(({ isHeld }) => isHeld)).toHaveLength(10);
    const { exposure, events } = await credit();
    expect(exposure).toBe('100.00');
    expect(events.filter((event) => event.startsWith('USED'))).toEqual(
      Array.from({ length: 10 }, (_, at) => `USED 10.00 ${at + 1}0.00`),
    );
    expect(events.filter((event) => event.startsWith('HELD'))).toHaveLength(10);
  });
});

describe('payments', () => {
  test('free the limit and say whether they came in time, in one call or in many', async () => {
    await grant('500');
    await record('50.00', { dueOn: '2026-02-27' });
    await record('40.00', { dueOn: '2026-03-31' });
    await customers.execute(
      'mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }',
      { input: { customerId, receivedOn: '2026-03-02', amount: { amount: '60.00' } } },
    );
    await customers.execute(
      `mutation ($rows: [RecordPaymentInput!]!) {
        recordPayments(input: { rows: $rows }) { created refused }
      }`,
      {
        rows: [
          {
            customerId,
            receivedOn: '2026-03-05',
            amount: { amount: '10.00' },
            source: 'erp',
            externalRef: newId(),
          },
        ],
      },
    );
    expect(await credit()).toEqual({
      exposure: '20.00',
      events: [
        'LIMIT_SET 500.00 0.00',
        'USED 50.00 50.00',
        'USED 40.00 90.00',
        'PAID_LATE 50.00 40.00 3',
        'PAID_ON_TIME 10.00 30.00 0',
        'PAID_ON_TIME 10.00 20.00 0',
      ],
    });
  });
});

const hold = (more: object = {}): Variables => ({
  input: { customerId, reason: '拖欠', ...more },
});

const many = (count: number, make: (at: number) => Promise<unknown>): Promise<unknown>[] =>
  Array.from({ length: count }, (_, at) => make(at));

test('the exposure is what is owed and ordered, whatever comes at once', async () => {
  await grant('100000');
  const { id: cancelled } = await record('70.00', { dueOn: '2026-12-01' });
  const row = (at: number): object =>
    order('3.00', { source: 'erp', externalRef: `${customerId}-${at}` });
  await Promise.all([
    ...many(8, () => record('10.00', { dueOn: '2026-12-01' })),
    ...many(4, () => record('5.00')),
    ...many(4, () =>
      makeRecord(customers, 'recordPayment', {
        customerId,
        receivedOn: '2026-11-20',
        amount: { amount: '4.00' },
      }),
    ),
    ...many(2, (at) =>
      customers.execute(
        `mutation ($rows: [RecordOrderInput!]!) { upsertOrders(input: { rows: $rows }) { created } }`,
        { rows: [row(at * 2), row(at * 2 + 1)] },
      ),
    ),
    customers.execute(
      'mutation ($id: ID!) { cancelOrder(input: { id: $id, reason: "误录" }) { id } }',
      { id: cancelled },
    ),
  ]);
  const { data } = await customers.execute(
    `query ($id: ID!) { checkCredit(customerId: $id, amount: { amount: "1" }) {
      openReceivables { amount } unbilledOrders { amount } account { exposure { amount } }
    } }`,
    { id: customerId },
  );
  const money = z.object({ amount: z.string() });
  const { openReceivables, unbilledOrders, account } = z
    .object({
      openReceivables: money,
      unbilledOrders: money,
      account: z.object({ exposure: money }),
    })
    .parse(data?.['checkCredit']);
  expect(Number(unbilledOrders.amount)).toBe(32);
  expect(account.exposure.amount).toBe(sumAmounts([openReceivables.amount, unbilledOrders.amount]));
});

describe('a hold of the account', () => {
  test('refuses orders until it is released', async () => {
    const id = await grant('500');
    const { data } = await customers.execute(HOLD, hold());
    expect(data?.['placeCreditHold']).toMatchObject({ isOnHold: true, holdReason: '拖欠' });
    const refused = await customers.execute(RECORD, { input: order('1.00') });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });

    const released = await customers.execute(RELEASE, hold({ reason: '已还清' }));
    expect(released.data?.['releaseCreditHold']).toEqual({ isOnHold: false, holdReason: null });
    expect((await record('1.00')).isHeld).toBe(false);
    expect((await credit()).events).toEqual([
      'LIMIT_SET 500.00 0.00',
      'HELD 0.00',
      'RELEASED 0.00',
      'USED 1.00 1.00',
    ]);
    expect(await publicEventsOf(id)).toEqual([
      '1 credit.limit_changed',
      '2 credit.held',
      '3 credit.released',
      '4 credit.exposure_changed',
    ]);
  });

  test('lets imports go on, and they are told', async () => {
    const id = await grant('500');
    await customers.execute(HOLD, hold());
    const UPSERT = `mutation ($rows: [RecordOrderInput!]!) {
      upsertOrders(input: { rows: $rows }) { created updated refused }
    }`;
    const rows = [order('70.00', { source: 'erp', externalRef: newId() })];
    const { data } = await customers.execute(UPSERT, { rows });
    expect(data?.['upsertOrders']).toMatchObject({ created: 1 });
    const smaller = rows.map((row) => ({ ...row, lines: [{ quantity: '1', unitPrice: '60.00' }] }));
    const amended = await customers.execute(UPSERT, { rows: smaller });
    expect(amended.data?.['upsertOrders']).toMatchObject({ updated: 1 });
    expect(await credit()).toMatchObject({ exposure: '60.00' });
    expect((await publicEventsOf(id)).slice(2)).toEqual([
      '3 credit.exceeded',
      '4 credit.exposure_changed',
    ]);
  });

  test.each([
    ['is on hold already', HOLD, 'place', 'RULE_VIOLATION'],
    ['is not on hold', RELEASE, 'release', 'RULE_VIOLATION'],
  ])('is refused when the account %s', async (_, document, deed, code) => {
    await grant('500');
    if (deed === 'place') await customers.execute(HOLD, hold());
    const { errors } = await customers.execute(document, hold());
    expect(errors?.[0]?.extensions).toMatchObject({ code });
  });

  test('takes an account, a reason, and the right', async () => {
    const none = await customers.execute(HOLD, hold());
    expect(none.errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
    await grant('500');
    const blank = await customers.execute(HOLD, hold({ reason: '' }));
    expect(blank.errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'reason' }] });
    const byRep = await customers.execute(HOLD, hold(), { viewer: rep });
    expect(byRep.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('checkCredit', () => {
  const CHECK = `query ($id: ID!, $amount: Decimal!) {
    checkCredit(customerId: $id, amount: { amount: $amount }) {
      verdict reasons openReceivables { amount } overdue { amount } overdueDays
      unbilledOrders { amount } heldOrders { amount } heldOrderCount account { available { amount } }
    }
  }`;

  test('says what would become of an order, with what it knows', async () => {
    await record('50.00', { dueOn: '2026-01-01' });
    await record('20.00', { dueOn: '2099-01-01' });
    await record('10.00');
    await grant('100');
    await record('21.00');
    const { data, errors } = await customers.execute(CHECK, { id: customerId, amount: '20.01' });
    expect(errors).toBeUndefined();
    expect(data?.['checkCredit']).toMatchObject({
      verdict: 'HELD',
      reasons: ['OVER_LIMIT'],
      openReceivables: { amount: '70.00' },
      overdue: { amount: '50.00' },
      unbilledOrders: { amount: '10.00' },
      heldOrders: { amount: '21.00' },
      heldOrderCount: 1,
      account: { available: { amount: '20.00' } },
    });
    const within = await customers.execute(CHECK, { id: customerId, amount: '20.00' });
    expect(within.data?.['checkCredit']).toMatchObject({ verdict: 'ALLOWED', reasons: [] });
  });

  test('says so when nothing was agreed, and tells those who may not read limits nothing', async () => {
    const { data } = await customers.execute(CHECK, { id: customerId, amount: '1' });
    expect(data?.['checkCredit']).toMatchObject({ verdict: 'ALLOWED', reasons: ['NO_ACCOUNT'] });
    const byRep = await customers.execute(CHECK, { id: customerId, amount: '1' }, { viewer: rep });
    expect(byRep.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    const unknown = await customers.execute(CHECK, { id: newId(), amount: '1' });
    expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('who may read credit', () => {
  test('shows a salesperson that an account is on hold, and no limit on any path', async () => {
    await grant('500');
    await customers.db.query(
      'UPDATE customer SET ownerId = UUID_TO_BIN(?) WHERE id = UUID_TO_BIN(?)',
      [rep.staffId, customerId],
    );
    const ask = (query: string) => customers.execute(query, { id: customerId }, { viewer: rep });
    const { data } = await ask(
      `query ($id: ID!) { customer(id: $id) { credit {
        currency isOnHold limit { amount } exposure { amount } available { amount } paymentTermDays
        events { nodes { kind amount { amount } reason } }
        fieldHistory { nodes { field } }
      } } }`,
    );
    expect(data?.['customer']).toEqual({
      credit: {
        currency: 'CNY',
        isOnHold: false,
        limit: null,
        exposure: null,
        available: null,
        paymentTermDays: null,
        events: { nodes: [{ kind: 'LIMIT_SET', amount: null, reason: null }] },
        fieldHistory: { nodes: [] },
      },
    });
    for (const list of [
      'creditAccounts(where: { limit: { amount: { gt: "1" } } })',
      'creditAccounts(orderBy: [{ field: "available.amount" }])',
      'creditEvents(where: { amount: { amount: { gt: "1" } } })',
    ]) {
      const { errors } = await ask(
        `query ($id: ID!) { customer(id: $id) { id } ${list} { totalCount } }`,
      );
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test('finds accounts by what is available, and adds up by customer and currency', async () => {
    await grant('123.45');
    const { data, errors } = await customers.execute(
      `query ($id: ID!) {
        creditAccounts(
          where: { customerId: { eq: $id }, available: { amount: { lte: "123.45" } } }
          orderBy: [{ field: "available.amount" }]
        ) { nodes { available { amount } } }
        creditAccountAggregate(
          where: { customerId: { eq: $id } }
          measures: [{ fn: SUM, field: "limit" }, { fn: SUM, field: "available" }]
        ) { rows { values { value currency } } }
        customers(where: { creditAccounts: { some: { limit: { amount: { eq: "123.45" } } } } }) {
          totalCount
        }
      }`,
      { id: customerId },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      creditAccounts: { nodes: [{ available: { amount: '123.45' } }] },
      creditAccountAggregate: {
        rows: [
          {
            values: [
              { value: '123.45', currency: 'CNY' },
              { value: '123.45', currency: 'CNY' },
            ],
          },
        ],
      },
      customers: { totalCount: 1 },
    });
  });

  test('reads the credit of thirty customers with as many statements as of three', async () => {
    for (let at = 0; at < 30; at += 1) {
      customerId = await makeRecord(customers, 'createCustomer', { name: `Lister ${at}` });
      await grant('10');
    }
    const query = `query ($first: Int) { customers(first: $first) { nodes {
            credit { limit { amount } customer { name } events(first: 2) { nodes { kind account { id } } } }
          } } }`;
    const few = await statementsOf(customers, query, { first: 3 });
    expect(await statementsOf(customers, query, { first: 30 })).toBe(few);
  });
});
