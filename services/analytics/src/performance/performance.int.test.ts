import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { CustomerCreated, type CustomerData } from '@crm/schemas/events/customer';
import { StaffUpserted, TeamChanged } from '@crm/schemas/events/directory';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, customerData, eventOf, logged, ordered } from '../testing/events.ts';

let analytics: TestAnalytics;
const [east, south, wang, li, zhao, gone] = [newId(), newId(), newId(), newId(), newId(), newId()];
const [key, small, old] = [newId(), newId(), newId()];

const asAdmin: TestRequest = {};
const asWang = { viewer: { roles: ['rep' as const], staffId: wang, teamIds: [east] } };
const asManager = { viewer: { roles: ['manager' as const], staffId: li, teamIds: [east, south] } };
const asSouthManager = { viewer: { roles: ['manager' as const], staffId: zhao, teamIds: [south] } };
const asAgent = { viewer: { roles: ['care_agent' as const], staffId: newId() } };

const staff = (id: string, name: string, teamId: string | null, active = true): Event =>
  eventOf(StaffUpserted, { id }, { code: name, name, teamId, managerId: null, active });
type Event = ReturnType<typeof eventOf>;

const entered = (id: string, data: Partial<CustomerData>, occurredAt: string): Event =>
  eventOf(CustomerCreated, { id, customerId: id, occurredAt }, customerData(data));

const paid = (customerId: string, amount: string, receivedOn: string, currency = 'CNY'): Event =>
  eventOf(
    PaymentReceived,
    { id: newId(), customerId },
    { receivedOn, amount: { amount, currency }, method: 'CASH', allocations: [] },
  );

beforeAll(async () => {
  // Noon of 24 November in Shanghai.
  analytics = await testAnalytics();
  await apply(analytics.db, [
    eventOf(TeamChanged, { id: east }, { code: 'E', name: '华东', parentId: null }),
    eventOf(TeamChanged, { id: south }, { code: 'S', name: '华南', parentId: east }),
    staff(wang, '王芳', east),
    staff(li, '李雷', east),
    staff(zhao, '赵敏', south),
    staff(gone, '已离职', east, false),
    entered(key, { ownerId: wang, level: 'KEY', name: '甲公司' }, '2026-11-02T00:00:00Z'),
    entered(small, { ownerId: zhao, level: 'SMALL', name: '乙公司' }, '2026-10-31T15:59:59Z'),
    entered(
      old,
      { ownerId: wang, level: 'STRATEGIC', lifecycleStage: 'NO_NEED' },
      '2024-01-01T00:00:00Z',
    ),
    ordered(key, '100.10', { orderedOn: '2026-11-01', salespersonId: wang }),
    ordered(key, '200.20', { orderedOn: '2026-11-30', salespersonId: wang }),
    ordered(key, '7.00', { orderedOn: '2026-11-05', currency: 'USD', salespersonId: wang }),
    ordered(key, '999.00', { orderedOn: '2026-10-31', salespersonId: wang }),
    ordered(small, '40.00', { orderedOn: '2026-11-03', salespersonId: zhao }),
    ordered(small, '5.00', { orderedOn: '2026-01-03', salespersonId: gone }),
    paid(key, '60.00', '2026-11-10'),
    paid(key, '60.00', '2026-10-10'),
    paid(key, '60.00', '2026-11-10', 'USD'),
    // The first instant of November in Shanghai, and the last of October.
    logged(key, { staffIds: [wang, li], occurredAt: '2026-10-31T16:00:00Z' }),
    logged(key, { staffIds: [wang], occurredAt: '2026-10-31T15:59:59Z' }),
    logged(key, { staffIds: [wang], kind: 'CALL', occurredAt: '2026-11-12T02:00:00Z' }),
  ]);
});
afterAll(() => analytics.stop());

async function run(
  document: string,
  variables: Readonly<Record<string, unknown>>,
  request: TestRequest = asAdmin,
): Promise<Record<string, unknown>> {
  const { data, errors } = await analytics.subgraph.execute(document, variables, request);
  expect(errors).toBeUndefined();
  return Object(data);
}

