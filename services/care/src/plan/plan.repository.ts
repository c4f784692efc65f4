import { idFromBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { writeChanges } from '@crm/kit/record/record';
import { lockByIds } from '@crm/kit/record/store';
import { sql, type Sql } from '@crm/kit/sql';
import { plansFinished } from './plan.events.ts';
import { CarePlanEntity } from './plan.fields.ts';

const isOver = (now: Date): Sql =>
  sql`t.status IN ('ACTIVE', 'PAUSED') AND t.deletedAt IS NULL AND t.validTo < ${companyDate(now)}`;

/** Whether the last day of a plan is over. */
export const plansAreOver = (now: Date): Sql =>
  sql`EXISTS (SELECT 1 FROM carePlan t WHERE ${isOver(now)})`;

const plansAtOnce = 100;

/** Ends plans whose last day is over. Tells whether there may be more. */
export async function finishPlans(work: Work): Promise<boolean> {
  const { text, values } = sql`SELECT t.id FROM carePlan t WHERE ${isOver(work.now)}
    ORDER BY t.id LIMIT ${plansAtOnce}`;
  const rows: { id: Uint8Array }[] = await work.manager.query(text, [...values]);
  const ids = rows.map(({ id }) => idFromBytes(id));
  const plans = await lockByIds(work.manager, CarePlanEntity, ids);
  const changes = await writeChanges(
    work,
    CarePlanEntity,
    plans.map((before) => ({
      before,
      changes: { status: { from: before.status, to: 'FINISHED' } },
    })),
  );
  await plansFinished(work, changes);
  return rows.length === plansAtOnce;
}

/** Has the planner look at everybody again, for what was set up has changed. */
export const sweepAgain = async ({ manager }: Pick<Work, 'manager'>): Promise<void> => {
  await manager.query('DELETE FROM carePlanSweep');
};
