import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { CompetitorMerged } from '@crm/schemas/events/competitor';
import { CreditParticularsChanged } from '@crm/schemas/events/credit';
import { CustomerDeleted, CustomerUpdated } from '@crm/schemas/events/customer';
import { PersonMerged, PersonUpdated } from '@crm/schemas/events/person';
import { AffiliationStarted } from '@crm/schemas/events/affiliation';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { evaluateMarked, publishModel, runModel } from '../testing/evaluation.ts';
import {
  apply,
  competitorCreated,
  created,
  customerData,
  eventOf,
  ordered,
  particulars,
  personCreated,
} from '../testing/events.ts';
import { criterion, linear } from '../testing/models.ts';

let analytics: TestAnalytics;
let now = new Date('2026-11-24T04:00:00Z');
let version = 1;
const [customer, other, person, rival] = [newId(), newId(), newId(), newId()];

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  const { db } = analytics;
  for (const table of ['evaluationModelVersion', 'evaluationModel']) {
    await db.query(`TRUNCATE TABLE ${table}`);
  }
  await publishModel(
    db,
    {
      code: 'trading',
      population: { lifecycleStage: { eq: 'TRADING' } },
      criteria: [criterion('order_amount_total', linear(0, 100))],
    },
    now,
  );
  const often = [criterion('person_interaction_count_365d', linear(0, 8))];
  await publishModel(db, { code: 'often', subjectType: 'PERSON', criteria: often }, now);
  const contested = [criterion('competitor_contested_count_365d', linear(0, 10))];
  await publishModel(
    db,
    { code: 'contested', subjectType: 'COMPETITOR', criteria: contested },
    now,
  );
  await publishModel(
    db,
    {
      code: 'rating',
      criteria: [criterion('payment_behaviour', { kind: 'MAP', points: { PROMPT: 10, SLOW: 4 } })],
    },
    now,
  );
  await apply(db, [
    created(customer),
    created(other),
    ordered(customer, '40.00'),
    ordered(other, '50.00'),
    personCreated(person),
    competitorCreated(rival),
  ]);
});
afterAll(() => analytics.stop());
beforeEach(async () => {
  now = new Date(now.getTime() + 3_600_000);
  await evaluateMarked(analytics.db, now);
  await analytics.db.query('DELETE FROM outbox');
});

const staged = (id: string, lifecycleStage: string) =>
  eventOf(
    CustomerUpdated,
    { id, customerId: id, version: ++version },
    { ...customerData({ lifecycleStage }), changes: {} },
  );

async function scoreOf(
  model: string,
  id: string,
  { type = 'Customer', asOf = null as Date | null } = {},
): Promise<string | null> {
  const { data, errors } = await analytics.subgraph.execute(
    `query ($of: [_Any!]!, $model: String!, $asOf: DateTime) { _entities(representations: $of) { ... on ${type} {
      score(model: $model, asOf: $asOf) { score } } } }`,
    { of: [{ __typename: type, id }], model, asOf: asOf && asOf.toISOString() },
  );
  expect(errors).toBeUndefined();
  return Object(data)['_entities'][0].score?.score ?? null;
}

const current = async (model: string): Promise<number> => {
  const [row] = await analytics.db.query<{ total: number }[]>(
    'SELECT COUNT(*) AS total FROM score s JOIN evaluationModel m ON m.id = s.modelId WHERE m.code = ?',
    [model],
  );
  return row?.total ?? 0;
};

const told = (): Promise<unknown> =>
  analytics.db.query(
    `SELECT payload->>'$.data.cause' AS cause, payload->>'$.data.outcome.oldScore' AS oldScore,
       payload->>'$.data.outcome.newScore' AS newScore FROM outbox WHERE type = 'evaluation.changed'
       AND payload->>'$.data.model' = 'trading' ORDER BY id`,
  );

