import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { App } from '@crm/kit/context';
import { seizeLease, type Lease } from '@crm/kit/database/lease';
import type { Bus } from '@crm/kit/event/bus';
import { idToBytes, newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { testStream, type TestStream } from '@crm/kit/testing/bus';
import { countStatements } from '@crm/kit/testing/statements';
import { until } from '@crm/kit/testing/until';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, ordered } from '../testing/events.ts';
import { evaluateMarked, publishModel } from '../testing/evaluation.ts';
import { criterion, linear } from '../testing/models.ts';
import { hashResults } from './result-hash.repository.ts';
import { markedSignal, startEvaluationJob } from './run.job.ts';
import { runOn, scheduleRuns } from './run.repository.ts';

const now = new Date('2026-11-24T04:00:00Z');
const customers = Array.from({ length: 12 }, () => newId());
const [modelId, ranked] = [1, 2];

let analytics: TestAnalytics;
let app: App;
let lease: Lease;

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  app = { db: analytics.db, log: createLog('test', 'silent'), now: () => now };
  // Those that the product begins with would be evaluated too.
  for (const table of ['evaluationModelVersion', 'evaluationModel']) {
    await analytics.db.query(`TRUNCATE TABLE ${table}`);
  }
  const byAmount = [
    criterion('order_amount_total', linear(0, 1200)),
    criterion('legal_form', { kind: 'MAP', points: { LIMITED_COMPANY: 5 } }),
  ];
  const byRank = [criterion('order_amount_total', { kind: 'PERCENTILE' })];
  await publishModel(analytics.db, { code: 'by_amount', criteria: byAmount }, now);
  await publishModel(analytics.db, { code: 'by_rank', criteria: byRank }, now);
  await apply(analytics.db, [
    ...customers.map((id) => created(id)),
    ...customers.map((id, at) => ordered(id, `${(at + 1) * 100}.00`)),
  ]);
  lease = await taken();
});
afterAll(() => analytics.stop());
beforeEach(async () => {
  for (const table of ['evaluationRun', 'score', 'scoreHistory', 'distribution', 'outbox']) {
    await analytics.db.query(`DELETE FROM ${table}`);
  }
});

async function taken(): Promise<Lease> {
  const found = await seizeLease(analytics.db, {
    name: 'evaluation',
    holder: newId(),
    ttlMs: 600_000,
  });
  if (!found) throw new Error('The lease is taken');
  return found;
}

const RECOMPUTE = `mutation ($model: String!) { recompute(input: { model: $model }) { id state } }`;
const CANCEL = `mutation ($id: ID!) { cancelEvaluationRun(input: { id: $id }) { state } }`;

async function queue(model: string): Promise<string> {
  const { data, errors } = await analytics.subgraph.execute(RECOMPUTE, { model });
  expect(errors).toBeUndefined();
  return Object(data?.['recompute']).id;
}

async function runAll(chunk = 5): Promise<void> {
  while (await runOn({ app, lease, chunk })) {
    // The next part.
  }
}

const runs = (): Promise<unknown> =>
  analytics.db.query(
    'SELECT state, subjectsTotal, subjectsDone, resultsChanged FROM evaluationRun ORDER BY id',
  );

async function scoresOf(id: number): Promise<readonly (string | null)[]> {
  const rows: { score: string | null }[] = await analytics.db.query(
    'SELECT score FROM score WHERE modelId = ? ORDER BY subjectId',
    [id],
  );
  return rows.map(({ score }) => score);
}

