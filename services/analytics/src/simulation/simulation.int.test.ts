import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { App } from '@crm/kit/context';
import { seizeLease, type Lease } from '@crm/kit/database/lease';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import type { TestRequest } from '@crm/kit/testing/execute';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { publishModel, runModel } from '../testing/evaluation.ts';
import { apply, created, ordered } from '../testing/events.ts';
import { criterion, linear } from '../testing/models.ts';
import { takeNextSimulation } from './simulation.job.ts';

const now = new Date('2026-11-24T04:00:00Z');
const customers = Array.from({ length: 30 }, () => newId());

let analytics: TestAnalytics;
let app: App;
let lease: Lease;

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  app = { db: analytics.db, log: createLog('test', 'silent'), now: () => now };
  const criteria = [criterion('order_amount_total', linear(0, 3000))];
  await publishModel(analytics.db, { code: 'by_amount', criteria }, now);
  await apply(analytics.db, [
    ...customers.map((id, at) => created(id, { level: at % 3 === 0 ? 'KEY' : 'SMALL' })),
    ...customers.map((id, at) => ordered(id, `${(at + 1) * 100}.00`)),
  ]);
  await runModel(analytics.db, 'by_amount', now);
  lease = await taken();
});
afterAll(() => analytics.stop());
beforeEach(async () => {
  for (const table of ['evaluationSimulation', 'simulatedMover']) {
    await analytics.db.query(`DELETE FROM ${table}`);
  }
});

async function taken(): Promise<Lease> {
  const found = await seizeLease(analytics.db, {
    name: 'simulations',
    holder: newId(),
    ttlMs: 600_000,
  });
  if (!found) throw new Error('The lease is taken');
  return found;
}

const named = (text: string): object => ({ zh: text, en: text });

/** By rank, as a half of them would be HIGH. */
const draft = (code = 'by_amount', indicator = 'order_amount_total'): object => ({
  code,
  kind: 'VALUE',
  subjectType: 'CUSTOMER',
  labels: named('Draft'),
  categories: [
    {
      name: named('All'),
      weight: '1',
      criteria: [{ indicator, weight: '1', function: { kind: 'PERCENTILE' } }],
    },
  ],
  grades: [
    { code: 'HIGH', label: named('High'), from: '50' },
    { code: 'LOW', label: named('Low'), from: '0' },
  ],
});

const FIGURES = `populationCount sampleCount isSampled moverCount
  byGrade { grade before after } byDecile { from to before after } gradeChanges { from to count }`;
const MOVERS = `pageInfo { hasNextPage endCursor } totalCount
  nodes { subjectId scoreBefore scoreAfter gradeBefore gradeAfter }`;
const START = `mutation ($input: StartSimulationInput!) { startSimulation(input: $input) { id state } }`;
const CANCEL = `mutation ($id: ID!) { cancelSimulation(input: { id: $id }) { state } }`;
const READ = `query ($id: ID!, $first: Int, $after: String) { evaluationSimulation(id: $id) {
  state subjectsTotal subjectsDone failure result { ${FIGURES} movers(first: $first, after: $after) { ${MOVERS} } } } }`;

