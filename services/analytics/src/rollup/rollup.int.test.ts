import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { App } from '@crm/kit/context';
import { seizeLease, type Lease } from '@crm/kit/database/lease';
import type { RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { countStatements } from '@crm/kit/testing/statements';
import { CustomerUpdated } from '@crm/schemas/events/customer';
import { InteractionRemoved } from '@crm/schemas/events/interaction';
import { OrderAmended, OrderCancelled, OrderRecorded } from '@crm/schemas/events/order';
import { PaymentReceived } from '@crm/schemas/events/payment';
import {
  ReceivableChanged,
  ReceivableOpened,
  type ReceivableData,
} from '@crm/schemas/events/receivable';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, customerData, eventOf, logged, orderData } from '../testing/events.ts';
import { keepRollups } from './rollup.job.ts';

let analytics: TestAnalytics;
let now = new Date('2026-11-24T04:00:00Z');
let app: App;
let lease: Lease;

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  app = { db: analytics.db, log: createLog('test', 'silent'), now: () => now };
  lease = await taken();
});
afterAll(() => analytics.stop());

async function taken(): Promise<Lease> {
  const found = await seizeLease(analytics.db, {
    name: 'rollups',
    holder: newId(),
    ttlMs: 600_000,
  });
  if (!found) throw new Error('The lease is taken');
  return found;
}

async function keepAll(): Promise<void> {
  while (await keepRollups(app, lease)) {
    // The next series, or more changes.
  }
}

/** The same numbers each time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const days = ['2025-01-31', '2025-02-01', '2025-12-31', '2026-01-01', '2026-05-17', '2026-11-30'];
const times = ['2025-12-31T15:59:59Z', '2025-12-31T16:00:00Z', '2026-05-31T20:00:00Z'];
const owners = [newId(), newId(), null];

/** A company in which everything changes: customers, their facts, whose they are, and what they come to. */
function story(seed: number): (count: number) => RecordedEvent[] {
  const below = random(seed);
  const pick = <Value>(all: readonly Value[]): Value => {
    const found = all[below(all.length)];
    if (found === undefined) throw new Error('There is nothing to pick');
    return found;
  };
  // Some of them are not told of before their facts, or not at all.
  const customers = Array.from({ length: 8 }, () => newId());
  const versions = new Map<string, number>();
  const next = (id: string): { id: string; version: number } => {
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    return { id, version };
  };
  const known: Record<'interactions' | 'orders' | 'receivables', string[]> = {
    interactions: [],
    orders: [],
    receivables: [],
  };
  const traits = (): object => ({
    level: pick(['KEY', 'SMALL', null]),
    industry: pick(['C', 'F', null]),
    province: pick(['上海', '浙江', '', null]),
    ownerId: pick(owners),
  });
  const amount = (): { amount: string; currency: string } => ({
    amount: `${below(500)}.${String(below(100)).padStart(2, '0')}`,
    currency: pick(['CNY', 'CNY', 'USD']),
  });
  const orderOf = (): ReturnType<typeof orderData> =>
    orderData('0.00', pick(days), { amount: amount() });
  const receivableOf = (): ReceivableData => ({
    orderId: null,
    dueOn: pick(days),
    amount: { amount: '500.00', currency: 'CNY' },
    balance: { amount: amount().amount, currency: 'CNY' },
  });
  const moved = { changedFields: ['customerId'] };
  const ending = (ids: string[]): string | null => {
    const id = ids.length > 0 ? pick(ids) : null;
    if (id !== null) ids.splice(ids.indexOf(id), 1);
    return id;
  };
  const makers: readonly (() => RecordedEvent | '' | null)[] = [
    () => {
      const at = next(pick(customers));
      const data = customerData(traits());
      return at.version === 1
        ? created(at.id, data)
        : eventOf(CustomerUpdated, { ...at, customerId: at.id }, { ...data, changes: {} });
    },
    () => {
      const at = next(newId());
      known.orders.push(at.id);
      return eventOf(OrderRecorded, { ...at, customerId: pick(customers) }, orderOf());
    },
    () => {
      const id = known.orders.length > 0 ? pick(known.orders) : null;
      return (
        id &&
        eventOf(OrderAmended, { ...next(id), customerId: pick(customers), ...moved }, orderOf())
      );
    },
    () => {
      const id = ending(known.orders);
      return (
        id &&
        eventOf(OrderCancelled, { ...next(id), customerId: pick(customers), ...moved }, orderOf())
      );
    },
    () =>
      eventOf(
        PaymentReceived,
        { id: newId(), customerId: pick(customers) },
        {
          receivedOn: pick(days),
          method: 'CASH',
          amount: amount(),
          allocations: [],
        },
      ),
    () => {
      const at = next(newId());
      known.receivables.push(at.id);
      return eventOf(ReceivableOpened, { ...at, customerId: pick(customers) }, receivableOf());
    },
    () => {
      const id = known.receivables.length > 0 ? pick(known.receivables) : null;
      return (
        id &&
        eventOf(
          ReceivableChanged,
          { ...next(id), customerId: pick(customers), ...moved },
          receivableOf(),
        )
      );
    },
    () => {
      const at = next(newId());
      known.interactions.push(at.id);
      const customerId = below(4) === 0 ? null : pick(customers);
      return { ...logged(customerId, { occurredAt: pick(times) }), aggregateId: at.id };
    },
    () => {
      const id = ending(known.interactions);
      return id && eventOf(InteractionRemoved, { ...next(id), customerId: pick(customers) }, {});
    },
  ];
  return (count) =>
    Array.from({ length: count }, () => pick(makers)()).flatMap((each) => each || []);
}

