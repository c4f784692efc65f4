import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import type { TestResult } from '@crm/kit/testing/execute';
import { CustomFieldRetired } from '@crm/schemas/events/custom-field';
import { takeNextSnapshot } from '../pyramid/pyramid.job.ts';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { evaluateMarked, runModel } from '../testing/evaluation.ts';
import { apply, created, defined, eventOf } from '../testing/events.ts';

let analytics: TestAnalytics;
const now = new Date('2026-11-24T04:00:00Z');
const capacity = { id: newId(), key: 'capacity' };
const [large, small, bare] = [newId(), newId(), newId()];

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  await analytics.db.query(`UPDATE pyramidDefinition SET schedule = 'MANUAL'`);
  await apply(analytics.db, [
    defined(capacity, { type: 'NUMBER' }),
    created(large, { customFields: { capacity: 800 } }),
    created(small, { customFields: { capacity: 200.5 } }),
    created(bare),
  ]);
});
afterAll(() => analytics.stop());

const execute = (query: string, variables: object = {}): Promise<TestResult> =>
  analytics.subgraph.execute(query, { ...variables });

async function data(query: string, variables: object = {}): Promise<Record<string, unknown>> {
  const { data: found, errors } = await execute(query, variables);
  expect(errors).toBeUndefined();
  return found ?? {};
}

const text = { zh: '产能', en: 'Capacity' };
const linear = { kind: 'LINEAR', from: '0', to: '1000' };
const grades = [
  { code: 'HIGH', label: text, from: '50' },
  { code: 'LOW', label: text, from: '0' },
];

const model = (code: string, criterion: object = {}, more: object = {}): object => ({
  code,
  kind: 'VALUE',
  subjectType: 'CUSTOMER',
  labels: text,
  categories: [
    {
      name: text,
      weight: '1',
      criteria: [{ indicator: 'plant_capacity', weight: '1', function: linear, ...criterion }],
    },
  ],
  grades,
  ...more,
});

const SAVE = `mutation ($model: EvaluationModelInput!) { saveEvaluationDraft(input: { model: $model }) { version } }`;

const scores = async (code: string): Promise<unknown> =>
  (
    await data(
      `query ($of: [_Any!]!, $code: String!) { _entities(representations: $of) { ... on Customer { score(model: $code) { score status } } } }`,
      { of: [large, small, bare].map((id) => ({ __typename: 'Customer', id })), code },
    )
  )['_entities'];

describe('a number that the company defined', () => {
  test('is a criterion of a model as soon as it is defined', async () => {
    await data(
      `mutation ($labels: LocalizedTextInput!) { saveIndicator(input: { code: "plant_capacity", labels: $labels,
        category: ATTRIBUTE, subjectType: CUSTOMER, source: { kind: FIELD, field: "custom.capacity" } }) { code } }`,
      { labels: text },
    );
    await data(SAVE, { model: model('by_capacity') });
    await data(`mutation { publishEvaluationModel(input: { code: "by_capacity" }) { version } }`);
    await runModel(analytics.db, 'by_capacity', now);
    expect(await scores('by_capacity')).toEqual([
      { score: { score: '80.00', status: 'SCORED' } },
      { score: { score: '20.05', status: 'SCORED' } },
      { score: { score: '0.00', status: 'INSUFFICIENT_DATA' } },
    ]);
  });

  test('is the factor of a pyramid', async () => {
    await data(`mutation ($input: SavePyramidInput!) { savePyramid(input: $input) { code } }`, {
      input: {
        code: 'by_capacity',
        labels: text,
        factor: { field: 'custom.capacity' },
        method: 'THRESHOLD',
        tiers: [
          { code: 'BIG', labels: text, from: '500' },
          { code: 'REST', labels: text },
        ],
        schedule: 'MANUAL',
      },
    });
    await data(`mutation { takePyramidSnapshot(input: { definition: "by_capacity" }) { id } }`);
    const app = { db: analytics.db, log: createLog('test', 'silent'), now: () => now };
    while (await takeNextSnapshot(app, (run) => transact(analytics.db, run)));
    expect(
      await data(
        '{ pyramid(definition: "by_capacity") { unplacedCount tiers { code count sum } chart } }',
      ),
    ).toMatchObject({
      pyramid: {
        unplacedCount: 1,
        tiers: [
          { code: 'BIG', count: 1, sum: '800.00' },
          { code: 'REST', count: 1, sum: '200.50' },
        ],
        chart: expect.stringContaining('capacity 800'),
      },
    });
  });
});

