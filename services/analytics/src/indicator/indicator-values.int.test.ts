import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@crm/kit/event/event';
import type { Criteria } from '@crm/kit/record/criteria';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { ReceivableOpened } from '@crm/schemas/events/receivable';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, eventOf, logged, ordered } from '../testing/events.ts';
import { readIndicatorValues } from './indicator-values.repository.ts';
import { readCatalogue } from './indicator.repository.ts';
import type { Indicator, IndicatorSource, IndicatorValue, SubjectType } from './indicator.ts';
import { eachSubjectChunk } from './subject.repository.ts';

let analytics: TestAnalytics;
// Made one after the other, so that this is their order too.
const [first, second, silent] = [newId(), newId(), newId()];
const [wang, person, other] = [newId(), newId(), newId()];

const paid = (customerId: string, amount: string, receivedOn: string): RecordedEvent =>
  eventOf(
    PaymentReceived,
    { id: newId(), customerId },
    { receivedOn, amount: { amount, currency: 'CNY' }, method: 'CASH', allocations: [] },
  );

const owed = (customerId: string, balance: string, dueOn: string): RecordedEvent =>
  eventOf(
    ReceivableOpened,
    { id: newId(), customerId },
    {
      orderId: null,
      amount: { amount: '1000.00', currency: 'CNY' },
      balance: { amount: balance, currency: 'CNY' },
      dueOn,
    },
  );

beforeAll(async () => {
  analytics = await testAnalytics(() => new Date('2026-01-01T03:00:00Z'));
  await apply(analytics.db, [
    created(first, { establishedOn: '2015-01-02', level: 'KEY' }),
    created(second, { legalForm: null, establishedOn: null, level: 'SMALL' }),
    created(silent, { level: 'SMALL' }),
    ordered(first, '100.10', { orderedOn: '2024-12-31', salespersonId: wang }),
    ordered(first, '250.20', { orderedOn: '2025-12-31', salespersonId: wang }),
    ordered(first, '30.05', { orderedOn: '2026-01-01', salespersonId: wang }),
    ordered(first, '7.00', { orderedOn: '2026-01-01', currency: 'USD' }),
    ordered(second, '80.00', { orderedOn: '2025-06-30', status: 'PLACED' }),
    paid(first, '60.00', '2025-12-31'),
    paid(first, '40.00', '2026-01-01'),
    owed(first, '300.00', '2025-12-31'),
    owed(first, '900.00', '2026-01-01'),
    // The first moment of the year in Shanghai, and the last of the year before.
    logged(first, { occurredAt: '2025-12-31T16:00:00Z', staffIds: [wang], personIds: [person] }),
    logged(first, { occurredAt: '2025-12-31T15:59:59Z', personIds: [person, other] }),
    logged(first, {
      occurredAt: '2025-12-02T02:00:00Z',
      kind: 'CALL',
      direction: 'INBOUND',
      personIds: [person],
    }),
  ]);
});
afterAll(() => analytics.stop());

type Asked = {
  readonly subjectType?: SubjectType;
  readonly today?: string;
  readonly isPast?: boolean;
};

const custom = (code: string, source: IndicatorSource, subjectType: SubjectType): Indicator => ({
  code,
  labels: { zh: code, en: code },
  category: 'TRANSACTION',
  subjectType,
  source,
  valueType: 'NUMBER',
  unit: null,
  isActive: true,
});

/** Of the indicators that there are, or of sources, by code. */
async function values(
  subjectId: string,
  wanted: readonly (string | readonly [code: string, source: IndicatorSource])[],
  { subjectType = 'CUSTOMER', today = '2026-01-01', isPast = false }: Asked = {},
): Promise<Readonly<Record<string, IndicatorValue>>> {
  const { indicators } = await readCatalogue(analytics.db.manager);
  const found = await readIndicatorValues(analytics.db.manager, {
    indicators: wanted.flatMap((each) =>
      typeof each === 'string' ? (indicators.get(each) ?? []) : custom(...each, subjectType),
    ),
    subjectType,
    subjectIds: [subjectId],
    today,
    isPast,
  });
  return Object.fromEntries(found.get(subjectId) ?? []);
}