const SAVE = `mutation ($input: SaveTargetInput!) { saveTarget(input: $input) {
  id version value measure period { from to } staff { id } team { id } } }`;

const save = async (input: object, request: TestRequest = asAdmin): Promise<unknown> =>
  (await run(SAVE, { input: { period: 'MONTH', startsOn: '2026-11-20', ...input } }, request))[
    'saveTarget'
  ];

const PERFORMANCE = `query ($ids: [_Any!]!, $period: PerformancePeriodInput!) {
  _entities(representations: $ids) { ... on StaffMember { performance(period: $period) {
    period { from to elapsed } overdueContacts
    progress { measure label(locale: EN) actual target attainment unit } } } } }`;

async function performances(
  ids: readonly string[],
  request: TestRequest = asAdmin,
  period: object = { kind: 'MONTH' },
): Promise<readonly Performance[]> {
  const representations = ids.map((id) => ({ __typename: 'StaffMember', id }));
  const data = await run(PERFORMANCE, { ids: representations, period }, request);
  return Object(data['_entities']).map(
    (entity: { performance: Performance }) => entity.performance,
  );
}

type Performance = {
  readonly overdueContacts: number;
  readonly progress: readonly {
    readonly measure: string;
    readonly actual: string;
    readonly attainment: string | null;
  }[];
} | null;

const actuals = (performance: Performance): readonly string[] =>
  performance?.progress.map(({ actual }) => actual) ?? [];

/** Whether each of three is seen. */
const seen = async (request: TestRequest): Promise<boolean[]> =>
  (await performances([wang, zhao, gone], request)).map((each) => each !== null);

describe('StaffMember.performance', () => {
  test('counts what one has reached in the days of the company, against what was wanted', async () => {
    await save({ staffId: wang, measure: 'ORDER_AMOUNT', value: '600.60' });
    await save({ staffId: wang, measure: 'VISIT_COUNT', value: '4' });
    expect(await performances([wang])).toEqual([
      {
        period: { from: '2026-11-01', to: '2026-11-30', elapsed: '0.8000' },
        overdueContacts: 0,
        progress: [
          {
            measure: 'ORDER_AMOUNT',
            label: 'Order amount',
            actual: '300.30',
            target: '600.60',
            attainment: '0.5000',
            unit: 'CNY',
          },
          {
            measure: 'COLLECTION_AMOUNT',
            label: 'Collections',
            actual: '60.00',
            target: null,
            attainment: null,
            unit: 'CNY',
          },
          {
            measure: 'VISIT_COUNT',
            label: 'Visits',
            actual: '1',
            target: '4.00',
            attainment: '0.2500',
            unit: null,
          },
          {
            measure: 'NEW_CUSTOMER_COUNT',
            label: 'New customers',
            actual: '1',
            target: null,
            attainment: null,
            unit: null,
          },
        ],
      },
    ]);
  });

  test('takes quarters and years, and periods of long ago', async () => {
    const ofQuarter = await performances([wang], asAdmin, { kind: 'QUARTER' });
    expect(actuals(ofQuarter[0] ?? null)).toEqual(['1299.30', '120.00', '2', '1']);
    const ofLast = await performances([wang], asAdmin, { kind: 'YEAR', day: '2024-06-01' });
    expect(actuals(ofLast[0] ?? null)).toEqual(['0.00', '0.00', '0', '1']);
  });

  test('shows customers who wait for a contact, whatever the period is', async () => {
    const [ofWang, ofZhao] = await performances([wang, zhao], asAdmin, {
      kind: 'YEAR',
      day: '2020-01-01',
    });
    expect([ofWang?.overdueContacts, ofZhao?.overdueContacts]).toEqual([0, 1]);
  });

  test('is one’s own, a manager’s of the teams below, and nobody else’s', async () => {
    expect(await seen(asAdmin)).toEqual([true, true, true]);
    expect(await seen(asManager)).toEqual([true, true, true]);
    expect(await seen(asSouthManager)).toEqual([false, true, false]);
    expect(await seen(asWang)).toEqual([true, false, false]);
    expect(await seen(asAgent)).toEqual([false, false, false]);
    expect(await seen({ viewer: { roles: ['partner'] } })).toEqual([false, false, false]);
    expect(await seen({ viewer: { roles: ['analyst'] } })).toEqual([true, true, true]);
  });

  test('costs as many statements for all as for one', async () => {
    expect(await countStatements(analytics.db, () => performances([wang]))).toBe(7);
    expect(await countStatements(analytics.db, () => performances([wang, li, zhao, gone]))).toBe(7);
  });

  test('is null for nobody', async () => {
    expect(await performances([newId(), 'nobody'])).toEqual([null, null]);
  });
});

