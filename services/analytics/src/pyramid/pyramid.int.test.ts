import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { CustomerDeleted, CustomerUpdated } from '@crm/schemas/events/customer';
import { z } from 'zod';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, customerData, eventOf, ordered } from '../testing/events.ts';
import { takeNextSnapshot } from './pyramid.job.ts';

let analytics: TestAnalytics;
let now = new Date('2026-11-24T04:00:00Z');
const rep = newId();
const team = newId();
/** Ordered for 1 to 10 thousand; two for the same. */
const ids = Array.from({ length: 10 }, newId);
const amounts = ['10', '9', '8', '7', '6', '5', '4', '4', '2', '1'].map((each) => `${each}000.00`);
const dormant = newId();
const potential = newId();

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  await analytics.db.query(`UPDATE pyramidDefinition SET schedule = 'MANUAL'`);
  await apply(analytics.db, [
    ...ids.map((id, at) => created(id, at === 3 || at === 9 ? { ownerId: rep, teamId: team } : {})),
    ...ids.map((id, at) => ordered(id, amounts[at] ?? '0')),
    created(dormant, { lifecycleStage: 'DORMANT' }),
    created(potential, { lifecycleStage: 'POTENTIAL' }),
  ]);
});
afterAll(() => analytics.stop());

type Input = Readonly<Record<string, unknown>>;

const execute = (query: string, variables: Input = {}, request: TestRequest = {}) =>
  analytics.subgraph.execute(query, variables, request);

const labels = { zh: '层', en: 'Tier' };
const shares = (given: Readonly<Record<string, string>>): object[] =>
  Object.entries(given).map(([code, share]) => ({ code, labels, share }));

const definition = {
  code: 'orders',
  labels: { zh: '订单', en: 'Orders' },
  factor: { field: 'orderAmount' },
  population: { lifecycleStage: { eq: 'TRADING' } },
  method: 'RANK_SHARE',
  tiers: shares({ TOP: '10', MIDDLE: '30', LOW: '60' }),
  base: [{ code: 'INACTIVE', labels, when: { lifecycleStage: { eq: 'DORMANT' } } }],
  schedule: 'MANUAL',
};

const save = (input: Input, request: TestRequest = {}) =>
  execute(
    `mutation ($input: SavePyramidInput!) { savePyramid(input: $input) { code unit class version } }`,
    { input },
    request,
  );

const app = () => ({ db: analytics.db, log: createLog('test', 'silent'), now: () => now });

async function take(code: string): Promise<TestResult> {
  const TAKE = `mutation ($definition: String!) {
    takePyramidSnapshot(input: { definition: $definition }) { state asOf } }`;
  const result = await execute(TAKE, { definition: code });
  expect(result.errors).toBeUndefined();
  while (await takeNextSnapshot(app(), (run) => transact(analytics.db, run)));
  return result;
}

const PYRAMID = `query ($code: String!, $asOf: Date) { pyramid(definition: $code, asOf: $asOf) {
  asOf state progress subjectCount unplacedCount
  tiers { code isBase from count shareOfCount sum shareOfSum average measures { indicator count sum average } } } }`;

const tierSchema = z.object({ code: z.string(), count: z.number() }).loose();
const pyramidSchema = z.object({
  pyramid: z.object({ subjectCount: z.number(), tiers: z.array(tierSchema) }).loose(),
});

async function pyramid(code: string, args: Input = {}, request: TestRequest = {}) {
  const result = await execute(PYRAMID, { code, ...args }, request);
  expect(result.errors).toBeUndefined();
  return pyramidSchema.parse(result.data).pyramid;
}

const counts = ({ tiers }: z.infer<typeof pyramidSchema>['pyramid']): Record<string, number> =>
  Object.fromEntries(tiers.map(({ code, count }) => [code, count]));

const TIERS = `query ($representations: [_Any!]!, $code: String!, $asOf: Date) {
  _entities(representations: $representations) { ... on Customer {
    pyramidTier(definition: $code, asOf: $asOf) { tier value since asOf } } } }`;

const placesSchema = z.object({
  _entities: z.array(z.object({ pyramidTier: z.object({ tier: z.string() }).loose().nullable() })),
});

async function places(
  code: string,
  of: readonly string[],
  args: Input = {},
  request: TestRequest = {},
) {
  const representations = of.map((id) => ({ __typename: 'Customer', id }));
  const result = await execute(TIERS, { representations, code, ...args }, request);
  expect(result.errors).toBeUndefined();
  return placesSchema.parse(result.data)['_entities'].map(({ pyramidTier }) => pyramidTier);
}

