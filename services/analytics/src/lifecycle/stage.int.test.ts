import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { CustomerUpdated } from '@crm/schemas/events/customer';
import { z } from 'zod';
import { followOn } from '../follow/follow.repository.ts';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, customerData, eventOf, logged, ordered } from '../testing/events.ts';
import { fieldsIn } from './stage-rule.ts';

let analytics: TestAnalytics;
let now = new Date('2026-11-24T04:00:00Z');
const rep = newId();
const team = newId();
const dormant = newId();

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  await apply(analytics.db, [
    created(dormant, { lifecycleStage: 'DORMANT', ownerId: rep, teamId: team }),
  ]);
  await follow();
});
afterAll(() => analytics.stop());

type Input = Readonly<Record<string, unknown>>;

const execute = (query: string, variables: Input = {}, request: TestRequest = {}) =>
  analytics.subgraph.execute(query, variables, request);

async function follow(): Promise<void> {
  while (await transact(analytics.db, (manager) => followOn({ manager, now })));
}

const save = (input: Input, request: TestRequest = {}) =>
  execute(
    `mutation ($input: SaveStageRuleInput!) { saveStageRule(input: $input) { code mode priority active } }`,
    { input: { labels: { zh: '规则', en: 'Rule' }, toStage: 'TRADING', ...input } },
    request,
  );

const SUGGESTED = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer {
  lifecycleSuggestion { rule { code } from to mode since evidence { field label(locale: EN) value } } } } }`;

const suggestedSchema = z.object({
  _entities: z.array(z.object({ lifecycleSuggestion: z.unknown() })),
});

async function suggestion(id: string, request: TestRequest = {}): Promise<unknown> {
  const representations = [{ __typename: 'Customer', id }];
  const result = await execute(SUGGESTED, { representations }, request);
  expect(result.errors).toBeUndefined();
  return suggestedSchema.parse(result.data)['_entities'][0]?.lifecycleSuggestion;
}

const told = (id: string): Promise<unknown[]> =>
  analytics.db.query(
    `SELECT type, version, JSON_UNQUOTE(JSON_EXTRACT(payload, '$.data.ruleCode')) AS rule,
       JSON_EXTRACT(payload, '$.data.evidence') AS evidence
     FROM outbox WHERE aggregate = 'lifecycle' AND aggregateId = UUID_TO_BIN(?) ORDER BY outbox.id`,
    [id],
  );

const codeOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];

describe('a rule over figures', () => {
  test('suggests a stage with what it found, once, and withdraws it', async () => {
    expect(await suggestion(dormant)).toBeNull();
    await apply(analytics.db, [logged(dormant, { occurredAt: '2026-11-20T02:00:00Z' })]);
    await follow();
    expect(await suggestion(dormant)).toEqual({
      rule: { code: 'dormant_in_contact' },
      from: 'DORMANT',
      to: 'POTENTIAL',
      mode: 'SUGGEST',
      since: '2026-11-24T04:00:00.000Z',
      evidence: [
        { field: 'lifecycleStage', label: 'Lifecycle stage', value: 'DORMANT' },
        {
          field: 'lastInteractionAt',
          label: 'Last interaction at',
          value: '2026-11-20T02:00:00.000Z',
        },
      ],
    });
    await apply(analytics.db, [logged(dormant, { occurredAt: '2026-11-21T02:00:00Z' })]);
    await follow();
    expect(await told(dormant)).toMatchObject([
      { type: 'lifecycle.suggested', version: 1, rule: 'dormant_in_contact' },
    ]);

    // Nothing happens but that days pass.
    now = new Date('2026-12-31T04:00:00Z');
    await follow();
    expect(await suggestion(dormant)).toBeNull();
    expect((await told(dormant)).at(-1)).toMatchObject({ type: 'lifecycle.withdrawn', version: 2 });
  });

  test('gives way to one of a higher priority, and is no more when the customer has come to the stage', async () => {
    const id = newId();
    await save({
      code: 'buys',
      criteria: { orderAmount: { gt: '10' } },
      priority: 5,
      mode: 'APPLY',
    });
    await save({ code: 'buys_much', criteria: { orderAmount: { gt: '100' } }, priority: 9 });
    await apply(analytics.db, [created(id, { lifecycleStage: 'POTENTIAL' }), ordered(id, '50.00')]);
    await follow();
    expect(await suggestion(id)).toMatchObject({ rule: { code: 'buys' }, mode: 'APPLY' });
    await apply(analytics.db, [ordered(id, '500.00')]);
    await follow();
    expect(await suggestion(id)).toMatchObject({ rule: { code: 'buys_much' }, mode: 'SUGGEST' });
    await apply(analytics.db, [
      eventOf(
        CustomerUpdated,
        { id, version: 2, customerId: id },
        { ...customerData({ lifecycleStage: 'TRADING' }), changes: {} },
      ),
    ]);
    await follow();
    expect(await suggestion(id)).toBeNull();
    expect((await told(id)).map((event) => Object(event).version)).toEqual([1, 2, 3]);
    await save({ code: 'buys', active: false });
    await save({ code: 'buys_much', active: false });
  });

  test('holds for all customers as soon as it is saved', async () => {
    const id = newId();
    await apply(analytics.db, [created(id, { city: '昆明' })]);
    await follow();
    await save({ code: 'kunming', toStage: 'NO_NEED', criteria: { city: { eq: '昆明' } } });
    await follow();
    expect(await suggestion(id)).toMatchObject({ rule: { code: 'kunming' }, to: 'NO_NEED' });
    expect(
      await suggestion(id, { viewer: { roles: ['rep'], staffId: rep, teamIds: [team] } }),
    ).toBeNull();
    const { data } = await execute('{ stageRules { code label(locale: EN) criteria } }');
    expect(data?.['stageRules']).toContainEqual({
      code: 'kunming',
      label: 'Rule',
      criteria: { city: { eq: '昆明' } },
    });
    const asPartner: TestRequest = { viewer: { roles: ['partner'] } };
    expect((await execute('{ stageRules { code } }', {}, asPartner)).data).toEqual({
      stageRules: [],
    });
  });
});

describe('is refused', () => {
  test.each([
    ['a code that is none', { code: 'A', criteria: { city: { eq: 'x' } } }],
    ['nothing to look at', { code: 'none', criteria: {} }],
    ['days below nothing', { code: 'days', criteria: { city: { eq: 'x' } }, minDwellDays: -1 }],
    ['a priority above all', { code: 'high', criteria: { city: { eq: 'x' } }, priority: 1001 }],
    ['no stage', { code: 'nowhere', criteria: { city: { eq: 'x' } }, toStage: '' }],
  ])('%s', async (_, input) => {
    expect(codeOf(await save(input))).toBe('INVALID');
  });

  test('whoever is no administrator', async () => {
    const input = { code: 'mine', criteria: { city: { eq: 'x' } } };
    expect(codeOf(await save(input, { viewer: { roles: ['analyst'] } }))).toBe('FORBIDDEN');
  });
});

test('criteria name their fields, however deep', () => {
  const criteria = {
    city: { eq: 'x' },
    any: [{ level: { eq: 'KEY' } }, { not: { overdue: { gt: '0' }, city: { ne: 'y' } } }],
    customFields: [{ key: 'capacity', op: 'GT', value: 5 }],
  };
  expect(fieldsIn(criteria)).toEqual(['city', 'level', 'overdue', 'custom.capacity']);
});
