import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seizeLease } from '@crm/kit/database/lease';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, ordered } from '../testing/events.ts';
import { runOn, scheduleRuns } from './run.repository.ts';

const now = new Date('2026-11-24T04:00:00Z');
const runsMax = 50;

let analytics: TestAnalytics;

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  const customerId = newId();
  await apply(analytics.db, [created(customerId), ordered(customerId, '100.00')]);
});
afterAll(() => analytics.stop());

test('every model that the product begins with is evaluated to its end', async () => {
  const lease = await seizeLease(analytics.db, {
    name: 'evaluation',
    holder: newId(),
    ttlMs: 600_000,
  });
  if (!lease) throw new Error('The lease is taken');
  const app = { db: analytics.db, log: createLog('test', 'silent'), now: () => now };
  await scheduleRuns({ app, lease });
  for (let at = 0; at < runsMax; at += 1) {
    if (!(await runOn({ app, lease }))) break;
  }
  const runs = await analytics.db.query<{ model: string; state: string; failure: string | null }[]>(
    'SELECT model, state, failure FROM evaluationRun ORDER BY model',
  );
  expect(runs).toEqual(
    [
      'competitor_threat',
      'contact_closeness',
      'contact_loyalty',
      'customer_credit',
      'customer_loyalty',
      'customer_value',
      'staff_performance',
    ].map((model) => ({ model, state: 'DONE', failure: null })),
  );
});
