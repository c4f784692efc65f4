import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { buildDistribution } from './distribution.ts';
import { endExpiredOverrides } from './override.commands.ts';
import { evaluate } from './score.ts';
import { saveScores } from './score.repository.ts';
import { readIndicatorValues } from '../indicator/indicator-values.repository.ts';
import { readCatalogue } from '../indicator/indicator.repository.ts';
import { findModelsInForce } from '../model/model.repository.ts';
import { indicatorsOf, rankedIndicatorsOf } from '../model/model.ts';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, logged, ordered } from '../testing/events.ts';

let analytics: TestAnalytics;
let now = new Date('2026-11-24T04:00:00Z');
const [rep, boss, big, small, idle] = [newId(), newId(), newId(), newId(), newId()];

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  await apply(analytics.db, [
    created(big, { ownerId: rep, name: '大客户', legalForm: 'JOINT_STOCK_COMPANY' }),
    created(small, { ownerId: boss, name: '小客户', legalForm: 'SOLE_PROPRIETORSHIP' }),
    created(idle, { ownerId: boss, name: '新客户', legalForm: null }),
    ...Array.from({ length: 4 }, () => ordered(big, '100.00', { orderedOn: '2026-10-01' })),
    ordered(small, '10.00', { orderedOn: '2026-11-01' }),
    logged(big, { occurredAt: '2026-11-01T02:00:00Z' }),
  ]);
});
afterAll(() => analytics.stop());

const asRep = { viewer: { roles: ['rep' as const], staffId: rep } };
const asBoss = { viewer: { roles: ['rep' as const], staffId: boss } };

const at = (time: string): void => {
  now = new Date(time);
};

/** What a run does, in the small: values, ranks, results. */
async function run(code: string, tell: 'CHANGES' | 'NONE' = 'CHANGES'): Promise<void> {
  await transact(analytics.db, async (manager) => {
    const model = (await findModelsInForce(manager, { now })).find((each) => each.code === code);
    if (!model) throw new Error(`${code} is not in force`);
    const { indicators } = await readCatalogue(manager);
    const subjectIds = [big, small, idle];
    const values = await readIndicatorValues(manager, {
      indicators: indicatorsOf(model).flatMap((each) => indicators.get(each) ?? []),
      subjectType: 'CUSTOMER',
      today: now.toISOString().slice(0, 10),
      subjectIds,
    });
    const distributions = new Map(
      rankedIndicatorsOf(model).map((each) => {
        const known = subjectIds.flatMap((id) => values.get(id)?.get(each) ?? []);
        return [each, buildDistribution(known.map(String))];
      }),
    );
    await saveScores(manager, model, {
      rows: subjectIds.map((subjectId) => ({
        subjectId,
        result: evaluate(model, values.get(subjectId) ?? new Map(), distributions),
      })),
      now,
      cause: 'RUN',
      inputWatermark: 'seq 7',
      rankedAt: now,
      tell,
    });
  });
}

const execute = (
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  request: TestRequest = {},
): Promise<TestResult> => analytics.subgraph.execute(query, variables, request);

async function data(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  request: TestRequest = {},
): Promise<Record<string, unknown>> {
  const { data: found, errors } = await execute(query, variables, request);
  expect(errors).toBeUndefined();
  return found ?? {};
}

const refusal = async (
  query: string,
  variables: object,
  request: TestRequest = {},
): Promise<unknown> => (await execute(query, { ...variables }, request)).errors?.[0];

