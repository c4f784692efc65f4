import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import type { TestResult } from '@crm/kit/testing/execute';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, ordered } from '../testing/events.ts';

let analytics: TestAnalytics;
const [mine, theirs, wang] = [newId(), newId(), newId()];

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    created(mine, { ownerId: wang }),
    created(theirs),
    ordered(mine, '100.00', { orderedOn: '2026-01-31' }),
    ordered(mine, '50.00', { orderedOn: '2026-11-24' }),
    ordered(theirs, '7.00', { orderedOn: '2026-02-01' }),
  ]);
});
afterAll(() => analytics.stop());

const SAVE = `mutation ($input: SaveIndicatorInput!) { saveIndicator(input: $input) {
  code label(locale: EN) category subjectType valueType unit class isActive version
  source { kind fact measure field where window { kind days } of to } } }`;
const RETIRE = `mutation ($input: RetireIndicatorInput!) { retireIndicator(input: $input) { isActive version } }`;
const VALUES = `query ($id: ID!, $codes: [String!]!, $asOf: DateTime) {
  _entities(representations: [{ __typename: "Customer", id: $id }]) { ... on Customer {
    indicators(codes: $codes, asOf: $asOf) { indicator { code } value number status asOf } } } }`;

const save = (input: object, viewer = {}): Promise<TestResult> =>
  analytics.subgraph.execute(SAVE, { input }, { viewer });

async function valuesOf(variables: object, viewer = {}): Promise<unknown> {
  const { data, errors } = await analytics.subgraph.execute(VALUES, { ...variables }, { viewer });
  expect(errors).toBeUndefined();
  const [customer] = Object(data)['_entities'];
  return customer.indicators;
}

const largest = {
  code: 'order_amount_largest',
  labels: { zh: '最大订单', en: 'Largest order' },
  category: 'TRANSACTION',
  subjectType: 'CUSTOMER',
  source: {
    kind: 'AGGREGATE',
    fact: 'ORDER',
    measure: 'MAX',
    field: 'amount',
    where: { status: { ne: 'DRAFT' } },
    window: { kind: 'ROLLING_DAYS', days: 365 },
  },
};

const ofTwo = (kind: string, of: string, to: string): object => ({ kind, of, to });

describe('saveIndicator', () => {
  test('defines one, whose values are there at once, and changes it', async () => {
    expect((await save(largest)).data?.['saveIndicator']).toEqual({
      code: 'order_amount_largest',
      label: 'Largest order',
      category: 'TRANSACTION',
      subjectType: 'CUSTOMER',
      valueType: 'NUMBER',
      unit: 'CNY',
      class: 'INTERNAL',
      isActive: true,
      version: 1,
      source: { ...largest.source, of: null, to: null },
    });
    const codes = [largest.code];
    expect(await valuesOf({ id: mine, codes })).toMatchObject([{ value: '100.00' }]);
    const source = { ...largest.source, measure: 'MIN' };
    expect((await save({ code: largest.code, source })).data?.['saveIndicator']).toMatchObject({
      label: 'Largest order',
      version: 2,
    });
    expect(await valuesOf({ id: mine, codes })).toMatchObject([{ value: '50.00' }]);
  });

  test.each([
    ['code', { code: 'no spaces' }],
    ['labels.zh', { labels: { zh: '', en: 'x' } }],
    ['labels', { labels: null }],
    ['category', { category: null }],
    ['subjectType', { subjectType: null }],
    ['source', { source: null }],
    ['source.field', { source: { ...largest.source, field: 'weight' } }],
    ['source.where', { source: { ...largest.source, where: { color: { eq: 'red' } } } }],
    ['source.window.days', { source: { ...largest.source, window: { kind: 'ROLLING_DAYS' } } }],
    ['source.of', { source: { kind: 'RATIO', of: 'bad', to: 'order_count_total' } }],
    ['source.to', { source: { kind: 'RATIO', of: 'order_count_total', to: 'nobody' } }],
  ])('refuses a bad %s, and saves nothing', async (path, change) => {
    const { errors } = await save({ ...largest, code: 'bad', ...change });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
    expect(JSON.stringify(errors?.[0]?.extensions?.['fields'])).toContain(`"path":"${path}`);
    const { data } = await analytics.subgraph.execute('{ indicator(code: "bad") { id } }');
    expect(data).toEqual({ indicator: null });
  });

  test('refuses criteria 1,000 deep', async () => {
    let where: object = { status: { eq: 'PLACED' } };
    for (let level = 0; level < 1000; level += 1) where = { not: where };
    const { errors } = await save({
      ...largest,
      code: 'deep',
      source: { ...largest.source, where },
    });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'source.where', message: expect.stringContaining('10 deep') }],
    });
  });

  test('refuses a circle, and a change that leaves others without meaning', async () => {
    const round = {
      ...largest,
      code: 'round',
      source: ofTwo('RATIO', 'repeat_order_rate', 'order_count_total'),
    };
    expect((await save(round)).errors).toBeUndefined();
    const circle = await save({
      code: 'repeat_order_rate',
      source: ofTwo('RATIO', 'round', 'order_count_total'),
    });
    expect(circle.errors?.[0]?.extensions).toMatchObject({
      fields: [{ path: 'source.of', message: 'round is made of repeat_order_rate itself' }],
    });
    const text = await save({
      code: 'order_count_total',
      source: { kind: 'FIELD', field: 'level' },
    });
    expect(text.errors?.[0]?.message).toContain('leaves repeat_order_count without meaning');
  });

  test.each(['rep', 'manager', 'care_agent', 'analyst', 'partner'])(
    'is for administrators, not for a %s',
    async (role) => {
      expect((await save(largest, { roles: [role] })).errors?.[0]?.extensions?.['code']).toBe(
        'FORBIDDEN',
      );
    },
  );
});

