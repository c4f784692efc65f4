import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { countStatements } from '@crm/kit/testing/statements';
import type { Viewer } from '@crm/kit/viewer';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import {
  fallsIn,
  isRecent,
  ordersOf,
  someCustomers,
  takeSnapshots,
  tellWorld,
  type Known,
} from '../testing/report-world.ts';

let analytics: TestAnalytics;
const world = someCustomers(120);
const asRep: Partial<Viewer> = { roles: ['rep'], staffId: world.rep, teamIds: [world.team] };
const isOfRep = ({ ownerId }: Known): boolean => ownerId === world.rep;

const run = async (query: string, variables: Readonly<Record<string, unknown>>, viewer = {}) => {
  const { data, errors } = await analytics.subgraph.execute(query, variables, { viewer });
  expect(errors).toBeUndefined();
  return Object(data);
};

type Variables = Readonly<Record<string, unknown>>;

const label = { zh: '群', en: 'Group' };

beforeAll(async () => {
  analytics = await testAnalytics();
  await tellWorld(analytics.db, world);
  await run(
    `mutation ($pyramid: SavePyramidInput!, $segment: SaveSegmentInput!, $picks: SetStaticMembersInput!) {
      savePyramid(input: $pyramid) { code } takePyramidSnapshot(input: { definition: "orders" }) { state }
      saveSegment(input: $segment) { code } setStaticMembers(input: $picks) { code } }`,
    {
      pyramid: {
        code: 'orders',
        labels: label,
        factor: { field: 'orderAmount' },
        method: 'THRESHOLD',
        tiers: [
          { code: 'TOP', labels: label, from: '8000' },
          { code: 'LOW', labels: label },
        ],
        schedule: 'MANUAL',
      },
      segment: { code: 'picked', labels: label, mode: 'STATIC' },
      picks: {
        code: 'picked',
        include: world.all.filter(({ inSegment }) => inSegment).map(({ id }) => id),
      },
    },
  );
  await takeSnapshots(analytics.db, () => new Date('2026-11-24T04:00:00Z'));
});
afterAll(() => analytics.stop());

const REPORT = `query ($where: CustomerReportWhere, $orderBy: [OrderBy!], $columns: [String!], $after: String, $first: Int) {
  customerReport(where: $where, orderBy: $orderBy, columns: $columns, after: $after, first: $first) {
    nodes { customer { id } values { field value } openNeedCount openAlertCount contestedCount }
    pageInfo { hasNextPage endCursor } totalCount } }`;

type Node = {
  readonly customer: { readonly id: string };
  readonly values: readonly { readonly field: string; readonly value: unknown }[];
};

/** Every customer of a report, page after page. */
async function all(
  variables: Readonly<Record<string, unknown>>,
  viewer = {},
): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  for (let after: string | null = null; ;) {
    const { customerReport } = await run(REPORT, { ...variables, first: 50, after }, viewer);
    nodes.push(...customerReport.nodes);
    if (!customerReport.pageInfo.hasNextPage) return nodes;
    after = customerReport.pageInfo.endCursor;
  }
}

const idsOf = (nodes: readonly Node[]): string[] =>
  nodes.map(({ customer }) => customer.id).toSorted();

const expected = (isMeant: (known: Known) => boolean): string[] =>
  world.all
    .filter(isMeant)
    .map(({ id }) => id)
    .toSorted();

const isTop = (known: Known): boolean => ordersOf(known) >= 8000;

const hasBirthday = ({ birthday, isThere, isAlive }: Known, from: string, to: string): boolean =>
  birthday !== null && isThere && isAlive && fallsIn(birthday, from, to);

const inYear = ({ orders }: Known, year: string): number =>
  orders.filter(({ on }) => on.startsWith(year)).reduce((sum, { amount }) => sum + amount, 0);

