import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { ReceivableOpened } from '@crm/schemas/events/receivable';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { publishModel, runModel } from '../testing/evaluation.ts';
import { apply, created, eventOf, logged, ordered, personCreated } from '../testing/events.ts';
import { criterion, linear } from '../testing/models.ts';

let analytics: TestAnalytics;
let now = new Date('2026-11-24T04:00:00Z');
const [rep, boss, mine, theirs, person] = [newId(), newId(), newId(), newId(), newId()];
const asRep: TestRequest = { viewer: { roles: ['rep'], staffId: rep } };

const owed = (customerId: string, balance: string, dueOn: string) =>
  eventOf(
    ReceivableOpened,
    { id: newId(), customerId },
    {
      orderId: null,
      amount: { amount: '500.00', currency: 'CNY' },
      balance: { amount: balance, currency: 'CNY' },
      dueOn,
    },
  );

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  const { db } = analytics;
  await apply(db, [
    created(mine, { ownerId: rep, name: '甲公司' }),
    created(theirs, { ownerId: boss, name: '乙公司' }),
    personCreated(person, { ownerId: rep }),
    ordered(mine, '100.00', { orderedOn: '2026-01-05' }),
    ordered(mine, '200.00', { orderedOn: '2026-03-05' }),
    ordered(mine, '400.00', { orderedOn: '2025-12-31' }),
    // In another currency, and so no part of the sum.
    ordered(mine, '800.00', { orderedOn: '2026-04-05', currency: 'USD' }),
    ordered(theirs, '50.00', { orderedOn: '2026-05-05' }),
    owed(mine, '300.00', '2026-10-01'),
    owed(mine, '100.00', '2027-01-01'),
    logged(mine, { personIds: [person], occurredAt: '2026-11-01T02:00:00Z' }),
    logged(mine, { personIds: [person], occurredAt: '2026-11-02T02:00:00Z' }),
    logged(theirs, { personIds: [person], occurredAt: '2026-11-03T02:00:00Z' }),
  ]);
  const criteria = [
    criterion('order_amount_this_year', linear(0, 1000)),
    criterion('order_amount_growth', linear(-1, 1)),
    criterion('receivable_overdue_ratio', linear(1, 0)),
    criterion('years_established', linear(0, 20)),
    criterion('days_since_last_order', linear(365, 0)),
  ];
  await publishModel(db, { code: 'explained', criteria }, now);
  const often = [criterion('person_interaction_count_365d', linear(0, 8))];
  await publishModel(db, { code: 'often', subjectType: 'PERSON', criteria: often }, now);
  await runModel(db, 'explained', now);
  await runModel(db, 'often', now);
});
afterAll(() => analytics.stop());

type Read = { readonly type?: string; readonly request?: TestRequest };