const TEAM = `query ($teamId: ID!, $period: PerformancePeriodInput!) { teamPerformance(teamId: $teamId, period: $period) {
  team { id } progress { measure actual target attainment }
  members(measure: ORDER_AMOUNT, by: ACTUAL) { totalCount nodes { staff { id } } } } }`;

const ofTeam = async (teamId: string, request: TestRequest = asAdmin): Promise<unknown> =>
  (await run(TEAM, { teamId, period: { kind: 'MONTH' } }, request))['teamPerformance'];

describe('teamPerformance', () => {
  test('adds up the members of a team and of those below it', async () => {
    await save({ staffId: zhao, measure: 'ORDER_AMOUNT', value: '100' });
    expect(await ofTeam(east)).toMatchObject({
      progress: [
        { actual: '340.30', target: '700.60' },
        { actual: '60.00', target: null },
        { actual: '1', target: '4.00' },
        { actual: '1', target: null },
      ],
      members: { totalCount: 3, nodes: [wang, zhao, li].map((id) => ({ staff: { id } })) },
    });
    expect(await ofTeam(south)).toMatchObject({ members: { totalCount: 1 } });
  });

  test('goes by the target of the team where it has one', async () => {
    await save({ teamId: south, measure: 'ORDER_AMOUNT', value: '80' });
    expect(await ofTeam(south)).toMatchObject({
      progress: expect.arrayContaining([
        { measure: 'ORDER_AMOUNT', actual: '40.00', target: '80.00', attainment: '0.5000' },
      ]),
    });
  });

  test('is for managers of the team and above', async () => {
    expect(await ofTeam(east, asManager)).not.toBeNull();
    expect(await ofTeam(south, asSouthManager)).not.toBeNull();
    expect(await ofTeam(east, asSouthManager)).toBeNull();
    expect(await ofTeam(east, asWang)).toBeNull();
    expect(await ofTeam(newId())).toBeNull();
  });
});

const RANKING = `query ($by: RankedBy!, $first: Int, $after: String) {
  staffRanking(period: { kind: MONTH }, by: $by, first: $first, after: $after) {
    nodes { staff { id } } pageInfo { hasNextPage endCursor } totalCount } }`;

const page = async (variables: object, request: TestRequest = asAdmin): Promise<Page> => {
  const data = await run(RANKING, { by: 'ATTAINMENT', ...variables }, request);
  return Object(data['staffRanking']);
};
type Page = {
  readonly nodes: readonly { readonly staff: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
};
const names = ({ nodes }: Page): string[] => nodes.map(({ staff: { id } }) => id);

describe('staffRanking', () => {
  test('goes on page by page', async () => {
    const first = await page({ first: 1 });
    expect(names(first)).toEqual([wang]);
    const second = await page({ first: 1, after: first.pageInfo.endCursor });
    expect(names(second)).toEqual([zhao]);
    expect(second.pageInfo.hasNextPage).toBe(true);
    const last = await page({ after: second.pageInfo.endCursor });
    expect(names(last)).toEqual([li]);
    expect(last.pageInfo.hasNextPage).toBe(false);
  });

  test('holds those whose figures one may see', async () => {
    expect(names(await page({}, asWang))).toEqual([wang]);
    expect(names(await page({}, asSouthManager))).toEqual([zhao]);
    expect(names(await page({}, asAgent))).toEqual([]);
  });

  test.each([
    [{ first: 0 }, 'Ask for 1 to 100'],
    [{ first: 101 }, 'Ask for 1 to 100'],
    [{ after: 'bm9ib2R5' }, 'another list'],
  ])('refuses %j', async (variables, message) => {
    const { errors } = await analytics.subgraph.execute(RANKING, { by: 'ACTUAL', ...variables });
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining(message) });
  });
});