/** Each filter with whom it should find, told by the plain objects. */
const filters: readonly [string, object, (known: Known) => boolean][] = [
  [
    'those at the top with a birthday next month, contested by a given competitor',
    {
      tiers: [{ pyramid: 'orders', tier: { eq: 'TOP' } }],
      people: { some: { roles: { has: 'PRINCIPAL' }, birthday: { month: 12 } } },
      competition: {
        some: { competitor: { code: { eq: 'STRONG' } }, opportunity: { isOpen: { eq: true } } },
      },
    },
    (known) =>
      isTop(known) &&
      hasBirthday(known, '2026-12-01', '2026-12-31') &&
      known.rivals.includes(world.strong),
  ],
  [
    'a grade of a model',
    { scores: [{ model: 'customer_value', grade: { in: ['STRATEGIC', 'KEY'] } }] },
    ({ grade }) => grade === 'STRATEGIC' || grade === 'KEY',
  ],
  [
    'a score of a model',
    { scores: [{ model: 'customer_value', score: { lt: '60' } }] },
    ({ grade }) => grade === 'SMALL',
  ],
  [
    'those without a grade',
    { scores: [{ model: 'customer_value', grade: { isNull: true } }] },
    ({ grade }) => grade === null,
  ],
  [
    'a tier of a pyramid',
    { tiers: [{ pyramid: 'orders', tier: { ne: 'TOP' } }] },
    (known) => !isTop(known),
  ],
  ['a segment', { segments: { in: ['picked'] } }, ({ inSegment }) => inSegment],
  ['no segment', { segments: { notIn: ['picked'] } }, ({ inSegment }) => !inSegment],
  [
    'birthdays within days, in both calendars',
    { people: { some: { birthday: { withinDays: 40 } } } },
    (known) => hasBirthday(known, '2026-11-24', '2027-01-03'),
  ],
  [
    'birthdays of a month that is over, next year',
    { people: { some: { birthday: { month: 1 } } } },
    (known) => hasBirthday(known, '2027-01-01', '2027-01-31'),
  ],
  [
    'nobody of a role',
    { people: { none: { roles: { has: 'PRINCIPAL' } } } },
    ({ isThere }) => !isThere,
  ],
  ['open needs', { openNeedCount: { gte: 2 } }, ({ needs }) => needs.length >= 2],
  ['open alerts', { openAlertCount: { eq: 1 } }, ({ hasAlert }) => hasAlert],
  [
    'opportunities that are contested',
    { contestedCount: { gte: 2 } },
    ({ rivals }) => rivals.length === 2,
  ],
  [
    'figures of a window',
    {
      windows: [
        {
          window: { kind: 'ROLLING_DAYS', days: 90 },
          visitCount: { gte: 1 },
          needCount: { eq: 0 },
        },
        { window: { kind: 'LAST_YEAR' }, orderAmount: { gt: '1000' } },
        {
          window: { kind: 'BETWEEN', from: '2024-01-01', to: '2024-12-31' },
          orderCount: { gte: 1 },
        },
      ],
    },
    (known) =>
      known.visits.some(isRecent) &&
      !known.needs.some(isRecent) &&
      inYear(known, '2025') > 1000 &&
      known.orders.some(({ on }) => on.startsWith('2024')),
  ],
  [
    'any of several, and not another',
    {
      any: [
        { tiers: [{ pyramid: 'orders', tier: { eq: 'TOP' } }] },
        { scores: [{ model: 'customer_value', grade: { eq: 'KEY' } }] },
      ],
      not: { segments: { in: ['picked'] } },
    },
    (known) => (isTop(known) || known.grade === 'KEY') && !known.inSegment,
  ],
  [
    'facts of a kind',
    { orders: { some: { orderedOn: { gte: '2026-01-01' }, amount: { amount: { gte: '5000' } } } } },
    ({ orders }) => orders.some(({ on, amount }) => on >= '2026-01-01' && amount >= 5000),
  ],
];

describe('customerReport finds by', () => {
  test.each(filters)('%s', async (_, where, isMeant) => {
    const found = idsOf(await all({ where }));
    expect(found).toEqual(expected(isMeant));
    expect(found.length).toBeGreaterThan(0);
  });

  test.each(filters)('%s, for who reads a tenth: the right tenth', async (_, where, isMeant) => {
    const found = idsOf(await all({ where }, asRep));
    expect(found).toEqual(expected((known) => isOfRep(known) && isMeant(known)));
  });

  test('scores, sorted and shown beside columns of all kinds', async () => {
    const columns = [
      'name',
      'score.customer_value',
      'grade.customer_value',
      'tier.orders',
      'segment.picked',
      'thisYear.orderAmount',
    ];
    const orderBy = [
      { field: 'score.customer_value', direction: 'DESC' },
      { field: 'thisYear.orderAmount', direction: 'ASC' },
    ];
    const nodes = await all({ columns, orderBy });
    expect(nodes).toHaveLength(world.all.length);
    const shown = nodes.map(({ values }) => values.map(({ value }) => value));
    const byGrade = ['STRATEGIC', 'KEY', 'REGULAR', 'SMALL', null];
    const wanted = world.all
      .map((known) => ({ known, sum: inYear(known, '2026') }))
      .toSorted(
        (a, b) =>
          byGrade.indexOf(a.known.grade) - byGrade.indexOf(b.known.grade) ||
          a.sum - b.sum ||
          (a.known.id < b.known.id ? -1 : 1),
      )
      .map(({ known, sum }) => [
        known.name,
        { STRATEGIC: '90.00', KEY: '75.00', REGULAR: '60.00', SMALL: '10.00' }[known.grade ?? ''] ??
          null,
        known.grade,
        isTop(known) ? 'TOP' : 'LOW',
        known.inSegment,
        `${sum}.00`,
      ]);
    expect(shown).toEqual(wanted);
  });
});