async function read(
  ids: readonly string[],
  selection: string,
  { type = 'Customer', request }: Read = {},
): Promise<readonly unknown[]> {
  const representations = ids.map((id) => ({ __typename: type, id }));
  const { data, errors } = await analytics.subgraph.execute(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`,
    { of: representations },
    request,
  );
  expect(errors).toBeUndefined();
  return Object(data)['_entities'];
}

const contributionsOf = async (selection: string): Promise<readonly unknown[]> => {
  const [customer] = await read(
    [mine],
    `score(model: "explained") { contributions { ${selection} } }`,
  );
  return Object(customer).score.contributions;
};

const FACTS = 'facts { totalCount nodes { kind date value indicators record { __typename } } }';

const page = async (args: string): Promise<Record<string, unknown>> => {
  const contributions = await contributionsOf(
    `facts(${args}) { nodes { date } pageInfo { hasNextPage endCursor } }`,
  );
  return Object(contributions[4]).facts;
};

describe('a contribution', () => {
  test('names the facts that its value is made of, and no others', async () => {
    const [amount] = await contributionsOf(`rawValue factCount ${FACTS} fields { name }`);
    const fact = {
      kind: 'ORDER',
      indicators: ['order_amount_this_year'],
      record: { __typename: 'SalesOrder' },
    };
    expect(amount).toEqual({
      rawValue: '300.00',
      factCount: 2,
      facts: {
        totalCount: 2,
        nodes: [
          { ...fact, date: '2026-03-05', value: '200.00' },
          { ...fact, date: '2026-01-05', value: '100.00' },
        ],
      },
      fields: [],
    });
  });

  test('of two indicators says of each fact in which of them it counts', async () => {
    const [, growth, overdue] = await contributionsOf(
      'rawValue factCount facts { nodes { kind value indicators } }',
    );
    expect(growth).toMatchObject({
      factCount: 3,
      facts: {
        nodes: [
          { value: '200.00', indicators: ['order_amount_this_year'] },
          { value: '100.00', indicators: ['order_amount_this_year'] },
          { value: '400.00', indicators: ['order_amount_last_year'] },
        ],
      },
    });
    expect(overdue).toEqual({
      rawValue: '0.75',
      factCount: 2,
      facts: {
        nodes: [
          { kind: 'RECEIVABLE', value: '100.00', indicators: ['receivable_balance'] },
          {
            kind: 'RECEIVABLE',
            value: '300.00',
            indicators: ['overdue_balance', 'receivable_balance'],
          },
        ],
      },
    });
  });

  test('of a field names the field, and has no facts', async () => {
    const [, , , years] = await contributionsOf(
      'factCount facts { totalCount } fields { entity name label en: label(locale: EN) }',
    );
    expect(years).toEqual({
      factCount: null,
      facts: null,
      fields: [
        { entity: 'Customer', name: 'establishedOn', label: '成立时间', en: 'Established on' },
      ],
    });
  });

  test('pages its facts, each once', async () => {
    const first = await page('first: 3');
    expect(first).toMatchObject({
      nodes: [{ date: '2026-04-05' }, { date: '2026-03-05' }, { date: '2026-01-05' }],
      pageInfo: { hasNextPage: true },
    });
    const after = Object(first['pageInfo']).endCursor;
    expect(await page(`first: 3, after: "${after}"`)).toMatchObject({
      nodes: [{ date: '2025-12-31' }],
      pageInfo: { hasNextPage: false },
    });
    const { errors } = await analytics.subgraph.execute(
      `{ _entities(representations: [{ __typename: "Customer", id: "${mine}" }]) { ... on Customer {
        score(model: "explained") { contributions { facts(after: "x") { totalCount } } } } } }`,
    );
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID' } });
  });
});

test('facts are those of customers that the viewer may read, while the value counts all', async () => {
  const selection = `score(model: "often") { contributions { rawValue factCount facts { totalCount nodes { date record { ... on Interaction { id } } } } } }`;
  const [everybodys] = await read([person], selection, { type: 'Person' });
  expect(everybodys).toMatchObject({
    score: { contributions: [{ rawValue: '3', factCount: 3, facts: { totalCount: 3 } }] },
  });
  const [reps] = await read([person], selection, { type: 'Person', request: asRep });
  expect(reps).toMatchObject({
    score: {
      contributions: [
        {
          rawValue: '3',
          factCount: 3,
          facts: { totalCount: 2, nodes: [{ date: '2026-11-02' }, { date: '2026-11-01' }] },
        },
      ],
    },
  });
});

const costOf = (ids: readonly string[]): Promise<number> =>
  countStatements(analytics.db, () =>
    read(ids, `score(model: "explained") { contributions { factCount ${FACTS} } }`),
  );

test('the facts of many customers and criteria cost as many statements as those of one', async () => {
  expect(await costOf([mine, theirs])).toBe(await costOf([mine]));
});

test('a result that others followed names the facts of its own day', async () => {
  now = new Date('2027-02-01T04:00:00Z');
  await apply(analytics.db, [ordered(mine, '70.00', { orderedOn: '2027-01-20' })]);
  await runModel(analytics.db, 'explained', now);
  const shown = 'contributions { rawValue facts { nodes { date value } } }';
  const [customer] = await read(
    [mine],
    `now: score(model: "explained") { ${shown} } before: score(model: "explained", asOf: "2026-12-01T00:00:00Z") { ${shown} }`,
  );
  expect(Object(customer).now.contributions[0]).toEqual({
    rawValue: '70.00',
    facts: { nodes: [{ date: '2027-01-20', value: '70.00' }] },
  });
  expect(Object(customer).before.contributions[0]).toMatchObject({
    rawValue: '300.00',
    facts: { nodes: [{ date: '2026-03-05' }, { date: '2026-01-05' }] },
  });
  // Of balances it is not known what they were made of.
  expect(Object(customer).before.contributions[2]).toMatchObject({ rawValue: '0.75', facts: null });
});