const tiersOf = async (...given: Parameters<typeof places>): Promise<(string | null)[]> =>
  (await places(...given)).map((place) => place?.tier ?? null);

const told = (code: string): Promise<unknown[]> =>
  analytics.db.query(
    `SELECT version, JSON_UNQUOTE(JSON_EXTRACT(payload, '$.data.subjectId')) AS id,
       JSON_UNQUOTE(JSON_EXTRACT(payload, '$.data.from')) AS \`from\`,
       JSON_UNQUOTE(JSON_EXTRACT(payload, '$.data.to')) AS \`to\`
     FROM outbox WHERE type = 'pyramid.tier_changed'
       AND JSON_UNQUOTE(JSON_EXTRACT(payload, '$.data.definition')) = ? ORDER BY outbox.id`,
    [code],
  );

const asRep: TestRequest = { viewer: { roles: ['rep'], staffId: rep, teamIds: [team] } };
const codeOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];
const pathOf = ({ errors }: TestResult): unknown =>
  Object(errors?.[0]?.extensions?.['fields'])[0]?.path;

describe('a snapshot', () => {
  test('places everybody: the counts add up, and equal values are in one tier', async () => {
    expect(await save(definition)).toMatchObject({
      data: { savePyramid: { unit: 'CNY', class: 'INTERNAL' } },
    });
    expect(await take('orders')).toMatchObject({
      data: { takePyramidSnapshot: { state: 'WAITING', asOf: '2026-11-24' } },
    });
    const taken = await pyramid('orders');
    expect(taken).toEqual({
      asOf: '2026-11-24',
      state: 'DONE',
      progress: 100,
      subjectCount: 11,
      unplacedCount: 0,
      tiers: [
        {
          code: 'TOP',
          isBase: false,
          from: '10000.00',
          count: 1,
          shareOfCount: '9.09',
          sum: '10000.00',
          shareOfSum: '17.86',
          average: '10000.00',
          measures: [],
        },
        expect.objectContaining({ code: 'MIDDLE', from: '7000.00', count: 3, sum: '24000.00' }),
        expect.objectContaining({ code: 'LOW', from: null, count: 6, average: '3666.67' }),
        expect.objectContaining({ code: 'INACTIVE', isBase: true, count: 1, sum: null }),
      ],
    });
    expect(
      await places('orders', [ids[0] ?? '', ids[6] ?? '', ids[7] ?? '', dormant, potential]),
    ).toEqual([
      { tier: 'TOP', value: '10000.00', since: '2026-11-24', asOf: '2026-11-24' },
      expect.objectContaining({ tier: 'LOW', value: '4000.00' }),
      expect.objectContaining({ tier: 'LOW', value: '4000.00' }),
      expect.objectContaining({ tier: 'INACTIVE', value: null }),
      null,
    ]);
    // Everybody's first place is no change.
    expect(await told('orders')).toEqual([]);
  });

  test('taken again without a change comes to the same, and tells nothing', async () => {
    const before = await pyramid('orders');
    const rows = 'SELECT COUNT(*) AS total FROM pyramidPlacement';
    const [{ total }] = await analytics.db.query(rows);
    now = new Date('2026-11-25T04:00:00Z');
    await take('orders');
    expect(await pyramid('orders')).toEqual({ ...before, asOf: '2026-11-25' });
    expect(await analytics.db.query(rows)).toEqual([{ total }]);
    expect(await told('orders')).toEqual([]);
  });

  test('tells whose tier is another, once, and shows how everybody went', async () => {
    now = new Date('2026-11-26T04:00:00Z');
    await apply(analytics.db, [
      // From the last to the first; the first is in the middle then, and its last is low.
      ordered(ids[9] ?? '', '20000.00'),
      eventOf(
        CustomerUpdated,
        { id: ids[8] ?? '', version: 2, customerId: ids[8] ?? '' },
        { ...customerData({ lifecycleStage: 'DORMANT' }), changes: {} },
      ),
      eventOf(CustomerDeleted, { id: ids[7] ?? '', version: 2, customerId: ids[7] ?? '' }, {}),
      created(newId()),
    ]);
    await take('orders');
    const events = await told('orders');
    expect(events).toHaveLength(6);
    const eventOfId = (at: number) => events.filter((event) => Object(event).id === ids[at]);
    expect(eventOfId(9)).toEqual([{ version: 2, id: ids[9], from: 'LOW', to: 'TOP' }]);
    expect(eventOfId(0)).toEqual([{ version: 2, id: ids[0], from: 'TOP', to: 'MIDDLE' }]);
    expect(eventOfId(8)).toEqual([{ version: 2, id: ids[8], from: 'LOW', to: 'INACTIVE' }]);
    expect(eventOfId(7)).toEqual([{ version: 2, id: ids[7], from: 'LOW', to: 'null' }]);
    await take('orders');
    expect(await told('orders')).toHaveLength(6);

    const MIGRATION = `query ($from: Date!, $to: Date!, $tier: String, $first: Int, $after: String) {
      pyramidMigration(definition: "orders", from: $from, to: $to) {
        from { asOf } to { asOf } cells { from to count }
        movers(from: $tier, first: $first, after: $after) { nodes { customer { id } from to } totalCount pageInfo { endCursor hasNextPage } } } }`;
    const migration = (args: Input, request: TestRequest = {}) =>
      execute(MIGRATION, { from: '2026-11-25', to: '2026-11-30', ...args }, request);
    const { data } = await migration({});
    const whole = z
      .object({
        pyramidMigration: z
          .object({
            cells: z.array(
              z.object({
                from: z.string().nullable(),
                to: z.string().nullable(),
                count: z.number(),
              }),
            ),
            movers: z
              .object({ nodes: z.array(z.object({}).loose()), totalCount: z.number() })
              .loose(),
          })
          .loose(),
      })
      .parse(data).pyramidMigration;
    expect(whole.cells).toEqual([
      { from: 'TOP', to: 'MIDDLE', count: 1 },
      { from: 'MIDDLE', to: 'MIDDLE', count: 2 },
      { from: 'MIDDLE', to: 'LOW', count: 1 },
      { from: 'LOW', to: 'TOP', count: 1 },
      { from: 'LOW', to: 'LOW', count: 3 },
      { from: 'LOW', to: 'INACTIVE', count: 1 },
      { from: 'LOW', to: null, count: 1 },
      { from: 'INACTIVE', to: 'INACTIVE', count: 1 },
      { from: null, to: 'LOW', count: 1 },
    ]);
    // Deleted customers are counted as they were, and not listed.
    expect(whole.movers.totalCount).toBe(5);
    expect((await migration({ tier: 'LOW', first: 1 })).data).toMatchObject({
      pyramidMigration: { movers: { totalCount: 2, pageInfo: { hasNextPage: true } } },
    });
    const CHART = `query ($from: Date!, $to: Date!) { pyramidMigration(definition: "orders", from: $from, to: $to) { chart } }`;
    const days = { from: '2026-11-25', to: '2026-11-30' };
    expect(Object((await execute(CHART, days)).data).pyramidMigration.chart).toContain(
      '<desc>2026年11月25日 → 2026年11月26日; 上升 1 · 下降 3 · 不变 6; ',
    );
    expect(Object((await execute(CHART, days, asRep)).data).pyramidMigration.chart).toContain(
      '上升 1 · 下降 1 · 不变 0',
    );
    expect((await migration({}, asRep)).data).toMatchObject({
      pyramidMigration: {
        cells: [
          { from: 'MIDDLE', to: 'LOW', count: 1 },
          { from: 'LOW', to: 'TOP', count: 1 },
        ],
        movers: {
          nodes: [
            { customer: { id: ids[3] }, from: 'MIDDLE', to: 'LOW' },
            { customer: { id: ids[9] }, from: 'LOW', to: 'TOP' },
          ],
          totalCount: 2,
        },
      },
    });
  });

  test('is shown as of any day', async () => {
    expect(counts(await pyramid('orders', { asOf: '2026-11-25' }))).toEqual({
      TOP: 1,
      MIDDLE: 3,
      LOW: 6,
      INACTIVE: 1,
    });
    expect(await pyramid('orders', { asOf: '2026-12-31' })).toMatchObject({ asOf: '2026-11-26' });
    expect(await tiersOf('orders', [ids[9] ?? ''], { asOf: '2026-11-25' })).toEqual(['LOW']);
    expect(await tiersOf('orders', [ids[9] ?? ''])).toEqual(['TOP']);
    expect(codeOf(await execute(PYRAMID, { code: 'orders', asOf: '2026-11-23' }))).toBe(
      'NOT_FOUND',
    );
    expect(await tiersOf('orders', [ids[9] ?? ''], { asOf: '2026-11-23' })).toEqual([null]);
  });

  test('stays as it was when the definition changes', async () => {
    await save({ code: 'orders', tiers: shares({ BEST: '50', REST: '50' }), base: [] });
    now = new Date('2026-11-27T04:00:00Z');
    await take('orders');
    expect(counts(await pyramid('orders'))).toEqual({ BEST: 5, REST: 4 });
    expect(counts(await pyramid('orders', { asOf: '2026-11-26' }))).toMatchObject({ TOP: 1 });
    expect(await tiersOf('orders', [dormant])).toEqual([null]);
  });

  test('is taken up again after whoever took it was ended', async () => {
    await execute('mutation { takePyramidSnapshot(input: { definition: "orders" }) { id } }');
    const dies = takeNextSnapshot(app(), (run) =>
      transact(analytics.db, async (manager) => {
        const value = await run(manager);
        const [row] = await manager.query(
          `SELECT progress FROM pyramidSnapshot WHERE state = 'RUNNING'`,
        );
        if (row?.progress > 0) throw new Error('killed');
        return value;
      }),
    );
    await expect(dies).rejects.toThrow('killed');
    while (await takeNextSnapshot(app(), (run) => transact(analytics.db, run)));
    const [{ states }] = await analytics.db.query(
      `SELECT GROUP_CONCAT(DISTINCT state) AS states FROM pyramidSnapshot`,
    );
    expect(states).toBe('DONE');
    expect(counts(await pyramid('orders'))).toEqual({ BEST: 5, REST: 4 });
  });
});