describe('a report', () => {
  test('costs as many statements for many customers and filters as for few', async () => {
    const [, where] = filters[0] ?? [];
    const count = (first: number): Promise<number> =>
      countStatements(analytics.db, () =>
        run(REPORT, { where: { any: [where, { openNeedCount: { gte: 0 } }] }, first }),
      );
    // What is named, the page and the total.
    expect(await count(2)).toBe(3);
    expect(await count(100)).toBe(3);
  });

  const credit = { scores: [{ model: 'customer_credit', grade: { eq: 'D' } }] };
  const birthday = { people: { some: { birthday: { withinDays: 3 } } } };

  const refusals: readonly [string, Variables, Partial<Viewer>, string, string][] = [
    [
      'grades of what the viewer may not read',
      { where: credit },
      asRep,
      'FORBIDDEN',
      'grade.customer_credit',
    ],
    [
      'such as columns',
      { columns: ['score.customer_credit'] },
      asRep,
      'FORBIDDEN',
      'score.customer_credit',
    ],
    [
      'such in the order',
      { orderBy: [{ field: 'grade.customer_credit' }] },
      asRep,
      'FORBIDDEN',
      'customer_credit',
    ],
    [
      'birthdays for who reads none',
      { where: birthday },
      { roles: ['analyst'] },
      'FORBIDDEN',
      'birthday',
    ],
    [
      'models that are none',
      { columns: ['score.nothing'] },
      {},
      'INVALID',
      'names no published model',
    ],
    [
      'pyramids that are none',
      { where: { tiers: [{ pyramid: 'x', tier: { eq: 'A' } }] } },
      {},
      'INVALID',
      'names no pyramid',
    ],
    [
      'figures that are none',
      { columns: ['thisYear.nothing'] },
      {},
      'INVALID',
      'no figure "nothing"',
    ],
    [
      'columns that are none',
      { columns: ['thatYear.orderCount'] },
      {},
      'INVALID',
      'thatYear.orderCount',
    ],
    [
      'too many days',
      { where: { people: { some: { birthday: { withinDays: 351 } } } } },
      {},
      'INVALID',
      'from 0 to 350',
    ],
    [
      'fields that a fact has not',
      { where: { needs: { some: { orderedOn: { isNull: true } } } } },
      {},
      'INVALID',
      'NeedFact',
    ],
  ];

  test.each(refusals)('refuses %s', async (_, variables, viewer, code, message) => {
    const { errors } = await analytics.subgraph.execute(REPORT, variables, { viewer });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code },
    });
  });

  test('tells partners of no competition', async () => {
    const where = { competition: { some: { standing: { eq: 'LEADING' } } } };
    expect(await all({ where }, { roles: ['partner'], teamIds: [world.team] })).toEqual([]);
  });
});

const save = (criteria: object) =>
  analytics.subgraph.execute(
    `mutation ($input: SaveSegmentInput!) { saveSegment(input: $input) { class } }`,
    { input: { code: 'made', labels: label, criteria } },
  );

describe('a segment', () => {
  test('may be made of grades and tiers, and is as careful as these', async () => {
    const { data, errors } = await save({
      scores: [{ model: 'customer_credit', grade: { in: ['C', 'D'] } }],
      tiers: [{ pyramid: 'orders', tier: { eq: 'TOP' } }],
    });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ saveSegment: { class: 'CONFIDENTIAL' } });
  });

  test('may be made of birthdays, which are personal', async () => {
    const { data } = await save({ people: { some: { birthday: { month: 12 } } } });
    expect(data).toEqual({ saveSegment: { class: 'PERSONAL' } });
  });

  test('is made of no segments', async () => {
    const { errors } = await save({ segments: { in: ['picked'] } });
    expect(errors?.[0]?.message).toContain('made of no segments');
  });
});