const retire = (code: string): Promise<TestResult> =>
  analytics.subgraph.execute(RETIRE, { input: { code } });

describe('retireIndicator', () => {
  test('is refused while others are made of it, and leaves the values of what is retired', async () => {
    const inUse = await retire('order_amount_last_year');
    expect(inUse.errors).toMatchObject([
      {
        message: expect.stringContaining('order_amount_growth'),
        extensions: { code: 'RULE_VIOLATION' },
      },
    ]);
    expect((await retire('order_amount_growth')).errors).toBeUndefined();
    expect(await valuesOf({ id: mine, codes: ['order_amount_growth'] })).toMatchObject([
      { status: 'NO_DATA' },
    ]);
    const ratio = { kind: 'RATIO', of: 'order_amount_growth', to: 'order_count_total' };
    const { errors } = await save({ ...largest, code: 'of_retired', source: ratio });
    const fields = [{ path: 'source.of', message: 'order_amount_growth is retired' }];
    expect(errors).toMatchObject([{ extensions: { fields } }]);
    expect((await retire('nothing')).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });
});

describe('the indicators of a customer', () => {
  const codes = ['order_amount_this_year', 'legal_form', 'days_since_last_order'];

  test('are as of today, or of a day that is over', async () => {
    expect(await valuesOf({ id: mine, codes })).toEqual([
      {
        indicator: { code: 'order_amount_this_year' },
        value: '150.00',
        number: '150.00',
        status: 'KNOWN',
        asOf: '2026-11-24',
      },
      expect.objectContaining({ value: 'LIMITED_COMPANY', number: null }),
      expect.objectContaining({ value: '0' }),
    ]);
    expect(await valuesOf({ id: mine, codes, asOf: '2026-02-28T15:59:59Z' })).toEqual([
      expect.objectContaining({ value: '100.00', asOf: '2026-02-28' }),
      expect.objectContaining({ value: null, status: 'NOT_KEPT' }),
      expect.objectContaining({ value: '28' }),
    ]);
  });

  test('are null for who may not read the customer, and refused for what is none of customers', async () => {
    const asWang = { roles: ['rep'], staffId: wang };
    expect(await valuesOf({ id: mine, codes }, asWang)).toMatchObject([
      { value: '150.00' },
      {},
      {},
    ]);
    expect(await valuesOf({ id: theirs, codes }, asWang)).toBeNull();
    for (const [code, message] of [
      ['nobody', 'is no indicator'],
      ['person_visit_share', 'is of a PERSON'],
    ]) {
      const asked = { id: mine, codes: [code] };
      const { errors } = await analytics.subgraph.execute(VALUES, asked);
      expect(errors?.[0]?.message).toContain(message);
    }
    const ahead = { id: mine, codes, asOf: '2026-11-25T16:00:00Z' };
    const { errors } = await analytics.subgraph.execute(VALUES, ahead);
    expect(errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'asOf' }] });
  });

  test('cost the same for one customer and for many', async () => {
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer {
      indicator(code: "order_amount_total") { value } indicators(codes: ["legal_form"]) { value } } } }`;
    const count = (ids: readonly string[]): Promise<number> =>
      countStatements(analytics.db, () =>
        analytics.subgraph.execute(query, {
          of: ids.map((id) => ({ __typename: 'Customer', id })),
        }),
      );
    expect(await count([mine, theirs])).toBe(await count([mine]));
  });
});

test('the indicators of a new company are listed with their labels', async () => {
  const { data } = await analytics.subgraph.execute(
    `{ indicators(where: { subjectType: { eq: CUSTOMER }, category: { eq: FINANCIAL } },
      orderBy: [{ field: "code" }], first: 2) { totalCount nodes { code label unit } } }`,
  );
  expect(data?.['indicators']).toEqual({
    totalCount: 22,
    nodes: [
      { code: 'accounting_books', label: '财务账簿', unit: null },
      { code: 'bank_credit_rating', label: '银行信用', unit: null },
    ],
  });
  const all = await analytics.subgraph.execute(
    `{ indicators(first: 100) { totalCount nodes { code source { kind fact } } } }`,
  );
  expect(all.errors).toBeUndefined();
});