const bands = (...from: readonly string[]): object => ({
  function: { kind: 'BANDS', bands: from.map((each) => ({ from: each, points: '1' })) },
});

describe('a draft is refused, with the place of what is wrong', () => {
  const deep = Array.from({ length: 1000 }).reduce<object>((where) => ({ not: where }), {
    level: { eq: 'KEY' },
  });
  test.each([
    ['a weight of zero', { weight: '0' }, {}, 'categories.0.criteria.0.weight'],
    ['a weight below zero', { weight: '-1' }, {}, 'categories.0.criteria.0.weight'],
    ['bands that overlap', bands('5', '5'), {}, 'categories.0.criteria.0.function.bands.1.from'],
    ['bands that fall', bands('5', '1'), {}, 'categories.0.criteria.0.function.bands.1.from'],
    [
      'a line without a length',
      { function: { ...linear, to: '0' } },
      {},
      'categories.0.criteria.0.function.to',
    ],
    ['no indicator of the name', { indicator: 'nobody' }, {}, 'categories.0.criteria.0.indicator'],
    [
      'a text scored as a number',
      { indicator: 'legal_form' },
      {},
      'categories.0.criteria.0.function',
    ],
    ['grades that leave a gap', {}, { grades: grades.slice(0, 1) }, 'grades'],
    [
      'grades of one bound',
      {},
      { grades: [...grades, { ...grades[1], code: 'X' }] },
      'grades.2.from',
    ],
    ['criteria 1,000 deep', {}, { population: deep }, 'population'],
    ['criteria over nothing', {}, { population: { shoeSize: { eq: 42 } } }, 'population'],
  ])('%s', async (_, criterion, more, path) => {
    const { errors } = await execute(SAVE, { model: model('refused', criterion, more) });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: expect.arrayContaining([expect.objectContaining({ path })]),
    });
    expect(await data('{ evaluationModel(code: "refused") { version } }')).toEqual({
      evaluationModel: null,
    });
  });
});

test('a share of nothing is no data, and amounts of unlike currencies are never divided', async () => {
  const ratio = (code: string, of: string, to: string): Promise<TestResult> =>
    execute(
      `mutation ($labels: LocalizedTextInput!) { saveIndicator(input: { code: "${code}", labels: $labels,
        category: FINANCIAL, subjectType: CUSTOMER, source: { kind: RATIO, of: "${of}", to: "${to}" } }) { code } }`,
      { labels: text },
    );
  expect(
    (await ratio('per_order', 'order_amount_total', 'order_count_total')).errors,
  ).toBeUndefined();
  const [value] = Object(
    await data(
      `{ _entities(representations: [{ __typename: "Customer", id: "${bare}" }]) { ... on Customer {
        indicator(code: "per_order") { value status } } } }`,
    ),
  )['_entities'];
  expect(value).toEqual({ indicator: { value: null, status: 'NO_DATA' } });
  await data(
    `mutation ($labels: LocalizedTextInput!) { saveIndicator(input: { code: "usd_total", labels: $labels,
      category: TRANSACTION, subjectType: CUSTOMER, source: { kind: AGGREGATE, fact: ORDER, measure: SUM,
      field: "amount", currency: "USD" } }) { code } }`,
    { labels: text },
  );
  expect((await ratio('unlike', 'usd_total', 'order_amount_total')).errors).toMatchObject([
    { extensions: { code: 'INVALID', fields: [{ path: 'source.to' }] } },
  ]);
});

test('a field that is retired leaves the scores without data, and is taken for no new model', async () => {
  const retired = { entity: 'Customer', key: 'capacity', type: 'NUMBER' as const };
  await apply(analytics.db, [
    eventOf(
      CustomFieldRetired,
      { id: capacity.id, version: 2 },
      {
        ...retired,
        labels: text,
        class: 'INTERNAL',
        indexed: false,
        options: [],
      },
    ),
  ]);
  await evaluateMarked(analytics.db, now);
  await runModel(analytics.db, 'by_capacity', now);
  expect(await scores('by_capacity')).toMatchObject([
    { score: { status: 'INSUFFICIENT_DATA' } },
    { score: { status: 'INSUFFICIENT_DATA' } },
    { score: { status: 'INSUFFICIENT_DATA' } },
  ]);
  const { errors } = await execute(SAVE, { model: model('after') });
  expect(errors).toMatchObject([
    { extensions: { code: 'INVALID', fields: [{ path: 'categories.0.criteria.0.indicator' }] } },
  ]);
});