const FIGURES = `query ($fact: FactKind!, $where: FactWhere, $groupBy: [GroupBy!], $measures: [Measure!]!, $having: [Having!], $orderBy: [AggregateOrder!]) {
  factAggregate(fact: $fact, where: $where, groupBy: $groupBy, measures: $measures, having: $having, orderBy: $orderBy, first: 1000) {
    hasMore rows { keys { field value label(locale: ZH_CN) } values { fn field value currency } } } }`;

type Question = { readonly fact: string; readonly measures: object } & Record<string, unknown>;

const kinds = [
  { fact: 'ORDER', day: 'orderedOn', field: 'amount' },
  { fact: 'PAYMENT', day: 'receivedOn', field: 'amount' },
  { fact: 'RECEIVABLE', day: 'dueOn', field: 'amount' },
  { fact: 'RECEIVABLE', day: 'dueOn', field: 'balance' },
  { fact: 'INTERACTION', day: 'occurredAt', field: null },
] as const;

/** Each of these is held by the sums. */
const held: readonly Question[] = kinds.flatMap(({ fact, day, field }) => {
  const year =
    day === 'occurredAt'
      ? { gte: '2026-01-01T00:00:00+08:00', lt: '2027-01-01T00:00:00+08:00' }
      : { gte: '2026-01-01', lte: '2026-12-31' };
  const measures = [{ fn: 'COUNT' }, ...(field ? [{ fn: 'SUM', field }] : [])];
  const by = [
    [],
    ...['level', 'industry', 'province', 'ownerId'].map((name) => [{ field: `customer.${name}` }]),
  ];
  return by.flatMap((groups) =>
    [null, 'MONTH', 'QUARTER', 'YEAR'].flatMap((bucket) =>
      [{}, { [day]: year }].map((where) => ({
        fact,
        measures,
        where,
        groupBy: [...(bucket ? [{ field: day, bucket }] : []), ...groups],
        ...(field ? { having: [{ measure: 1, gt: '100' }] } : {}),
        orderBy: [{ measure: 0, direction: 'DESC' }],
      })),
    ),
  );
});

async function ask(question: Question): Promise<unknown> {
  const { data, errors } = await analytics.subgraph.execute(FIGURES, question);
  expect(errors).toBeUndefined();
  const { rows, hasMore } = Object(data?.['factAggregate']);
  // Rows that only their currency tells apart have no order.
  return { hasMore, rows: rows.map((row: unknown) => JSON.stringify(row)).toSorted() };
}

const setWhole = (isWhole: boolean): Promise<unknown> =>
  analytics.db.query('UPDATE rollupState SET isWhole = ?', [isWhole]);

