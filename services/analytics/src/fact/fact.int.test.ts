import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { CustomerUpdated } from '@crm/schemas/events/customer';
import { StaffUpserted } from '@crm/schemas/events/directory';
import { OrderCancelled, OrderRecorded } from '@crm/schemas/events/order';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { ReceivableOpened } from '@crm/schemas/events/receivable';
import { VocabularyTermSaved } from '@crm/schemas/events/vocabulary';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import {
  apply,
  created,
  customerData,
  eventOf,
  logged,
  ordered,
  orderData,
} from '../testing/events.ts';

let analytics: TestAnalytics;
const [wang, li, key, small, cancelled] = [newId(), newId(), newId(), newId(), newId()];
const smallTerm = newId();

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    staff(wang, '王芳'),
    staff(li, '李雷'),
    created(key, { level: 'KEY', ownerId: wang, name: '甲公司' }),
    created(small, { level: 'SMALL', ownerId: li, name: '乙公司' }),
    logged(key, { staffIds: [li, wang], occurredAt: '2026-01-31T16:00:00Z' }),
    logged(key, { staffIds: [wang], kind: 'CALL' }),
    logged(null, { staffIds: [wang] }),
    ordered(key, '100.00', { orderedOn: '2026-01-31', salespersonId: li }),
    ordered(key, '50.00', { orderedOn: '2026-02-01', salespersonId: li }),
    ordered(key, '7.00', { orderedOn: '2026-02-02', currency: 'USD', salespersonId: li }),
    ordered(small, '20.00', { orderedOn: '2026-02-28', salespersonId: li }),
    eventOf(
      OrderRecorded,
      { id: cancelled, customerId: small },
      orderData('1000.00', '2026-02-03'),
    ),
    eventOf(
      OrderCancelled,
      { id: cancelled, customerId: small, version: 2 },
      orderData('1000.00', '2026-02-03', { status: 'CANCELLED' }),
    ),
    eventOf(
      PaymentReceived,
      { id: newId(), customerId: key },
      {
        receivedOn: '2026-03-01',
        amount: { amount: '60.00', currency: 'CNY' },
        method: 'CASH',
        allocations: [],
      },
    ),
    eventOf(
      ReceivableOpened,
      { id: newId(), customerId: small },
      {
        orderId: null,
        amount: { amount: '20.00', currency: 'CNY' },
        balance: { amount: '20.00', currency: 'CNY' },
        dueOn: '2020-01-01',
      },
    ),
  ]);
});
afterAll(() => analytics.stop());

const staff = (id: string, name: string): RecordedEvent =>
  eventOf(StaffUpserted, { id }, { code: name, name, teamId: null, managerId: null, active: true });

const AGGREGATE = `query ($fact: FactKind!, $where: FactWhere, $groupBy: [GroupBy!], $measures: [Measure!]!, $having: [Having!], $orderBy: [AggregateOrder!], $first: Int) {
  factAggregate(fact: $fact, where: $where, groupBy: $groupBy, measures: $measures, having: $having, orderBy: $orderBy, first: $first) {
    rows { keys { field value label } values { value currency } } hasMore } }`;

type Row = {
  readonly keys: readonly { readonly value: string | null; readonly label: string | null }[];
  readonly values: readonly { readonly value: string; readonly currency: string | null }[];
};

/** Each group as `key: value currency`, in the order given. */
async function groups(
  variables: Readonly<Record<string, unknown>>,
  viewer = {},
): Promise<readonly string[]> {
  const { data, errors } = await analytics.subgraph.execute(AGGREGATE, variables, { viewer });
  expect(errors).toBeUndefined();
  const rows: readonly Row[] = Object(data?.['factAggregate']).rows;
  return rows.map(({ keys, values }) => {
    const names = keys.map(({ value, label }) => label ?? value);
    const figures = values.map(({ value, currency }) => [value, currency].join(' ').trim());
    return `${names.join(', ')}: ${figures.join(', ')}`;
  });
}

const amount = [{ fn: 'SUM', field: 'amount' }];