const list = async (request: TestRequest): Promise<unknown> => {
  const data = await run(
    `query ($where: PerformanceTargetWhere) { performanceTargets(where: $where, orderBy: [{ field: "value" }]) {
      nodes { value staff { id } team { id } } } }`,
    { where: { measure: { eq: 'ORDER_AMOUNT' } } },
    request,
  );
  return Object(data['performanceTargets']).nodes;
};

describe('targets', () => {
  test('one that is there gets the new value, and can be removed', async () => {
    const input = { staffId: li, measure: 'NEW_CUSTOMER_COUNT', period: 'QUARTER', value: '5' };
    const first = Object(await save(input));
    expect(first).toMatchObject({
      version: 1,
      value: '5.00',
      period: { from: '2026-10-01', to: '2026-12-31' },
      staff: { id: li },
      team: null,
    });
    const second = Object(await save({ ...input, startsOn: '2026-12-31', value: '8' }));
    expect(second).toMatchObject({ id: first.id, version: 2, value: '8.00' });
    await run(`mutation ($input: RemoveTargetInput!) { removeTarget(input: $input) { id } }`, {
      input: { id: first.id, expectedVersion: 2 },
    });
    expect(Object(await save(input))).toMatchObject({ version: 1, value: '5.00' });
  });

  test('a repeated call does nothing again', async () => {
    const input = { teamId: east, measure: 'VISIT_COUNT', value: '40', clientMutationId: 'once' };
    expect(await save(input)).toEqual(await save(input));
  });

  test('are listed to those whose they are, and to their managers', async () => {
    const [ofSouth, ofZhao, ofWang] = [
      { value: '80.00', staff: null, team: { id: south } },
      { value: '100.00', staff: { id: zhao }, team: null },
      { value: '600.60', staff: { id: wang }, team: null },
    ];
    expect(await list(asAdmin)).toEqual([ofSouth, ofZhao, ofWang]);
    expect(await list(asManager)).toEqual([ofSouth, ofZhao, ofWang]);
    expect(await list(asSouthManager)).toEqual([ofSouth, ofZhao]);
    expect(await list(asWang)).toEqual([ofWang]);
    expect(await list(asAgent)).toEqual([]);
  });

  test.each([
    [{ staffId: wang, teamId: east }, 'staffId'],
    [{}, 'staffId'],
    [{ staffId: wang, value: '0' }, 'value'],
    [{ staffId: wang, value: '-3' }, 'value'],
    [{ staffId: wang, measure: 'VISIT_COUNT', value: '2.5' }, 'value'],
    [{ staffId: wang, value: '99999999999999999' }, 'input.value'],
    [{ staffId: newId() }, 'staffId'],
  ])('refuses %j with the field', async (input, path) => {
    const { errors } = await analytics.subgraph.execute(SAVE, {
      input: {
        measure: 'ORDER_AMOUNT',
        period: 'YEAR',
        startsOn: '2026-01-01',
        value: '10',
        ...input,
      },
    });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [expect.objectContaining({ path })],
    });
  });

  test('are set by administrators alone', async () => {
    for (const request of [asWang, asManager, { viewer: { roles: ['analyst' as const] } }]) {
      const input = {
        staffId: wang,
        measure: 'VISIT_COUNT',
        period: 'YEAR',
        startsOn: '2026-01-01',
        value: '1',
      };
      const { errors } = await analytics.subgraph.execute(SAVE, { input }, request);
      expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    }
  });
});