const visits = (window: 'LAST_YEAR' | 'THIS_YEAR'): IndicatorSource => ({
  kind: 'AGGREGATE',
  fact: 'INTERACTION',
  measure: 'COUNT',
  where: { kind: { eq: 'VISIT' } },
  window: { kind: window },
});

describe('indicators at the turn of the year in Shanghai', () => {
  test('are what the facts add up to by hand', async () => {
    expect(
      await values(first, [
        'order_amount_total',
        'order_amount_this_year',
        'order_amount_last_year',
        'order_amount_365d',
        'order_average_amount',
        'order_amount_growth',
        'order_count_total',
        'order_count_this_year',
        'order_count_365d',
        'order_months_365d',
        'repeat_order_rate',
        'days_since_last_order',
        'days_since_first_order',
        'payment_amount_total',
        'payment_amount_this_year',
        'days_since_last_payment',
        'visit_count_180d',
        'days_since_last_interaction',
        'days_since_last_visit',
      ]),
    ).toEqual({
      order_amount_total: '380.35',
      order_amount_this_year: '30.05',
      order_amount_last_year: '250.20',
      order_amount_365d: '280.25',
      order_average_amount: '126.783333',
      order_amount_growth: '-0.879896',
      // In any currency.
      order_count_total: '4',
      order_count_this_year: '2',
      order_count_365d: '3',
      order_months_365d: '2',
      has_ordered: '1',
      repeat_order_count: '3',
      repeat_order_rate: '0.75',
      days_since_last_order: '0',
      days_since_first_order: '366',
      payment_amount_total: '100.00',
      payment_amount_this_year: '40.00',
      days_since_last_payment: '0',
      visit_count_180d: '2',
      days_since_last_interaction: '0',
      days_since_last_visit: '0',
    });
  });

  test('are of the year before on the day before', async () => {
    const codes = ['order_amount_total', 'order_amount_this_year', 'payment_amount_this_year'];
    expect(await values(first, codes, { today: '2025-12-31', isPast: true })).toEqual({
      order_amount_total: '350.30',
      order_amount_this_year: '250.20',
      payment_amount_this_year: '60.00',
    });
  });

  test('take balances as they are, and none as they were', async () => {
    const codes = ['overdue_balance', 'receivable_overdue_ratio'];
    expect(await values(first, codes)).toEqual({
      overdue_balance: '300.00',
      receivable_balance: '1200.00',
      receivable_overdue_ratio: '0.25',
    });
    expect(await values(first, codes, { today: '2025-12-31', isPast: true })).toEqual({
      overdue_balance: null,
      receivable_balance: null,
      receivable_overdue_ratio: null,
    });
  });

  test('put the first moment of a year into it', async () => {
    const wanted = [
      ['this_year', visits('THIS_YEAR')],
      ['last_year', visits('LAST_YEAR')],
    ] as const;
    expect(await values(first, wanted)).toEqual({ this_year: '1', last_year: '1' });
  });
});