describe('what a factor may be', () => {
  test('an indicator, with others that are added up beside', async () => {
    const input = {
      ...definition,
      code: 'this_year',
      factor: { indicator: 'order_amount_this_year' },
      measures: ['receivable_balance'],
      method: 'VALUE_SHARE',
      tiers: shares({ A: '80', B: '20' }),
    };
    expect(await save(input)).toMatchObject({ data: { savePyramid: { unit: 'CNY' } } });
    await take('this_year');
    const taken = await pyramid('this_year');
    expect(taken).toMatchObject({ unplacedCount: 0 });
    expect(taken.tiers[0]).toMatchObject({
      measures: [{ indicator: 'receivable_balance', sum: '0.00' }],
    });
  });

  test('the score of a model; who has none is in no tier', async () => {
    await analytics.db.query(
      `INSERT INTO evaluationModel (id, code, subjectType) VALUES (77, 'of_test', 'CUSTOMER')`,
    );
    await analytics.db.query(
      `INSERT INTO evaluationModelVersion (modelId, version, revision, definition, class, savedAt,
         publishedAt, effectiveFrom)
       VALUES (77, 1, 1, '{}', 'CONFIDENTIAL', '2026-01-01', '2026-01-01', '2026-01-01')`,
    );
    await analytics.db.query(
      `INSERT INTO score (modelId, subjectId, version, modelVersion, status, score, coverage, inputs,
         cause, computedAt, validFrom)
       VALUES (77, UUID_TO_BIN(?), 1, 1, 'SCORED', 80.5, 1, '{}', 'RUN', '2026-11-01', '2026-11-01')`,
      [ids[0]],
    );
    const tiers = [
      { code: 'HIGH', labels, from: '50' },
      { code: 'LOW', labels },
    ];
    const input = {
      ...definition,
      code: 'scored',
      factor: { model: 'of_test' },
      method: 'THRESHOLD',
      tiers,
    };
    expect(await save(input)).toMatchObject({
      data: { savePyramid: { unit: null, class: 'CONFIDENTIAL' } },
    });
    await take('scored');
    const taken = await pyramid('scored');
    expect(counts(taken)).toEqual({ HIGH: 1, LOW: 0, INACTIVE: 2 });
    expect(taken).toMatchObject({ unplacedCount: 8 });

    // Who may not read what the score is made of sees no such pyramid, and no events tell of it.
    const agent: TestRequest = { viewer: { roles: ['care_agent'] } };
    expect(codeOf(await execute(PYRAMID, { code: 'scored' }, agent))).toBe('NOT_FOUND');
    await analytics.db.query('UPDATE pyramidDefinition SET class = "INTERNAL"');
    await analytics.db.query('UPDATE score SET score = 10 WHERE modelId = 77');
    now = new Date('2026-11-28T04:00:00Z');
    await take('scored');
    expect(counts(await pyramid('scored'))).toEqual({ HIGH: 0, LOW: 1, INACTIVE: 2 });
    expect(await told('scored')).toEqual([]);
    expect(codeOf(await execute(PYRAMID, { code: 'scored' }, agent))).toBe('NOT_FOUND');
  });
});