describe('a run over all subjects', () => {
  test('evaluates everyone with ranks of the whole population, and says how far it is', async () => {
    await queue('by_rank');
    await runAll();
    expect(await scoresOf(ranked)).toEqual(customers.map((_, at) => ((at * 100) / 11).toFixed(2)));
    expect(await runs()).toEqual([
      { state: 'DONE', subjectsTotal: 12, subjectsDone: 12, resultsChanged: 12 },
    ]);
    const before = await hashResults(analytics.db.manager, ranked);
    await queue('by_rank');
    await runAll(3);
    expect(await hashResults(analytics.db.manager, ranked)).toBe(before);
    expect(await runs()).toMatchObject([{}, { state: 'DONE', resultsChanged: 0 }]);
  });

  test('goes on where it was when its process was killed, and the dead one writes nothing more', async () => {
    await queue('by_amount');
    await runOn({ app, lease, chunk: 1 });
    await runOn({ app, lease, chunk: 1 });
    expect(await runs()).toMatchObject([{ state: 'RUNNING', subjectsDone: 5 }]);
    const dead = lease;
    lease = await taken();
    await expect(runOn({ app, lease: dead, chunk: 1 })).rejects.toThrow('was lost');
    expect(await runs()).toMatchObject([{ subjectsDone: 5 }]);
    await runAll(1);
    expect(await runs()).toMatchObject([{ state: 'DONE', subjectsDone: 12 }]);
    expect(await scoresOf(modelId)).toHaveLength(12);
  });

  test('ends where it is when it is cancelled', async () => {
    const id = await queue('by_amount');
    await runOn({ app, lease, chunk: 1 });
    await runOn({ app, lease, chunk: 1 });
    expect((await analytics.subgraph.execute(CANCEL, { id })).data).toEqual({
      cancelEvaluationRun: { state: 'CANCELLED' },
    });
    await runAll(1);
    expect(await runs()).toMatchObject([{ state: 'CANCELLED', subjectsDone: 5 }]);
    const again = await analytics.subgraph.execute(CANCEL, { id });
    expect(again.errors).toMatchObject([{ extensions: { code: 'RULE_VIOLATION' } }]);
  });

  test('is asked for once while it waits, by administrators, of published models', async () => {
    expect(await queue('by_rank')).toBe(await queue('by_rank'));
    const unknown = await analytics.subgraph.execute(RECOMPUTE, { model: 'nothing' });
    expect(unknown.errors).toMatchObject([{ extensions: { fields: [{ path: 'model' }] } }]);
    const viewer = { roles: ['analyst'] } as const;
    const refused = await analytics.subgraph.execute(
      RECOMPUTE,
      { model: 'by_rank' },
      { viewer: { roles: [...viewer.roles] } },
    );
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('is made once a day for each model by itself', async () => {
    expect(await scheduleRuns({ app, lease })).toBe(2);
    expect(await scheduleRuns({ app, lease })).toBe(0);
    const tomorrow = { ...app, now: () => new Date(now.getTime() + 86_400_000) };
    expect(await scheduleRuns({ app: tomorrow, lease })).toBe(2);
  });
});

const cost = async (ids: readonly string[]): Promise<number> => {
  await apply(
    analytics.db,
    ids.map((id) => ordered(id, '1.00')),
  );
  return countStatements(analytics.db, () => evaluateMarked(analytics.db, now));
};

const isScored = async (): Promise<boolean> => (await scoresOf(modelId)).length > 0;

describe('an event', () => {
  test('has its customer evaluated again, and comes to what a run over all comes to', async () => {
    await evaluateMarked(analytics.db, now);
    expect(await scoresOf(modelId)).toHaveLength(12);
    await queue('by_amount');
    await runAll();
    const before = await hashResults(analytics.db.manager, modelId);
    await apply(analytics.db, [ordered(customers[0] ?? '', '50.00')]);
    await evaluateMarked(analytics.db, now);
    const after = await hashResults(analytics.db.manager, modelId);
    expect(after).not.toBe(before);
    await queue('by_amount');
    await runAll();
    expect(await hashResults(analytics.db.manager, modelId)).toBe(after);
  });

  test('costs the same number of statements for one customer and for many', async () => {
    await cost(customers);
    expect(await cost(customers.slice(0, 1))).toBe(await cost(customers));
  });

  describe('is seen to by the job at once', () => {
    const neverMs = 600_000;
    let stream: TestStream;
    let bus: Bus;
    let job: ReturnType<typeof startEvaluationJob>;

    beforeEach(async () => {
      await analytics.db.query('DELETE FROM lease');
      stream = await testStream();
      bus = stream.connect();
      job = startEvaluationJob({ ...app, bus }, { leaseMs: 2000, pollMs: neverMs });
      await until(isDone, { what: 'the runs of the day' });
      for (const table of ['score', 'outbox']) await analytics.db.query(`DELETE FROM ${table}`);
    });
    afterEach(async () => {
      await job.stop();
      await stream.close();
    });

    const isDone = async (): Promise<boolean> => {
      bus.signal(markedSignal);
      const states: { state: string }[] = await analytics.db.query(
        'SELECT state FROM evaluationRun',
      );
      return states.length === 2 && states.every(({ state }) => state === 'DONE');
    };

    test('when its own process has marked the customer', async () => {
      await apply(analytics.db, [ordered(customers[1] ?? '', '1.00')]);
      await until(isScored, { what: 'its score' });
      expect(await scoresOf(modelId)).toHaveLength(1);
    });

    test('when another process signals that it has', async () => {
      await analytics.db.query(
        "INSERT INTO dirtySubject (subjectType, subjectId, fact) VALUES ('CUSTOMER', ?, 'ORDER')",
        [idToBytes(customers[1] ?? '')],
      );
      const another = stream.connect('another');
      const hears = async (): Promise<boolean> => {
        another.signal(markedSignal);
        return isScored();
      };
      await until(hears, { what: 'its score' });
      expect(await scoresOf(modelId)).toHaveLength(1);
    });
  });
});