/** What the facts themselves say. */
async function plainly(questions: readonly Question[]): Promise<readonly unknown[]> {
  await setWhole(false);
  const answers: unknown[] = [];
  for (const question of questions) answers.push(await ask(question));
  await setWhole(true);
  return answers;
}

const parts = 7;
let turn = 0;

/** Of the questions a part each time, all of them in turn. */
async function expectEqual(): Promise<void> {
  turn += 1;
  const some = held.filter((_, at) => at % parts === turn % parts);
  const wanted = await plainly(some);
  for (const [at, question] of some.entries()) {
    expect({ question, answer: await ask(question) }).toEqual({ question, answer: wanted[at] });
  }
}

const facts = async (): Promise<number> => {
  const [row]: { total: string }[] = await analytics.db.query(
    "SELECT COALESCE(SUM(facts), 0) AS total FROM rollup WHERE dimension = 'level'",
  );
  return Number(row?.total);
};

describe('sums by month', () => {
  test('say what the facts say, whatever is told and in whatever parts', async () => {
    const tell = story(7);
    // What was there before they were kept.
    await apply(analytics.db, tell(120));
    await keepAll();
    expect(await facts()).toBeGreaterThan(30);
    await expectEqual();
    // Changes that wait, and changes that were added.
    for (const count of [1, 40, 120, 200]) {
      await apply(analytics.db, tell(count));
      await expectEqual();
      await keepAll();
      await expectEqual();
    }
    const [left]: { total: number }[] = await analytics.db.query(
      'SELECT COUNT(*) AS total FROM rollupDelta',
    );
    expect(left?.total).toBe(0);
  });

  test('come to the same when they are counted anew, after a day', async () => {
    const before: unknown = await analytics.db.query(
      'SELECT * FROM rollup WHERE facts <> 0 OR amount <> 0 ORDER BY 1, 2, 3, 4, 5, 6',
    );
    await analytics.db.query('UPDATE rollup SET facts = facts + 1 LIMIT 5');
    now = new Date(now.getTime() + 25 * 3_600_000);
    await keepAll();
    expect(await analytics.db.query('SELECT * FROM rollup ORDER BY 1, 2, 3, 4, 5, 6')).toEqual(
      before,
    );
  });

  test('are not written by a process whose lease was lost', async () => {
    await setWhole(false);
    const dead = lease;
    lease = await taken();
    await expect(keepRollups(app, dead)).rejects.toThrow('was lost');
    await keepAll();
    await expectEqual();
  });

  test('answer with one statement, and the facts answer what they do not hold', async () => {
    await analytics.db.query("UPDATE rollup SET amount = 1 WHERE series = 'ORDER.amount'");
    const sum = { fact: 'ORDER', measures: [{ fn: 'SUM', field: 'amount' }] };
    const groupBy = [{ field: 'customer.level' }];
    const isKept = async (question: object): Promise<boolean> => {
      const asked = { ...sum, groupBy, ...question };
      const [wanted] = await plainly([asked]);
      return JSON.stringify(await ask(asked)) !== JSON.stringify(wanted);
    };
    expect(await isKept({})).toBe(true);
    expect(await countStatements(analytics.db, () => ask({ ...sum, groupBy: [] }))).toBe(1);
    for (const question of [
      { where: { status: { eq: 'COMPLETED' } } },
      { where: { orderedOn: { gte: '2026-01-02' } } },
      { where: { orderedOn: { gte: '2025-01-01' }, customer: { level: { eq: 'KEY' } } } },
      { groupBy: [{ field: 'customer.level' }, { field: 'customer.industry' }] },
      { groupBy: [{ field: 'orderedOn', bucket: 'WEEK' }] },
      { groupBy: [{ field: 'status' }] },
      { measures: [{ fn: 'AVG', field: 'amount' }] },
    ]) {
      expect({ question, isKept: await isKept(question) }).toEqual({ question, isKept: false });
    }
    const ofRep = { viewer: { roles: ['rep' as const], staffId: owners[0] ?? null } };
    const { data } = await analytics.subgraph.execute(FIGURES, { ...sum, groupBy }, ofRep);
    await setWhole(false);
    const plain = await analytics.subgraph.execute(FIGURES, { ...sum, groupBy }, ofRep);
    await setWhole(true);
    expect(data).toEqual(plain.data);
  });
});