async function ofCustomers(
  ids: readonly string[],
  selection: string,
  request: TestRequest = {},
): Promise<readonly Record<string, unknown>[]> {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer { ${selection} } } }`;
  const of = ids.map((id) => ({ __typename: 'Customer', id }));
  const found = (await data(query, { of }, request))['_entities'];
  return Array.isArray(found) ? found.map((each: unknown) => Object(each)) : [];
}

const bands = (pairs: readonly (readonly [string, string])[]): object => ({
  kind: 'BANDS',
  bands: pairs.map(([from, points]) => ({ from, points })),
});

const text = (zh: string, en: string): object => ({ zh, en });

/** Orders of this year by rank and by number, and the legal form. */
const model = (code: string, more: object = {}): Record<string, unknown> => ({
  code,
  kind: 'VALUE',
  subjectType: 'CUSTOMER',
  labels: text('测试价值', 'Test value'),
  minCoverage: '0.5',
  categories: [
    {
      name: text('交易', 'Transactions'),
      weight: '60',
      criteria: [
        { indicator: 'order_amount_this_year', weight: '2', function: { kind: 'PERCENTILE' } },
        {
          indicator: 'order_count_365d',
          weight: '1',
          function: bands([
            ['0', '0'],
            ['1', '2'],
            ['4', '5'],
          ]),
        },
      ],
    },
    {
      name: text('特征', 'Attributes'),
      weight: '40',
      criteria: [
        {
          indicator: 'legal_form',
          weight: '1',
          maxPoints: '5',
          function: {
            kind: 'MAP',
            map: [
              { value: 'JOINT_STOCK_COMPANY', points: '5' },
              { value: 'SOLE_PROPRIETORSHIP', points: '2' },
            ],
          },
        },
      ],
    },
  ],
  grades: [
    { code: 'HIGH', label: text('高', 'High'), from: '70' },
    { code: 'LOW', label: text('低', 'Low'), from: '0' },
  ],
  ...more,
});

const SAVE = `mutation ($input: SaveEvaluationDraftInput!) { saveEvaluationDraft(input: $input) { code version status revision class } }`;
const PUBLISH = `mutation ($input: PublishEvaluationModelInput!) { publishEvaluationModel(input: $input) { version status effectiveFrom } }`;

async function publish(code: string, more: object = {}): Promise<void> {
  await data(SAVE, { input: { model: model(code, more) } });
  await data(PUBLISH, { input: { code } });
}

const SCORE = `modelVersion score status coverage hash inputWatermark grade { code label } contributions { criterion label category rawValue share matchedBand { from points } points maxPoints contribution maxContribution window { kind } }`;

const statementsOf = (some: readonly string[]): Promise<number> =>
  countStatements(analytics.db, () => ofCustomers(some, 'score(model: "by_hand") { score }'));

const historyOf = (args: string): string =>
  `scoreHistory(model: "versions"${args}) { totalCount pageInfo { hasNextPage endCursor } nodes { score modelVersion validTo } }`;

describe('a model by hand', () => {
  beforeAll(async () => {
    await publish('by_hand');
    await run('by_hand');
  });

  test('gives the scores that one computes by hand', async () => {
    const [first, second, third] = await ofCustomers(
      [big, small, idle],
      `score(model: "by_hand") { ${SCORE} }`,
    );
    // 60 · (2/3 · 1 + 1/3 · 5/10) + 40 · 5/5
    expect(first?.['score']).toMatchObject({
      score: '90.00',
      status: 'SCORED',
      coverage: '1.0000',
      inputWatermark: 'seq 7',
      grade: { code: 'HIGH', label: '高' },
      contributions: [
        {
          criterion: 'order_amount_this_year',
          label: '本年订单金额',
          category: '交易',
          rawValue: '400.00',
          share: '1.0000',
          contribution: '40.00',
          maxContribution: '40.00',
          window: { kind: 'THIS_YEAR' },
        },
        {
          rawValue: '4',
          matchedBand: { from: '4', points: '5' },
          points: '5',
          maxPoints: '10',
          contribution: '10.00',
          maxContribution: '20.00',
        },
        {
          rawValue: 'JOINT_STOCK_COMPANY',
          points: '5',
          maxPoints: '5',
          contribution: '40.00',
          window: null,
        },
      ],
    });
    // 60 · (2/3 · 1/2 + 1/3 · 2/10) + 40 · 2/5
    expect(second?.['score']).toMatchObject({ score: '40.00', grade: { code: 'LOW' } });
    // 60 · (2/3 · 0 + 1/3 · 0) + 40 · 0, of which the legal form has no data.
    expect(third?.['score']).toMatchObject({ score: '0.00', coverage: '0.6000' });
  });

  test('is drawn in the language, theme and size that is asked for', async () => {
    const [found] = await ofCustomers(
      [big],
      'score(model: "by_hand") { zh: chart en: chart(locale: EN, theme: DARK, width: 600, height: 400) }',
    );
    const { zh, en } = Object(found?.['score']);
    expect(zh).toMatch(/^<svg width="860" [^]*<title>测试价值<\/title>[^]*得分 90\.00 \/ 100 · 高/);
    expect(zh).toContain('本年订单金额: 40.00 / 40.00   ¥400');
    expect(zh).toContain('经营组织: 40.00 / 40.00   JOINT_STOCK_COMPANY');
    expect(en).toMatch(/^<svg width="600" height="400" [^]*<title>Test value<\/title>/);
    expect(en).toContain('Orders in 365 days: 10.00 / 20.00   4');
    expect(en).toContain('#12161d');
  });

  test('is still read where a picture of it is refused', async () => {
    const { data: found, errors } = await execute(
      `{ _entities(representations: [{ __typename: "Customer", id: "${big}" }]) {
        ... on Customer { score(model: "by_hand") { score chart(width: 10) } } } }`,
    );
    expect(found).toMatchObject({ _entities: [{ score: { score: '90.00', chart: null } }] });
    expect(errors?.[0]).toMatchObject({
      extensions: { code: 'INVALID', fields: [{ path: 'width', message: 'must be 200 to 4000' }] },
    });
  });

  test('is ranked by score, for those who may read the customers', async () => {
    const RANKING = `query ($first: Int, $after: String, $grades: [String!], $where: FactCustomerWhere) {
      ranking(model: "by_hand", first: $first, after: $after, grades: $grades, where: $where) {
        totalCount pageInfo { hasNextPage endCursor } nodes { customer { id } evaluation { score } } } }`;
    const page = await data(RANKING, { first: 2 });
    expect(page['ranking']).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
      nodes: [
        { customer: { id: big }, evaluation: { score: '90.00' } },
        { customer: { id: small }, evaluation: { score: '40.00' } },
      ],
    });
    const after = Object(page['ranking']).pageInfo.endCursor;
    const ids = async (variables: object, request: TestRequest = {}): Promise<unknown> =>
      Object((await data(RANKING, { ...variables }, request))['ranking']).nodes.map(
        ({ customer }: { customer: { id: string } }) => customer.id,
      );
    expect(await ids({ first: 2, after })).toEqual([idle]);
    expect(await ids({ grades: ['HIGH'] })).toEqual([big]);
    expect(await ids({ where: { name: { contains: '小' } } })).toEqual([small]);
    expect(await ids({}, asRep)).toEqual([big]);
    expect(await refusal(RANKING, { grades: ['BEST'] })).toMatchObject({
      extensions: { code: 'INVALID' },
    });
    expect(await refusal(RANKING, { after: 'x' })).toMatchObject({
      extensions: { code: 'INVALID' },
    });
  });

  test('costs as many statements for a hundred customers as for one', async () => {
    const ids = [big, ...Array.from({ length: 99 }, newId)];
    // Versions, scores, and the customers that were merged.
    expect(await statementsOf(ids)).toBe(3);
    expect(await statementsOf([big])).toBe(3);
  });

  test('is null for those who may not read the customer, and for whom there is none', async () => {
    expect(
      await ofCustomers([big, small, newId()], 'score(model: "by_hand") { score }', asRep),
    ).toEqual([{ score: { score: '90.00' } }, { score: null }, { score: null }]);
    expect(await refusal(`{ ranking(model: "none") { totalCount } }`, {})).toMatchObject({
      extensions: { code: 'NOT_FOUND' },
    });
  });
});

describe('a new version', () => {
  test("leaves yesterday's score as it was, with yesterday's version, and the same again to the last bit", async () => {
    at('2026-11-24T04:00:00Z');
    await publish('versions');
    await run('versions');
    const before = await ofCustomers([big], `score(model: "versions") { ${SCORE} }`);

    at('2026-11-25T04:00:00Z');
    await publish('versions', {
      categories: [
        {
          name: text('特征', 'Attributes'),
          weight: '1',
          criteria: [
            {
              indicator: 'legal_form',
              weight: '1',
              maxPoints: '10',
              function: { kind: 'MAP', map: [{ value: 'JOINT_STOCK_COMPANY', points: '6' }] },
            },
          ],
        },
      ],
    });
    await run('versions');
    const yesterday = `score(model: "versions", asOf: "2026-11-24T12:00:00Z") { ${SCORE} model { version status } }`;
    const [today] = await ofCustomers(
      [big],
      `score(model: "versions") { score modelVersion grade { code } changeFrom(previous: "2026-11-24T12:00:00Z") { criterion before after delta reason } } ${yesterday.replace('score(', 'past: score(')}`,
    );
    expect(today).toMatchObject({
      score: {
        score: '60.00',
        modelVersion: 2,
        grade: { code: 'LOW' },
        changeFrom: [
          {
            criterion: 'order_amount_this_year',
            before: '40.00',
            after: '0.00',
            delta: '-40.00',
            reason: 'CRITERION_REMOVED',
          },
          {
            criterion: 'legal_form',
            before: '40.00',
            after: '60.00',
            delta: '20.00',
            reason: 'MODEL',
          },
          {
            criterion: 'order_count_365d',
            before: '10.00',
            after: '0.00',
            delta: '-10.00',
            reason: 'CRITERION_REMOVED',
          },
        ],
      },
      past: { ...Object(before[0]?.['score']), model: { version: 1, status: 'RETIRED' } },
    });
    const hash = `score(model: "versions") { hash }`;
    const once = await ofCustomers([big, small], hash);
    await analytics.db.query(
      'DELETE s FROM score s JOIN evaluationModel m ON m.id = s.modelId AND m.code = ?',
      ['versions'],
    );
    await run('versions', 'NONE');
    expect(await ofCustomers([big, small], hash)).toEqual(once);
    expect(Object(once[0]?.['score']).hash).toMatch(/^[0-9a-f]{64}$/);
    at('2026-11-24T04:00:00Z');
  });

  test('has a history that is paged, the newest first', async () => {
    const [found] = await ofCustomers([big], historyOf(', first: 1'));
    const page = Object(found?.['scoreHistory']);
    expect(page).toMatchObject({
      totalCount: 2,
      pageInfo: { hasNextPage: true },
      nodes: [{ score: '60.00', modelVersion: 2, validTo: null }],
    });
    const [next] = await ofCustomers(
      [big],
      historyOf(`, first: 1, after: "${page.pageInfo.endCursor}"`),
    );
    expect(next?.['scoreHistory']).toMatchObject({
      pageInfo: { hasNextPage: false },
      nodes: [{ score: '90.00', modelVersion: 1 }],
    });
    const [none] = await ofCustomers([big], historyOf(''), asBoss);
    expect(none?.['scoreHistory']).toMatchObject({ nodes: [] });
  });

  test('is drawn through time, up to the day that was asked for', async () => {
    const drawn = 'zh: chart en: chart(locale: EN)';
    const [found] = await ofCustomers(
      [big, small],
      `scoreHistory(model: "versions", to: "2026-11-25T00:00:00Z") { ${drawn} }`,
    );
    const { zh, en } = Object(found?.['scoreHistory']);
    expect(zh).toContain('<desc>2026年11月24日 90.00 高</desc>');
    expect(en).toContain('<desc>Nov 24, 2026 90.00 High</desc>');
  });
});

describe('an override', () => {
  const OVERRIDE = `mutation ($input: OverrideScoreInput!) { overrideScore(input: $input) { id grade score } }`;
  const WITHDRAW = `mutation ($input: WithdrawScoreOverrideInput!) { withdrawScoreOverride(input: $input) { reason endedAt } }`;
  const shown = `score(model: "overrides") { score status grade { code } override { reason } contributions { contribution } }`;
  const input = { model: 'overrides', subjectId: small, reason: '战略合作' };

  const readShown = async (): Promise<unknown> => (await ofCustomers([small], shown))[0]?.['score'];

  beforeAll(async () => {
    await publish('overrides');
    await run('overrides');
  });

  test('counts instead of the grade, outlives a run, and is withdrawn', async () => {
    await data(OVERRIDE, { input: { ...input, grade: 'HIGH' } }, asBoss);
    await run('overrides');
    const [found] = await ofCustomers([small], shown);
    expect(found?.['score']).toMatchObject({
      score: '40.00',
      status: 'OVERRIDDEN',
      grade: { code: 'HIGH' },
      override: { reason: '战略合作' },
    });
    await data(WITHDRAW, { input: { model: 'overrides', subjectId: small } }, asBoss);
    const [after] = await ofCustomers([small], shown);
    expect(after?.['score']).toMatchObject({
      score: '40.00',
      status: 'SCORED',
      grade: { code: 'LOW' },
      override: null,
    });
  });

  test('by a score gives its grade, and runs out by itself', async () => {
    await data(OVERRIDE, { input: { ...input, score: '88.5', expiresAt: '2026-12-01T00:00:00Z' } });
    expect(await readShown()).toMatchObject({ score: '88.50', grade: { code: 'HIGH' } });
    at('2026-12-02T00:00:00Z');
    // At once for those who read, and told when it is noticed.
    expect(await readShown()).toMatchObject({
      score: '40.00',
      status: 'SCORED',
      grade: { code: 'LOW' },
    });
    expect(await transact(analytics.db, (manager) => endExpiredOverrides(manager, now))).toBe(1);
    expect(await readShown()).toMatchObject({ score: '40.00', status: 'SCORED' });
    const [last] = await analytics.db.query<{ payload: unknown }[]>(
      "SELECT payload FROM outbox WHERE type = 'evaluation.changed' ORDER BY id DESC LIMIT 1",
    );
    expect(last?.payload).toMatchObject({
      data: { cause: 'EXPIRED', outcome: { oldGrade: 'HIGH', newGrade: 'LOW' } },
    });
    at('2026-11-24T04:00:00Z');
  });

  test('is for those who may change the customer', async () => {
    expect(await refusal(OVERRIDE, { input: { ...input, grade: 'HIGH' } }, asRep)).toMatchObject({
      extensions: { code: 'NOT_FOUND' },
    });
    const analyst = { viewer: { roles: ['analyst' as const] } };
    expect(await refusal(OVERRIDE, { input: { ...input, grade: 'HIGH' } }, analyst)).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
  });

  test.each([
    [{ grade: 'BEST' }, 'grade'],
    [{}, 'grade'],
    [{ grade: 'HIGH', score: '5' }, 'grade'],
    [{ score: '101' }, 'score'],
    [{ grade: 'HIGH', reason: ' ' }, 'reason'],
    [{ grade: 'HIGH', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
  ])('refuses %j', async (more, path) => {
    expect(await refusal(OVERRIDE, { input: { ...input, ...more } })).toMatchObject({
      extensions: {
        code: 'INVALID',
        fields: expect.arrayContaining([expect.objectContaining({ path })]),
      },
    });
  });
});

describe('what is confidential', () => {
  test('is hidden from those who may not read it, on every path', async () => {
    await run('customer_credit');
    const shown = `score(model: "customer_credit") { status score grade { code } contributions { rawValue } chart }
      scoreHistory(model: "customer_credit") { nodes { score } chart }`;
    expect(await ofCustomers([big], shown, asRep)).toEqual([
      {
        score: { status: 'HIDDEN', score: null, grade: null, contributions: [], chart: null },
        scoreHistory: { nodes: [{ score: null }], chart: null },
      },
    ]);
    const [found] = await ofCustomers([big], shown);
    expect(found?.['score']).not.toMatchObject({ status: 'HIDDEN' });
    expect(
      await refusal(`{ ranking(model: "customer_credit") { totalCount } }`, {}, asRep),
    ).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    // A draft of open criteria says nothing of the scores that there are.
    await data(SAVE, { input: { model: model('customer_credit', { kind: 'CREDIT' }) } });
    expect(
      await refusal(`{ ranking(model: "customer_credit") { totalCount } }`, {}, asRep),
    ).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });
});

describe('a draft', () => {
  test('is saved over the one before, by whoever has read that', async () => {
    const save = (input: object): Promise<TestResult> => execute(SAVE, { input });
    expect((await save({ model: model('drafts') })).data).toMatchObject({
      saveEvaluationDraft: { version: 1, status: 'DRAFT', revision: 1, class: 'INTERNAL' },
    });
    expect((await save({ model: model('drafts') })).errors?.[0]).toMatchObject({
      extensions: { code: 'CONFLICT', currentVersion: 1 },
    });
    expect((await save({ model: model('drafts'), expectedRevision: 1 })).data).toMatchObject({
      saveEvaluationDraft: { revision: 2 },
    });
    expect(await refusal(SAVE, { input: { model: model('drafts') } }, asRep)).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    const list = `{ evaluationModels(status: DRAFT) { code } }`;
    expect(await data(list)).toEqual({
      evaluationModels: [{ code: 'customer_credit' }, { code: 'drafts' }],
    });
    expect(await data(list, {}, asRep)).toEqual({ evaluationModels: [] });
  });

  test('tells what it would change, and changes nothing', async () => {
    const SIMULATE = `query ($draft: EvaluationModelInput!, $sample: Int) { simulateEvaluation(draft: $draft, sample: $sample) {
      chart(locale: EN) populationCount sampleCount isSampled byGrade { grade before after } byDecile { from before after }
      movers(first: 1) { totalCount pageInfo { hasNextPage } nodes { customer { id } scoreBefore scoreAfter gradeBefore gradeAfter } } } }`;
    const grades = [
      { code: 'HIGH', label: text('高', 'High'), from: '95' },
      { code: 'LOW', label: text('低', 'Low'), from: '0' },
    ];
    const { simulateEvaluation } = await data(SIMULATE, { draft: model('by_hand', { grades }) });
    expect(simulateEvaluation).toMatchObject({
      populationCount: 3,
      sampleCount: 3,
      isSampled: false,
      byGrade: [
        { grade: 'HIGH', before: 1, after: 0 },
        { grade: 'LOW', before: 2, after: 3 },
        { grade: null, before: 0, after: 0 },
      ],
      movers: {
        totalCount: 1,
        nodes: [
          {
            customer: { id: big },
            scoreBefore: '90.00',
            scoreAfter: '90.00',
            gradeBefore: 'HIGH',
            gradeAfter: 'LOW',
          },
        ],
      },
    });
    expect(
      Object(simulateEvaluation).byDecile.map(({ after }: { after: number }) => after),
    ).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect(Object(simulateEvaluation).chart).toContain(
      '<desc>3 evaluated · 1 change grade (33.3%); High: 1 → 0; Low: 2 → 3; No grade: 0 → 0</desc>',
    );
    expect(await data(SIMULATE, { draft: model('by_hand'), sample: 2 })).toMatchObject({
      simulateEvaluation: { sampleCount: 2, isSampled: true },
    });
    expect(await refusal(SIMULATE, { draft: model('by_hand') }, asRep)).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    expect(await refusal(SIMULATE, { draft: model('by_hand'), sample: 5001 })).toMatchObject({
      extensions: { code: 'INVALID' },
    });
  });

  test('is published once, and the model retired once', async () => {
    const RETIRE = `mutation ($input: RetireEvaluationModelInput!) { retireEvaluationModel(input: $input) { status } }`;
    await publish('ending');
    expect(await refusal(PUBLISH, { input: { code: 'ending' } })).toMatchObject({
      extensions: { code: 'RULE_VIOLATION' },
    });
    expect(await refusal(PUBLISH, { input: { code: 'unheard_of' } })).toMatchObject({
      extensions: { code: 'NOT_FOUND' },
    });
    expect(await data(RETIRE, { input: { code: 'ending' } })).toEqual({
      retireEvaluationModel: { status: 'RETIRED' },
    });
    expect(await refusal(RETIRE, { input: { code: 'ending' } })).toMatchObject({
      extensions: { code: 'RULE_VIOLATION' },
    });
    const told = await analytics.db.query(
      "SELECT type FROM outbox WHERE aggregate = 'model' AND payload->>'$.data.code' = 'ending' ORDER BY id",
    );
    expect(told).toEqual([{ type: 'model.published' }, { type: 'model.retired' }]);
  });
});

test('the product begins with models that are in force', async () => {
  const { evaluationModels } = await data(
    `{ evaluationModels(status: PUBLISHED) { code version kind subjectType class } }`,
  );
  expect(evaluationModels).toEqual(
    expect.arrayContaining([
      {
        code: 'customer_value',
        version: 1,
        kind: 'VALUE',
        subjectType: 'CUSTOMER',
        class: 'INTERNAL',
      },
      {
        code: 'customer_credit',
        version: 2,
        kind: 'CREDIT',
        subjectType: 'CUSTOMER',
        class: 'CONFIDENTIAL',
      },
      {
        code: 'contact_closeness',
        version: 2,
        kind: 'CLOSENESS',
        subjectType: 'PERSON',
        class: 'INTERNAL',
      },
    ]),
  );
});

test('the value model proposes designations of customers by its grades', async () => {
  const { evaluationModel } = await data(
    `{ evaluationModel(code: "customer_value") { grades { code designation } } }`,
  );
  expect(evaluationModel).toEqual({
    grades: ['STRATEGIC', 'KEY', 'REGULAR', 'SMALL'].map((code) => ({ code, designation: code })),
  });
});
