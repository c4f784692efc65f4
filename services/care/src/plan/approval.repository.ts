import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { writeChanges } from '@crm/kit/record/record';
import { lockByIds, selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { audienceMax } from './approval.ts';
import { countAudience } from './audience.repository.ts';
import { plansSubmitted } from './plan.events.ts';
import { CarePlanEntity, type CarePlan } from './plan.fields.ts';

type Days = { readonly from: string; readonly to: string };

/** Has a plan wait that has come to be for more people than it may be. Tells whether it is to wait. */
export async function holdOutgrown(work: Work, plan: CarePlan): Promise<boolean> {
  const { manager, now } = work;
  const max = audienceMax(plan);
  if ((await countAudience(manager, plan, { now, atMost: max + 1 })) <= max) return false;
  await hold(work, plan);
  return true;
}

/** The same by what is planned, which is cheap enough to be asked whenever somebody is added. */
export async function holdOverplanned(work: Work, plan: CarePlan, days: Days): Promise<void> {
  const max = audienceMax(plan);
  const { text, values } =
    sql`SELECT COUNT(*) AS size FROM (SELECT DISTINCT t.personId FROM careTask t
    WHERE t.planId = ${idToBytes(plan.id)} AND t.deletedAt IS NULL AND t.state <> 'SKIPPED'
      AND t.occasionOn BETWEEN ${days.from} AND ${days.to} LIMIT ${max + 1}) people`;
  const [row]: { size: number }[] = await work.manager.query(text, [...values]);
  if ((row?.size ?? 0) > max) await hold(work, plan);
}

async function hold(work: Work, { id }: CarePlan): Promise<void> {
  const [plan] = await lockByIds(work.manager, CarePlanEntity, [id]);
  if (plan?.status !== 'ACTIVE') return;
  const audienceSize = await countAudience(work.manager, plan, { now: work.now });
  await submit(work, [plan], { audienceSize });
}

/** What was approved is not what would be sent of these texts now: whoever changed one asks again. */
export async function askAgain(work: Work, templateIds: readonly string[]): Promise<void> {
  const plans = await selectRows(
    work.manager,
    CarePlanEntity,
    sql`WHERE t.status IN ('ACTIVE', 'AWAITING_APPROVAL') AND t.deletedAt IS NULL
      AND (t.status = 'AWAITING_APPROVAL' OR t.approvedById IS NOT NULL)
      AND JSON_OVERLAPS(t.templates->'$[*].templateId', CAST(${JSON.stringify(templateIds)} AS JSON))
      FOR UPDATE`,
  );
  await submit(work, plans, { requestedById: work.viewer.staffId });
}

async function submit(
  work: Work,
  plans: readonly CarePlan[],
  values: Partial<CarePlan>,
): Promise<void> {
  const waiting = { status: 'AWAITING_APPROVAL', approvedById: null, approvedAt: null, ...values };
  const changes = await writeChanges(
    work,
    CarePlanEntity,
    plans.map((before) => ({
      before,
      changes: changesOf(CarePlanEntity, before, new Map(Object.entries(waiting))),
    })),
  );
  await plansSubmitted(work, changes);
}