describe('a result that comes to the same in a run', () => {
  test('stays as it was written, and is said to be as of the run', async () => {
    await runModel(analytics.db, 'often', now);
    const first = now;
    now = new Date(now.getTime() + 3_600_000);
    await runModel(analytics.db, 'often', now);
    const rows: { computedAt: Date }[] = await analytics.db.query(
      `SELECT computedAt FROM score s JOIN evaluationModel m ON m.id = s.modelId AND m.code = 'often'`,
    );
    expect(rows).toEqual([{ computedAt: first }]);
    const { data, errors } = await analytics.subgraph.execute(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Person {
        score(model: "often") { computedAt rankedAt } } } }`,
      { of: [{ __typename: 'Person', id: person }] },
    );
    expect(errors).toBeUndefined();
    expect(Object(data)['_entities'][0].score).toEqual({
      computedAt: now.toISOString(),
      rankedAt: null,
    });
  });
});

describe('a customer whom the criteria of a model hold no longer', () => {
  test('has no score any more but in the past, which is told; and gets one when they hold again', async () => {
    const before = now;
    expect(await scoreOf('trading', customer)).toBe('40.00');
    now = new Date(now.getTime() + 60_000);
    await apply(analytics.db, [staged(customer, 'DORMANT')]);
    await evaluateMarked(analytics.db, now);
    expect(await scoreOf('trading', customer)).toBeNull();
    expect(await scoreOf('trading', customer, { asOf: before })).toBe('40.00');
    expect(await told()).toEqual([{ cause: 'LEFT', oldScore: '40.00', newScore: 'null' }]);
    now = new Date(now.getTime() + 60_000);
    await apply(analytics.db, [staged(customer, 'TRADING')]);
    await evaluateMarked(analytics.db, now);
    expect(await scoreOf('trading', customer)).toBe('40.00');
  });

  test('keeps what somebody decided on', async () => {
    const OVERRIDE = `mutation ($id: ID!) { overrideScore(input: { model: "trading", subjectId: $id, grade: "HIGH", reason: "战略" }) { id } }`;
    await analytics.subgraph.execute(OVERRIDE, { id: customer });
    await apply(analytics.db, [staged(customer, 'DORMANT')]);
    await evaluateMarked(analytics.db, now);
    await runModel(analytics.db, 'trading', now);
    expect(await current('trading')).toBe(2);
    const WITHDRAW = `mutation ($id: ID!) { withdrawScoreOverride(input: { model: "trading", subjectId: $id }) { id } }`;
    await analytics.subgraph.execute(WITHDRAW, { id: customer });
    await runModel(analytics.db, 'trading', now);
    expect(await current('trading')).toBe(1);
    await apply(analytics.db, [staged(customer, 'TRADING')]);
  });

  test('is found by a run over all, whatever was missed', async () => {
    expect(await current('trading')).toBe(2);
    await analytics.db.query('UPDATE customer SET lifecycleStage = ? WHERE id = UNHEX(?)', [
      'DORMANT',
      customer.replaceAll('-', ''),
    ]);
    await runModel(analytics.db, 'trading', now);
    expect(await scoreOf('trading', customer)).toBeNull();
    expect(await current('trading')).toBe(1);
    await apply(analytics.db, [staged(customer, 'TRADING')]);
  });
});

test('who is deleted or merged has no current score', async () => {
  expect([await current('trading'), await current('often'), await current('contested')]).toEqual([
    2, 1, 1,
  ]);
  await apply(analytics.db, [
    eventOf(
      CustomerDeleted,
      { id: other, customerId: other, version: 99 },
      {
        ownerId: null,
        teamId: null,
      },
    ),
    eventOf(
      PersonMerged,
      { id: person, version: 2 },
      {
        ownerId: null,
        teamId: null,
        survivorId: newId(),
      },
    ),
    eventOf(CompetitorMerged, { id: rival, version: 2 }, { survivorId: newId() }),
  ]);
  await evaluateMarked(analytics.db, now);
  expect([await current('trading'), await current('often'), await current('contested')]).toEqual([
    1, 0, 0,
  ]);
});

describe('what is told of', () => {
  test('a new person has the models look at the person, without a contact yet', async () => {
    const fresh = newId();
    await apply(analytics.db, [personCreated(fresh)]);
    await evaluateMarked(analytics.db, now);
    expect(await scoreOf('often', fresh, { type: 'Person' })).toBe('0.00');
  });

  test("a customer's particulars is scored at once", async () => {
    await apply(analytics.db, [particulars(customer, { paymentBehaviour: 'SLOW' })]);
    await evaluateMarked(analytics.db, now);
    expect(await scoreOf('rating', customer)).toBe('40.00');
  });

  test('a person and a credit account has the segments of the customer looked at', async () => {
    const due = async (): Promise<number> => {
      const rows: object[] = await analytics.db.query('SELECT 1 FROM customerDue');
      return rows.length;
    };
    const [fresh, data] = [newId(), { ownerId: null, teamId: null }];
    await apply(analytics.db, [
      personCreated(fresh),
      eventOf(
        AffiliationStarted,
        { id: newId(), customerId: customer },
        {
          personId: fresh,
          customerId: customer,
          organizationName: null,
          roles: [],
          sequence: null,
          department: null,
          jobTitle: null,
          isPrimary: true,
          isProxy: false,
          validFrom: null,
          validTo: null,
          endReason: null,
        },
      ),
    ]);
    await analytics.db.query('DELETE FROM customerDue');
    await apply(analytics.db, [
      eventOf(
        PersonUpdated,
        { id: fresh, version: 2 },
        {
          code: 'P1',
          name: '王芳',
          gender: null,
          status: 'DEPARTED',
          changes: {},
          ...data,
        },
      ),
    ]);
    expect(await due()).toBe(1);
    await analytics.db.query('DELETE FROM customerDue');
    await apply(analytics.db, [
      eventOf(
        CreditParticularsChanged,
        { id: newId(), customerId: customer },
        {
          currency: 'CNY',
          isOnHold: true,
          limit: { amount: '1.00', currency: 'CNY' },
          exposure: { amount: '1.00', currency: 'CNY' },
          paymentTermDays: null,
        },
      ),
    ]);
    expect(await due()).toBe(1);
  });
});

test('a run tells the hash of its results: equal for equal ones', async () => {
  const hashes = async (): Promise<readonly unknown[]> => {
    const { data } = await analytics.subgraph.execute(
      '{ evaluationRuns(where: { model: { eq: "rating" } }) { nodes { state resultHash } } }',
    );
    return Object(data).evaluationRuns.nodes.map(
      ({ resultHash }: { resultHash: string | null }) => resultHash,
    );
  };
  await runModel(analytics.db, 'rating', now);
  await runModel(analytics.db, 'rating', now);
  const [second, first] = await hashes();
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(second).toBe(first);
  await apply(analytics.db, [particulars(customer, { paymentBehaviour: 'PROMPT' }, 2)]);
  await runModel(analytics.db, 'rating', now);
  expect((await hashes())[0]).not.toBe(first);
});