describe('whoever asks', () => {
  test('is given the figures of the customers that he may read', async () => {
    const mine = await pyramid('orders', {}, asRep);
    expect(mine).toMatchObject({ subjectCount: 2, unplacedCount: null });
    expect(mine.tiers).toMatchObject([
      { code: 'BEST', count: 2, sum: '28000.00', shareOfCount: '100.00' },
      { code: 'REST', count: 0, sum: '0.00' },
    ]);
    const CHART = '{ pyramid(definition: "orders") { chart(locale: EN) } }';
    const { chart } = Object((await execute(CHART, {}, asRep)).data).pyramid;
    expect(chart).toContain('<title>Orders</title><desc>');
    expect(chart).toContain('2 customers; Tier: 2  (100%), Order amount CN¥28K  (100%)');
    expect(Object((await execute(CHART)).data).pyramid.chart).toContain('9 customers; Tier: 5');
    expect((await pyramid('orders', { asOf: '2026-11-26' }, asRep)).tiers[0]).toMatchObject({
      code: 'TOP',
      count: 1,
      sum: null,
    });
    expect(await tiersOf('orders', [ids[0] ?? '', ids[3] ?? ''], {}, asRep)).toEqual([
      null,
      'BEST',
    ]);
    const partner = await execute(PYRAMID, { code: 'orders' }, { viewer: { roles: ['partner'] } });
    expect(codeOf(partner)).toBe('NOT_FOUND');
  });

  test('pages through the members of all tiers in one statement', async () => {
    const MEMBERS = `query ($first: Int, $after: String) { pyramid(definition: "orders") {
      tiers { code members(first: $first, after: $after) { nodes { customer { id } } pageInfo { endCursor hasNextPage } totalCount } } } }`;
    const { data } = await execute(MEMBERS, { first: 3 });
    expect(data).toMatchObject({
      pyramid: {
        tiers: [
          { members: { totalCount: 5, pageInfo: { hasNextPage: true } } },
          { members: { totalCount: 4 } },
        ],
      },
    });
    expect((await execute(MEMBERS, {}, asRep)).data).toMatchObject({
      pyramid: { tiers: [{ members: { totalCount: 2 } }, { members: { totalCount: 0 } }] },
    });
    expect(codeOf(await execute(MEMBERS, { first: 101 }))).toBe('INVALID');
    expect(codeOf(await execute(MEMBERS, { after: 'x' }))).toBe('INVALID');
  });

  test('gets the tiers of many customers for the price of one', async () => {
    const one = await countStatements(analytics.db, () => places('orders', ids.slice(0, 1)));
    expect(await countStatements(analytics.db, () => places('orders', ids))).toBe(one);
  });
});