async function data(
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Record<string, ReturnType<typeof Object>>> {
  const { data: found, errors } = await analytics.subgraph.execute(query, variables);
  expect(errors).toBeUndefined();
  return Object(found);
}

const refusal = async (
  query: string,
  variables: Readonly<Record<string, unknown>>,
  request: TestRequest = {},
): Promise<unknown> => (await analytics.subgraph.execute(query, variables, request)).errors?.[0];

const start = async (input: object): Promise<string> =>
  (await data(START, { input }))['startSimulation'].id;

const read = async (id: string, page: object = {}): Promise<ReturnType<typeof Object>> =>
  (await data(READ, { id, ...page }))['evaluationSimulation'];

const take = (chunk = 7): Promise<boolean> => takeNextSimulation({ app, lease, chunk });

const written = (): Promise<unknown> =>
  analytics.db.query(`SELECT (SELECT COUNT(*) FROM score) AS scores,
    (SELECT MAX(computedAt) FROM score) AS computedAt, (SELECT COUNT(*) FROM outbox) AS told`);

describe('a simulation over all', () => {
  test('comes to what the sample of everybody comes to, and writes no result', async () => {
    const before = await written();
    const id = await start({ draft: draft() });
    expect(await read(id)).toMatchObject({ state: 'QUEUED', result: null });
    expect(await take()).toBe(true);
    expect(await take()).toBe(false);
    const { result, ...told } = await read(id, { first: 100 });
    expect(told).toEqual({ state: 'DONE', subjectsTotal: 30, subjectsDone: 30, failure: null });
    const SAMPLE = `query ($draft: EvaluationModelInput!) { simulateEvaluation(draft: $draft) {
      ${FIGURES} movers(first: 100) { ${MOVERS} } } }`;
    expect(result).toEqual((await data(SAMPLE, { draft: draft() }))['simulateEvaluation']);
    // By amount the last ten are HIGH, from 2,100 on; by rank those from the middle on.
    expect(result).toMatchObject({
      sampleCount: 30,
      isSampled: false,
      moverCount: 5,
      gradeChanges: [
        { from: 'LOW', to: 'LOW', count: 15 },
        { from: 'HIGH', to: 'HIGH', count: 10 },
        { from: 'LOW', to: 'HIGH', count: 5 },
      ],
    });
    expect(await written()).toEqual(before);
  });

  test('gives the movers page by page, in one order', async () => {
    const id = await start({ draft: draft() });
    await take();
    const all = (await read(id, { first: 100 })).result.movers.nodes;
    const pages: unknown[] = [];
    let after: string | null = null;
    for (;;) {
      const page: { movers: ReturnType<typeof Object> } = (await read(id, { first: 2, after }))
        .result;
      const { movers } = page;
      pages.push(...movers.nodes);
      if (!movers.pageInfo.hasNextPage) break;
      after = movers.pageInfo.endCursor;
    }
    expect(pages).toEqual(all);
    expect(all).toHaveLength(5);
  });

  test('looks at those alone who were asked for', async () => {
    const id = await start({ draft: draft(), population: { level: { eq: 'KEY' } } });
    await take(3);
    expect((await read(id)).result).toMatchObject({ populationCount: 10, sampleCount: 10 });
  });

  test('compares with nothing when no model of the code is in force', async () => {
    const id = await start({ draft: draft('quite_new') });
    await take();
    expect((await read(id)).result.byGrade).toEqual([
      { grade: 'HIGH', before: 0, after: 15 },
      { grade: 'LOW', before: 0, after: 15 },
      { grade: null, before: 30, after: 0 },
    ]);
  });

  test('begins anew when its process was killed, and is given up when that goes on', async () => {
    const id = await start({ draft: draft() });
    const dead = lease;
    lease = await taken();
    await expect(takeNextSimulation({ app, lease: dead })).rejects.toThrow('was lost');
    await analytics.db.query("UPDATE evaluationSimulation SET state = 'RUNNING', attempts = 1");
    await take();
    expect(await read(id)).toMatchObject({ state: 'DONE', subjectsDone: 30 });

    const broken = await start({ draft: draft() });
    await analytics.db.query(
      "UPDATE evaluationSimulation SET state = 'RUNNING', attempts = 3 WHERE state = 'QUEUED'",
    );
    expect(await take()).toBe(false);
    expect(await read(broken)).toMatchObject({ state: 'FAILED', failure: expect.any(String) });
  });

  test('ends when it is cancelled, and nothing comes out of it', async () => {
    const id = await start({ draft: draft() });
    expect(await data(CANCEL, { id })).toEqual({ cancelSimulation: { state: 'CANCELLED' } });
    expect(await take()).toBe(false);
    expect(await read(id)).toMatchObject({ state: 'CANCELLED', result: null });
    expect(await refusal(CANCEL, { id })).toMatchObject({
      extensions: { code: 'RULE_VIOLATION' },
    });
    expect(await refusal(CANCEL, { id: newId() })).toMatchObject({
      extensions: { code: 'NOT_FOUND' },
    });
  });

  test('refuses a draft that cannot be, and says so of one that cannot be any more', async () => {
    expect(
      await refusal(START, { input: { draft: draft('by_amount', 'unheard_of') } }),
    ).toMatchObject({ extensions: { code: 'INVALID' } });
    for (const code of ['', "x'; DROP", 'c'.repeat(65)]) {
      expect(await refusal(START, { input: { draft: { ...draft(), code } } })).toMatchObject({
        extensions: { code: 'INVALID', fields: [{ path: 'code' }] },
      });
    }
    const id = await start({ draft: draft() });
    await analytics.db.query(`UPDATE evaluationSimulation SET definition =
      JSON_SET(definition, '$.categories[0].criteria[0].indicator', 'gone_since')`);
    await take();
    const { state, failure } = await read(id);
    expect(state).toBe('FAILED');
    expect(failure).toContain('gone_since');
  });

  test('is for those who make models', async () => {
    const asRep = { viewer: { roles: ['rep' as const], staffId: newId() } };
    const id = await start({ draft: draft() });
    const refused = { extensions: { code: 'FORBIDDEN' } };
    expect(await refusal(START, { input: { draft: draft() } }, asRep)).toMatchObject(refused);
    expect(await refusal(READ, { id }, asRep)).toMatchObject(refused);
    expect(await refusal(CANCEL, { id }, asRep)).toMatchObject(refused);
    expect(await refusal('{ evaluationSimulations { totalCount } }', {}, asRep)).toMatchObject(
      refused,
    );
  });

  test('is kept for thirty days', async () => {
    const id = await start({ draft: draft() });
    await take();
    await analytics.db.query(
      'UPDATE evaluationSimulation SET finishedAt = finishedAt - INTERVAL 31 DAY',
    );
    await take();
    expect(await refusal(READ, { id })).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    const [left]: { total: number }[] = await analytics.db.query(
      'SELECT COUNT(*) AS total FROM simulatedMover',
    );
    expect(left?.total).toBe(0);
  });
});
