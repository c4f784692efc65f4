import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, keepLease, type Lease } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import { createBell } from '@crm/kit/event/bell';
import { newId } from '@crm/kit/id';
import { startLoop } from '@crm/kit/loop';
import type { Work } from '@crm/kit/record/command';
import { raw, sql } from '@crm/kit/sql';
import { systemViewer } from '@crm/kit/viewer';
import { holdOverplanned } from '../plan/approval.repository.ts';
import { finishPlans, plansAreOver } from '../plan/plan.repository.ts';
import { overdueSql, planFor, skipOverdue, stopIsDue, stopTasks } from './planner.repository.ts';
import { spanOf } from './planner.ts';
import { activePlans, sweepIsDue, sweepOn } from './sweep.repository.ts';

export type PlannerJob = { readonly stop: () => Promise<void> };

const pollMs = 500;
const peopleAtOnce = 500;
const tasksAtOnce = 500;

/**
 * Keeps care tasks up to date, in one of the service's processes at a time: at once for people of whom
 * something was told, and for everybody when a day begins or a plan changes.
 */
export function startPlannerJob(app: App, { leaseMs }: { leaseMs?: number } = {}): PlannerJob {
  const lease = keepLease({ db: app.db, name: 'care-planner', log: app.log, ttlMs: leaseMs });
  const bell = createBell();
  const loop = startLoop({
    step: async () => {
      const held = lease.current();
      const hasMore = held !== null && (await isDue(app)) && (await takeStep(app, held));
      if (!hasMore) await bell.wait(pollMs);
    },
    onFailure: (error, failures) =>
      app.log.warn({ error: describeError(error), failures }, 'care not planned'),
  });
  return {
    stop: async () => {
      bell.ring();
      await loop.stop();
      await lease.stop();
    },
  };
}

/** One look without locks: most of the time there is nothing to do. */
async function isDue({ db, now }: App): Promise<boolean> {
  const at = now();
  const { text, values } = sql`SELECT EXISTS (SELECT 1 FROM careDue) OR ${sweepIsDue(at)}
    OR ${plansAreOver(at)} OR ${stopIsDue} OR EXISTS (SELECT 1 FROM careTask t WHERE ${overdueSql(at)}) AS isDue`;
  const [row]: { isDue: number }[] = await db.query(text, [...values]);
  return Number(row?.isDue) === 1;
}

/** Each part is one short transaction. Tells whether there may be more to do at once. */
async function takeStep(app: App, lease: Lease): Promise<boolean> {
  const parts = [
    finishPlans,
    async (work: Work) => (await stopTasks(work, tasksAtOnce)) === tasksAtOnce,
    lookAtDue,
    sweepOn,
    async (work: Work) => (await skipOverdue(work, tasksAtOnce)) === tasksAtOnce,
  ];
  let hasMore = false;
  for (const part of parts) {
    const isMore = await transact(app.db, async (manager) => {
      await assertLease(manager, lease);
      const viewer = systemViewer('care:planner');
      return part({ manager, viewer, now: app.now(), requestId: newId() });
    });
    hasMore ||= isMore;
  }
  return hasMore;
}

/** Looks at the people of whom something was told. */
async function lookAtDue(work: Work): Promise<boolean> {
  const rows: { personId: Uint8Array }[] = await work.manager.query(
    `SELECT personId FROM careDue LIMIT ${peopleAtOnce} FOR UPDATE SKIP LOCKED`,
  );
  if (rows.length === 0) return false;
  const ids = rows.map(({ personId }) => personId);
  for (const whole of await activePlans(work)) {
    const only = (column: string) => sql`${raw(column)} IN (${ids})`;
    const { added } = await planFor(work, whole, { only, limit: relativesMax });
    if (added > 0) await holdOverplanned(work, whole.plan, spanOf(whole));
  }
  await work.manager.query('DELETE FROM careDue WHERE personId IN (?)', [ids]);
  return rows.length === peopleAtOnce;
}

/** So many relatives of the people who are looked at together have a birthday at most. */
const relativesMax = 10_000;
