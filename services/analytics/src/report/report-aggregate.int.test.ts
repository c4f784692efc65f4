import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { countStatements } from '@crm/kit/testing/statements';
import type { Viewer } from '@crm/kit/viewer';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, ordered } from '../testing/events.ts';
import { ordersOf, someCustomers, tellWorld, type Known } from '../testing/report-world.ts';

let analytics: TestAnalytics;
const world = someCustomers(60);
const asRep: Partial<Viewer> = { roles: ['rep'], staffId: world.rep, teamIds: [world.team] };
const dollars = world.all.slice(0, 4);
const labels = { zh: '群', en: 'Group' };

beforeAll(async () => {
  analytics = await testAnalytics();
  await tellWorld(analytics.db, world);
  await apply(
    analytics.db,
    dollars.map(({ id }) => ordered(id, '10.50', { currency: 'USD' })),
  );
  for (const [code, among] of segments) {
    await analytics.subgraph.execute(
      `mutation ($segment: SaveSegmentInput!, $picks: SetStaticMembersInput!) {
        saveSegment(input: $segment) { code } setStaticMembers(input: $picks) { code } }`,
      {
        segment: { code, labels, mode: 'STATIC' },
        picks: { code, include: among.map(({ id }) => id) },
      },
    );
  }
});
afterAll(() => analytics.stop());

const segments = [
  ['early', world.all.slice(0, 20)],
  ['even', world.all.filter((_, at) => at % 2 === 0)],
] as const;

const AGGREGATE = `query ($currency: String, $where: CustomerReportWhere, $groupBy: [GroupBy!],
    $measures: [Measure!]!, $having: [Having!], $orderBy: [AggregateOrder!], $first: Int) {
  customerReportAggregate(currency: $currency, where: $where, groupBy: $groupBy, measures: $measures,
    having: $having, orderBy: $orderBy, first: $first) {
    rows { keys { value label(locale: EN) } values { value currency } } hasMore } }`;

type Row = {
  readonly keys: readonly { readonly value: string | null; readonly label: string | null }[];
  readonly values: readonly { readonly value: string | null; readonly currency: string | null }[];
};

async function aggregate(variables: Readonly<Record<string, unknown>>, viewer = {}) {
  const { data, errors } = await analytics.subgraph.execute(AGGREGATE, variables, { viewer });
  expect(errors).toBeUndefined();
  const { rows, hasMore } = Object(data?.['customerReportAggregate']);
  return { rows, hasMore, plain: rows.map(plainRow) };
}

const plainRow = ({ keys, values }: Row): unknown[] => [
  ...keys.map(({ value }) => value),
  ...values.map(({ value }) => value),
];

/** Groups of the plain objects, with what they ordered, in the order of the keys. */
function byHand(known: readonly Known[], keyOf: (each: Known) => string | null): unknown[] {
  const groups = new Map<string | null, Known[]>();
  for (const each of known) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return [...groups]
    .toSorted(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))
    .map(([key, of]) => [
      key,
      String(of.length),
      `${of.reduce((sum, each) => sum + ordersOf(each), 0)}.00`,
    ]);
}

const lastYear = (known: readonly Known[]): string =>
  `${known
    .flatMap(({ orders }) => orders)
    .filter(({ on }) => on.startsWith('2025'))
    .reduce((all, { amount }) => all + amount, 0)}.00`;
const yearOf = ({ orders }: Known): string | null => {
  const last = orders
    .map(({ on }) => on)
    .toSorted()
    .at(-1);
  return last ? `${last.slice(0, 4)}-01-01` : null;
};

const sum = [{ fn: 'COUNT' }, { fn: 'SUM', field: 'orderAmount' }];
const own = world.all.filter(({ ownerId }) => ownerId === world.rep);

