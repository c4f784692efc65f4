import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { StaffUpserted } from '@crm/schemas/events/directory';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, eventOf, ordered } from '../testing/events.ts';

/** A trading house, as Northwind is one: who sold what to which country in which month. */
const staff = { anna: newId(), boris: newId(), chen: newId() };
const customers = { DE: newId(), FR: newId(), BR: newId() };

const orders: readonly [string, keyof typeof customers, keyof typeof staff, string][] = [
  ['2024-07-04', 'FR', 'boris', '120.50'],
  ['2024-07-05', 'DE', 'anna', '2310.00'],
  ['2024-07-31', 'BR', 'chen', '75.25'],
  ['2024-08-01', 'DE', 'chen', '640.80'],
  ['2024-08-31', 'FR', 'anna', '999.95'],
  ['2025-01-01', 'BR', 'boris', '18.00'],
  ['2025-01-31', 'DE', 'boris', '1500.00'],
];

let analytics: TestAnalytics;

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    ...Object.entries(staff).map(([name, id]) =>
      eventOf(
        StaffUpserted,
        { id },
        { code: name, name, teamId: null, managerId: null, active: true },
      ),
    ),
    ...Object.entries(customers).map(([country, id]) => created(id, { name: country, country })),
    ...orders.map(([orderedOn, country, name, amount]) =>
      ordered(customers[country], amount, { orderedOn, salespersonId: staff[name] }),
    ),
  ]);
});
afterAll(() => analytics.stop());

const FACTS = `query ($groupBy: [GroupBy!], $orderBy: [AggregateOrder!]) {
  factAggregate(fact: ORDER, groupBy: $groupBy, orderBy: $orderBy,
    measures: [{ fn: COUNT }, { fn: SUM, field: "amount" }]) {
    rows { keys { value label(locale: EN) } values { value } } } }`;

type Cell = { readonly value: string; readonly label?: string | null };
type Row = { readonly keys: readonly Cell[]; readonly values: readonly Cell[] };

/** What each group is called, how many orders it has and their sum. */
async function figures(groupBy: object): Promise<unknown[]> {
  const { data, errors } = await analytics.subgraph.execute(FACTS, { groupBy: [groupBy] });
  expect(errors).toBeUndefined();
  return Object(data?.['factAggregate']).rows.map(({ keys, values }: Row) => [
    keys[0]?.label ?? keys[0]?.value,
    ...values.map(({ value }) => value),
  ]);
}

describe('the orders of a trading house', () => {
  test('by month', async () => {
    expect(await figures({ field: 'orderedOn', bucket: 'MONTH' })).toEqual([
      ['2024-07-01', '3', '2505.75'], // 120.50 + 2310.00 + 75.25
      ['2024-08-01', '2', '1640.75'], // 640.80 + 999.95
      ['2025-01-01', '2', '1518.00'], // 18.00 + 1500.00
    ]);
  });

  test('by country', async () => {
    expect(await figures({ field: 'customer.country' })).toEqual([
      ['BR', '2', '93.25'], // 75.25 + 18.00
      ['DE', '3', '4450.80'], // 2310.00 + 640.80 + 1500.00
      ['FR', '2', '1120.45'], // 120.50 + 999.95
    ]);
  });

  test('by who sold them', async () => {
    expect(new Set(await figures({ field: 'salespersonId' }))).toEqual(
      new Set([
        ['anna', '2', '3309.95'], // 2310.00 + 999.95
        ['boris', '3', '1638.50'], // 120.50 + 18.00 + 1500.00
        ['chen', '2', '716.05'], // 75.25 + 640.80
      ]),
    );
  });
});