describe('factAggregate', () => {
  test('groups orders by the level of their customer and by month, currencies kept apart', async () => {
    const groupBy = [{ field: 'customer.level' }, { field: 'orderedOn', bucket: 'MONTH' }];
    const orderBy = [{ field: 'customer.level', direction: 'ASC' }];
    expect(await groups({ fact: 'ORDER', groupBy, measures: amount, orderBy })).toEqual([
      '重点客户, 2026-01-01: 100.00 CNY',
      '重点客户, 2026-02-01: 50.00 CNY',
      '重点客户, 2026-02-01: 7.00 USD',
      '小客户, 2026-02-01: 20.00 CNY',
    ]);
  });

  test.each([
    ['DAY', ['2026-01-31', '2026-02-01', '2026-02-02', '2026-02-28']],
    ['WEEK', ['2026-01-26', '2026-02-02', '2026-02-23']],
    ['MONTH', ['2026-01-01', '2026-02-01']],
    ['QUARTER', ['2026-01-01']],
    ['YEAR', ['2026-01-01']],
  ])('names a %s by its first day', async (bucket, days) => {
    const groupBy = [{ field: 'orderedOn', bucket }];
    const orderBy = [{ field: 'orderedOn', direction: 'ASC' }];
    const found = await groups({ fact: 'ORDER', groupBy, measures: [{ fn: 'COUNT' }], orderBy });
    expect(found.map((group) => group.split(':', 1)[0])).toEqual(days);
  });

  test('names the people behind the ids', async () => {
    const measures = [{ fn: 'COUNT' }, { fn: 'COUNT_DISTINCT', field: 'customerId' }];
    const byOwner = { groupBy: [{ field: 'customer.ownerId' }], measures };
    expect(await groups({ fact: 'ORDER', ...byOwner })).toEqual(
      expect.arrayContaining(['王芳: 3, 1', '李雷: 1, 1']),
    );
    const bySeller = { groupBy: [{ field: 'salespersonId' }], measures };
    expect(await groups({ fact: 'ORDER', ...bySeller })).toEqual(['李雷: 4, 2']);
    const byCustomer = { groupBy: [{ field: 'customerId' }], measures };
    expect(await groups({ fact: 'PAYMENT', ...byCustomer })).toEqual(['甲公司: 1, 1']);
  });

  test('names terms as customers does, whatever order it is told in', async () => {
    const byLevel = { groupBy: [{ field: 'customer.level' }], measures: [{ fn: 'COUNT' }] };
    const term = { vocabulary: 'customer_level', code: 'SMALL', parent: null, order: 3 };
    const named = (version: number, zh: string): RecordedEvent =>
      eventOf(
        VocabularyTermSaved,
        { id: smallTerm, version },
        { ...term, labels: { zh, en: zh }, active: true },
      );
    await apply(analytics.db, [named(3, '微型客户'), named(2, '小微客户')]);
    expect(await groups({ fact: 'ORDER', ...byLevel })).toContain('微型客户: 1');
    await apply(analytics.db, [named(4, '小客户')]);
    expect(await groups({ fact: 'ORDER', ...byLevel })).toContain('小客户: 1');
  });

  test('filters by the fact and by its customer', async () => {
    const where = {
      orderedOn: { gte: '2026-02-01' },
      amount: { currency: { eq: 'CNY' } },
      customer: { level: { in: ['KEY', 'SMALL'] }, not: { name: { contains: '乙' } } },
    };
    expect(await groups({ fact: 'ORDER', where, measures: amount })).toEqual([': 50.00 CNY']);
    expect(
      await groups({
        fact: 'RECEIVABLE',
        where: { isOverdue: { eq: true } },
        measures: [{ fn: 'SUM', field: 'balance' }],
      }),
    ).toEqual([': 20.00 CNY']);
  });

  test('groups interactions by who led them and by month in Shanghai', async () => {
    const groupBy = [{ field: 'staffId' }, { field: 'occurredAt', bucket: 'MONTH' }];
    const orderBy = [{ field: 'occurredAt', direction: 'ASC' }];
    const visits = { fact: 'INTERACTION', groupBy, orderBy, measures: [{ fn: 'COUNT' }] };
    expect(await groups({ ...visits, where: { kind: { eq: 'VISIT' } } })).toEqual([
      '李雷, 2026-02-01: 1',
      '王芳, 2026-11-01: 1',
    ]);
    expect(
      await groups({ ...visits, groupBy: [], orderBy: [], where: { staffIds: { has: wang } } }),
    ).toEqual([': 3']);
  });

  test('keeps the groups over a bound, most first', async () => {
    const groupBy = [{ field: 'customerId' }];
    const orderBy = [{ measure: 0, direction: 'DESC' }];
    const having = [{ measure: 0, gte: '20' }];
    expect(await groups({ fact: 'ORDER', groupBy, measures: amount, having, orderBy })).toEqual([
      '甲公司: 150.00 CNY',
      '乙公司: 20.00 CNY',
    ]);
  });

  test('counts what the viewer may read, and nothing else', async () => {
    const asWang = { roles: ['rep'], staffId: wang };
    expect(await groups({ fact: 'ORDER', measures: [{ fn: 'COUNT' }] }, asWang)).toEqual([': 3']);
    const asPartner = { roles: ['partner'] };
    expect(await groups({ fact: 'ORDER', measures: [{ fn: 'COUNT' }] }, asPartner)).toEqual([
      ': 0',
    ]);
  });

  test('follows a customer who changes hands', async () => {
    const data = customerData({ level: 'SMALL', ownerId: wang, name: '乙公司' });
    await apply(analytics.db, [
      eventOf(
        CustomerUpdated,
        { id: small, customerId: small, version: 2 },
        { ...data, changes: {} },
      ),
    ]);
    const byOwner = { groupBy: [{ field: 'customer.ownerId' }], measures: [{ fn: 'COUNT' }] };
    expect(await groups({ fact: 'ORDER', ...byOwner })).toEqual(['王芳: 4']);
  });

  test('costs one statement, and one for the names of each group field', async () => {
    const groupBy = [{ field: 'customer.ownerId' }, { field: 'customerId' }];
    const count = (): Promise<unknown> =>
      groups({ fact: 'ORDER', groupBy, measures: [{ fn: 'COUNT' }] });
    expect(await countStatements(analytics.db, count)).toBe(3);
  });

  test.each([
    [{ where: { receivedOn: { gt: '2026-01-01' } } }, 'OrderFact has no field "receivedOn"'],
    [{ groupBy: [{ field: 'customer.nickname' }] }, 'Customer has no field "nickname"'],
    [{ groupBy: [{ field: 'status', bucket: 'MONTH' }] }, 'no date to put in buckets'],
    [{ measures: [{ fn: 'SUM', field: 'status' }] }, 'SUM needs a number'],
    [{ measures: [] }, 'Ask for 1 to 10 measures'],
    [{ having: [{ measure: 3, gt: '1' }] }, 'no measure 3'],
    [{ first: 1001 }, 'Ask for 1 to 1000 groups'],
  ])('refuses %j', async (variables, message) => {
    const { errors } = await analytics.subgraph.execute(AGGREGATE, {
      fact: 'ORDER',
      measures: amount,
      ...variables,
    });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code: 'INVALID' },
    });
  });
});