describe('customerReportAggregate', () => {
  test('groups by a grade, and by fields of the customer, as by hand', async () => {
    const byGrade = { groupBy: [{ field: 'grade.customer_value' }], measures: sum };
    expect((await aggregate(byGrade)).plain).toEqual(byHand(world.all, ({ grade }) => grade));
    const byLevel = { groupBy: [{ field: 'level' }], measures: sum };
    expect((await aggregate(byLevel)).plain).toEqual(byHand(world.all, ({ level }) => level));
  });

  test('adds up no more than the customers that the viewer reads', async () => {
    const byGrade = { groupBy: [{ field: 'grade.customer_value' }], measures: sum };
    expect((await aggregate(byGrade, asRep)).plain).toEqual(byHand(own, ({ grade }) => grade));
    expect((await aggregate({ measures: sum }, { roles: ['partner'] })).plain).toEqual([]);
  });

  test('names grades, staff, segments and competitors', async () => {
    const { rows } = await aggregate({
      groupBy: [{ field: 'grade.customer_value' }, { field: 'segments' }, { field: 'competitors' }],
      measures: [{ fn: 'COUNT' }],
    });
    const labelsOf = (at: number): Set<unknown> =>
      new Set(rows.map(({ keys }: Row) => keys[at]?.label));
    expect(labelsOf(0)).toEqual(new Set([null, 'Strategic', 'Key', 'Regular', 'Small']));
    expect(labelsOf(1)).toEqual(new Set([null, 'Group']));
    expect(labelsOf(2)).toEqual(new Set([null, 'STRONG', 'WEAK']));
  });

  test('counts a customer in each of its segments, and once for its competitors', async () => {
    const { plain } = await aggregate({ groupBy: [{ field: 'segments' }], measures: sum });
    const inNone = world.all.filter((each) => !segments.some(([, of]) => of.includes(each)));
    expect(plain).toEqual([
      ...byHand(inNone, () => null),
      ...segments.flatMap(([code, of]) => byHand(of, () => code)),
    ]);
    const { plain: byRival } = await aggregate({
      groupBy: [{ field: 'competitors' }],
      measures: [{ fn: 'COUNT' }],
      having: [{ measure: 0, gte: '1' }],
      orderBy: [{ measure: 0 }],
    });
    expect(byRival).toHaveLength(3);
  });

  test('keeps currencies apart', async () => {
    const groupBy = [{ field: 'currency' }];
    const { rows } = await aggregate({ groupBy, measures: sum });
    expect(rows.map(({ keys, values }: Row) => [keys[0]?.value, ...values])).toEqual([
      ['CNY', { value: '60', currency: null }, { value: `${total}.00`, currency: 'CNY' }],
      ['USD', { value: '4', currency: null }, { value: '42.00', currency: 'USD' }],
    ]);
    const { plain } = await aggregate({ currency: 'USD', measures: sum });
    expect(plain).toEqual([['4', '42.00']]);
  });

  test('puts days in buckets, and groups by figures of a window', async () => {
    const { plain } = await aggregate({
      groupBy: [{ field: 'lastOrderOn', bucket: 'YEAR' }],
      measures: [{ fn: 'COUNT' }, { fn: 'SUM', field: 'lastYear.orderAmount' }],
    });
    const years = [null, '2024-01-01', '2025-01-01', '2026-01-01'];
    expect(plain).toEqual(
      years.map((year) => {
        const of = world.all.filter((each) => yearOf(each) === year);
        return [year, String(of.length), lastYear(of)];
      }),
    );
  });

  test('keeps the groups that a bound leaves, in the order asked for, as many as asked for', async () => {
    const asked = {
      groupBy: [{ field: 'grade.customer_value' }],
      measures: sum,
      having: [{ measure: 0, gte: '12' }],
      orderBy: [{ measure: 1, direction: 'DESC' }],
    };
    const wanted = byHand(world.all, ({ grade }) => grade)
      .filter((row) => Number(Object(row)[1]) >= 12)
      .toSorted((a, b) => Number(Object(b)[2]) - Number(Object(a)[2]));
    expect((await aggregate(asked)).plain).toEqual(wanted);
    const first = await aggregate({ ...asked, first: 1 });
    expect([first.plain, first.hasMore]).toEqual([wanted.slice(0, 1), true]);
  });

  test('costs one statement, one for all terms, and one for all that is named', async () => {
    const plain = { groupBy: [{ field: 'level' }, { field: 'industry' }], measures: sum };
    expect(await countStatements(analytics.db, () => aggregate(plain))).toBe(2);
    const named = {
      groupBy: [{ field: 'grade.customer_value' }, { field: 'score.customer_value' }],
      measures: [...sum, { fn: 'MAX', field: 'last90days.visitCount' }],
      where: { scores: [{ model: 'customer_value', score: { gte: '1' } }] },
    };
    expect(await countStatements(analytics.db, () => aggregate(named))).toBe(2);
  });

  const refusals: readonly [string, Readonly<Record<string, unknown>>, Partial<Viewer>, string][] =
    [
      [
        'grades that the viewer may not read',
        { groupBy: [{ field: 'grade.customer_credit' }] },
        asRep,
        'FORBIDDEN',
      ],
      [
        'competitors for partners',
        { groupBy: [{ field: 'competitors' }] },
        { roles: ['partner'] },
        'FORBIDDEN',
      ],
      ['what is no field', { groupBy: [{ field: 'people' }] }, {}, 'INVALID'],
      ['too many groups', { first: 1001 }, {}, 'INVALID'],
    ];

  test.each(refusals)('refuses %s', async (_, variables, viewer, code) => {
    const { errors } = await analytics.subgraph.execute(
      AGGREGATE,
      { measures: sum, ...variables },
      { viewer },
    );
    expect(errors?.[0]?.extensions?.['code']).toBe(code);
  });
});

const total = world.all.reduce((all, each) => all + ordersOf(each), 0);
