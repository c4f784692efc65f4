import { createBell } from '@crm/kit/event/bell';
import type { Work } from '@crm/kit/record/command';
import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { describeError } from '@crm/kit/describe-error';
import { newId } from '@crm/kit/id';
import { assertLease, keepLease, type Lease } from '@crm/kit/database/lease';
import { startLoop } from '@crm/kit/loop';
import { raw, sql } from '@crm/kit/sql';
import { systemViewer } from '@crm/kit/viewer';
import type { AlertRule } from '../rule/rule.fields.ts';
import { criteriaProblems, findActiveRules } from '../rule/rule.repository.ts';
import { escalateOverdue, evaluateRule, timedIsDue, wakeSnoozed } from './alert.repository.ts';
import { sweepIsDue, sweepOn } from './sweep.repository.ts';

export type AlertJob = { readonly stop: () => Promise<void> };

const pollMs = 250;
const dueAtOnce = 1000;
const timedAtOnce = 500;

/**
 * Keeps alerts up to date, in one of the service's processes at a time: at once for customers that
 * something happened with, and for every customer when a day begins or a rule changes.
 */
export function startAlertJob(app: App, { leaseMs }: { readonly leaseMs?: number } = {}): AlertJob {
  const lease = keepLease({ db: app.db, name: 'alerts', log: app.log, ttlMs: leaseMs });
  const bell = createBell();
  const loop = startLoop({
    step: async () => {
      const held = lease.current();
      const isBusy = held !== null && (await isDue(app)) && (await takeStep(app, held));
      if (!isBusy) await bell.wait(pollMs);
    },
    onFailure: (error, failures) =>
      app.log.warn({ error: describeError(error), failures }, 'alerts not evaluated'),
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
  const { text, values } = sql`SELECT EXISTS (SELECT 1 FROM pulseDue)
    OR ${sweepIsDue(at)} OR ${timedIsDue(at)} AS isDue`;
  const [row]: { isDue: number }[] = await db.query(text, [...values]);
  return Number(row?.isDue) === 1;
}

/** Each part is one short transaction. Tells whether there may be more to do at once. */
async function takeStep(app: App, lease: Lease): Promise<boolean> {
  const inWork = <Value>(run: (work: Work) => Promise<Value>): Promise<Value> =>
    transact(app.db, async (manager) => {
      await assertLease(manager, lease);
      const viewer = systemViewer('care:alerts');
      return run({ manager, viewer, now: app.now(), requestId: newId() });
    });
  const looked = await inWork((work) => lookAtDue(app, work));
  const swept = await inWork(sweepOn);
  const woken = await inWork((work) => wakeSnoozed(work, timedAtOnce));
  const escalated = await inWork((work) => escalateOverdue(work, timedAtOnce));
  return looked === dueAtOnce || swept || woken + escalated >= timedAtOnce;
}

/** Looks at the customers that something has happened with. Gives their number. */
async function lookAtDue(app: App, work: Work): Promise<number> {
  const { manager } = work;
  const rows: { customerId: Uint8Array }[] = await manager.query(
    `SELECT customerId FROM pulseDue LIMIT ${dueAtOnce} FOR UPDATE SKIP LOCKED`,
  );
  if (rows.length === 0) return 0;
  const ids = rows.map(({ customerId }) => customerId);
  for (const rule of usable(app, await findActiveRules(manager), work.now)) {
    await evaluateRule(work, rule, (column) => sql`${raw(column)} IN (${ids})`);
  }
  await manager.query('DELETE FROM pulseDue WHERE customerId IN (?)', [ids]);
  return ids.length;
}

/** A rule that a later release does not understand must not keep the others from their work. */
const usable = ({ log }: App, rules: readonly AlertRule[], now: Date): AlertRule[] =>
  rules.filter((rule) => {
    const problems = criteriaProblems(rule, now);
    if (problems.length > 0) log.error({ rule: rule.code, problems }, 'alert rule not understood');
    return problems.length === 0;
  });