describe('is refused', () => {
  test.each([
    ['a code that is none', { code: 'A B' }, 'code'],
    ['two factors', { factor: { field: 'orderAmount', model: 'x' } }, 'factor'],
    ['no factor', { factor: {} }, 'factor'],
    ['a field that is none', { factor: { field: 'nope' } }, 'factor.field'],
    ['a field that is no number', { factor: { field: 'city' } }, 'factor.field'],
    ['an indicator that is none', { factor: { indicator: 'nope' } }, 'factor.indicator'],
    ['a model that is none', { factor: { model: 'nope' } }, 'factor.model'],
    ['shares that are not 100', { tiers: shares({ A: '40', B: '50' }) }, 'tiers'],
    [
      'bounds that overlap',
      {
        method: 'THRESHOLD',
        tiers: [
          { code: 'A', labels, from: '5' },
          { code: 'B', labels, from: '7' },
          { code: 'C', labels },
        ],
      },
      'tiers.1.from',
    ],
    ['a measure that is none', { measures: ['nope'] }, 'measures.0'],
  ])('%s', async (_, input, path) => {
    const refused = await save({ ...definition, code: 'refused', ...input });
    expect(codeOf(refused)).toBe('INVALID');
    expect(pathOf(refused)).toBe(path);
    expect(codeOf(await execute(PYRAMID, { code: 'refused' }))).toBe('NOT_FOUND');
  });

  test('whoever is no administrator', async () => {
    expect(codeOf(await save({ ...definition, code: 'mine' }, asRep))).toBe('FORBIDDEN');
    const TAKE = 'mutation { takePyramidSnapshot(input: { definition: "orders" }) { id } }';
    expect(codeOf(await execute(TAKE, {}, { viewer: { roles: ['analyst'] } }))).toBe('FORBIDDEN');
    expect(
      codeOf(
        await execute('mutation { takePyramidSnapshot(input: { definition: "nope" }) { id } }'),
      ),
    ).toBe('NOT_FOUND');
  });
});