describe('an indicator', () => {
  const orders = { kind: 'AGGREGATE', fact: 'ORDER', window: { kind: 'ALL_TIME' } } as const;

  test.each([
    ['the largest', { ...orders, measure: 'MAX', field: 'amount' }, '250.20'],
    ['the smallest', { ...orders, measure: 'MIN', field: 'amount' }, '30.05'],
    ['another currency', { ...orders, measure: 'SUM', field: 'amount', currency: 'USD' }, '7.00'],
    ['days', { ...orders, measure: 'DISTINCT', field: 'orderedOn' }, '3'],
    ['years', { ...orders, measure: 'DISTINCT', field: 'orderedOn', bucket: 'YEAR' }, '3'],
    [
      'a sum that decays: 30.05 + 250.20 / 2 + 100.10 / 2^366',
      { ...orders, measure: 'DECAYED_SUM', field: 'amount', halfLifeDays: 1 },
      '155.15',
    ],
    [
      'by a filter',
      { ...orders, measure: 'COUNT', where: { orderedOn: { lt: '2025-01-01' } } },
      '1',
    ],
    [
      'by a filter over the customer',
      { ...orders, measure: 'COUNT', where: { customer: { level: { eq: 'SMALL' } } } },
      '0',
    ],
    [
      'how often: 3 orders in 365 days',
      { kind: 'FREQUENCY', fact: 'ORDER', window: { kind: 'ROLLING_DAYS', days: 365 } },
      '0.246575',
    ],
    [
      'how often since the first: 4 orders in 367 days',
      { kind: 'FREQUENCY', fact: 'ORDER', window: { kind: 'ALL_TIME' } },
      '0.326975',
    ],
    ['a field', { kind: 'FIELD', field: 'legalForm' }, 'LIMITED_COMPANY'],
    ['an age in years', { kind: 'FIELD', field: 'establishedOn', since: 'YEARS' }, '10'],
    ['an age in days', { kind: 'FIELD', field: 'establishedOn', since: 'DAYS' }, '4017'],
    ['what there is not', { kind: 'FIELD', field: 'custom.nothing' }, null],
  ] satisfies readonly (readonly [string, IndicatorSource, IndicatorValue])[])(
    'gives %s',
    async (_, source, value) => {
      expect(await values(first, [['it', source]])).toEqual({ it: value });
    },
  );

  test('of a customer without facts is nothing where it counts, and unknown where it does not', async () => {
    const codes = [
      'order_amount_total',
      'order_count_365d',
      'orders_per_month_365d',
      'order_average_amount',
      'order_amount_growth',
      'days_since_last_order',
      'receivable_overdue_ratio',
    ];
    const nothing = {
      order_amount_total: '0.00',
      order_amount_this_year: '0.00',
      order_amount_last_year: '0.00',
      order_count_365d: '0',
      orders_per_month_365d: '0',
      order_average_amount: null,
      order_amount_growth: null,
      days_since_last_order: null,
      receivable_balance: '0.00',
      overdue_balance: '0.00',
      receivable_overdue_ratio: null,
    };
    expect(await values(silent, codes)).toEqual(nothing);
    const unknown = newId();
    expect(await values(unknown, codes)).toEqual(nothing);
    expect(await values(second, ['legal_form', 'years_established'])).toEqual({
      legal_form: null,
      years_established: null,
    });
  });

  test('is of people and of staff too', async () => {
    const ofPeople = { subjectType: 'PERSON' } as const;
    const wanted = ['person_two_way_ratio', 'person_visit_share', 'person_interactions_90d'];
    expect(await values(person, wanted, ofPeople)).toMatchObject({
      person_interaction_count_365d: '3',
      person_two_way_ratio: '0.333333',
      person_visit_share: '0.666667',
      // One today, one yesterday, one 30 days ago.
      person_interactions_90d: '2.47716',
    });
    expect(await values(other, ['person_two_way_ratio'], ofPeople)).toMatchObject({
      person_two_way_ratio: '0',
    });
    const ofStaff = { subjectType: 'STAFF' } as const;
    const codes = ['staff_order_amount_this_year', 'staff_visit_count_90d'];
    expect(await values(wang, codes, ofStaff)).toEqual({
      staff_order_amount_this_year: '30.05',
      staff_visit_count_90d: '1',
    });
  });
});

const chunks = async (population: Criteria | null, size: number): Promise<unknown[]> => {
  const found = [];
  const walk = { subjectType: 'CUSTOMER', population, now: new Date() } as const;
  for await (const ids of eachSubjectChunk(analytics.db.manager, walk, size)) {
    found.push(ids);
  }
  return found;
};

describe('reading for many', () => {
  test('costs a statement for each kind of fact, whatever their number', async () => {
    const { indicators } = await readCatalogue(analytics.db.manager);
    const ofCustomers = [...indicators.values()].filter(
      ({ subjectType }) => subjectType === 'CUSTOMER',
    );
    const count = (subjectIds: readonly string[]): Promise<number> =>
      countStatements(analytics.db, () =>
        readIndicatorValues(analytics.db.manager, {
          indicators: ofCustomers,
          subjectType: 'CUSTOMER',
          subjectIds,
          today: '2026-01-01',
        }),
      );
    // The indicators, the custom fields, seven kinds of facts and the customers.
    expect(await count([first])).toBe(10);
    expect(await count([first, second, silent])).toBe(10);
  });

  test('goes through a population in the order of ids', async () => {
    expect(await chunks(null, 2)).toEqual([[first, second], [silent]]);
    expect(await chunks({ level: { eq: 'SMALL' } }, 2)).toEqual([[second, silent]]);
    expect(await chunks({ level: { eq: 'NOBODY' } }, 2)).toEqual([]);
  });
});
