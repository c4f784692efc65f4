import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { findWorkCalendar } from '../occasion/holiday.repository.ts';
import { holdOutgrown } from '../plan/approval.repository.ts';
import { missingHolidays, missingHolidaysText } from '../plan/due.ts';
import { CarePlanEntity, type CarePlan } from '../plan/plan.fields.ts';
import { findPlanOccasions } from '../plan/plan-occasion.repository.ts';
import { horizonDays, spanOf } from './planner.ts';
import { planFor, type WholePlan } from './planner.repository.ts';

const peopleAtOnce = 1000;

const unswept = (now: Date): Sql =>
  sql`LEFT JOIN carePlanSweep s
      ON s.planId = t.id AND s.planVersion = t.version AND s.day = ${companyDate(now)}
    WHERE t.status = 'ACTIVE' AND t.deletedAt IS NULL AND COALESCE(s.isDone, 0) = 0`;

/** Whether a plan has not yet looked at all its people today. */
export const sweepIsDue = (now: Date): Sql =>
  sql`EXISTS (SELECT 1 FROM carePlan t ${unswept(now)})`;

/**
 * Goes on with the plan that has not yet looked at all its people today in its present form, special
 * care first: what counts towards too much is given to a birthday rather than to a festival. Tells
 * whether there was anything to do.
 */
export async function sweepOn(work: Work): Promise<boolean> {
  const [plan] = await selectRows(
    work.manager,
    CarePlanEntity,
    sql`${unswept(work.now)} ORDER BY t.category DESC, t.id LIMIT 1`,
  );
  if (!plan) return false;
  const [whole] = await wholePlans(work, [plan]);
  const problem = whole ? problemOf(whole) : 'Its occasion is not active';
  if (!whole || problem !== null) {
    await saveSweep(work, plan, { upTo: null, problem });
    return true;
  }
  const after = await readCursor(work, plan);
  if (after === null && (await holdOutgrown(work, plan))) return true;
  const { upTo } = await planFor(work, whole, {
    only: (column) => sql`${raw(column)} > ${after ?? Buffer.alloc(0)}`,
    limit: peopleAtOnce,
  });
  await saveSweep(work, plan, { upTo, problem: null });
  return true;
}

/** What keeps a plan from being planned: nothing is guessed of a year of which nobody knows the holidays. */
const problemOf = (whole: WholePlan): string | null => {
  const years = missingHolidays(whole.plan, whole.calendar, spanOf(whole, horizonDays));
  return years.length === 0 ? null : missingHolidaysText(years);
};

/** The plans of active occasions, with all that their days follow from. */
async function wholePlans(work: Work, plans: readonly CarePlan[]): Promise<readonly WholePlan[]> {
  const occasionOf = await findPlanOccasions(work.manager, plans);
  const calendar = await findWorkCalendar(work.manager);
  return plans.flatMap((plan) => {
    const occasion = occasionOf(plan);
    return occasion?.active ? [{ plan, occasion, calendar, now: work.now }] : [];
  });
}

/** Those that may be planned for people of whom something was told. */
export async function activePlans(work: Work): Promise<readonly WholePlan[]> {
  const plans = await selectRows(
    work.manager,
    CarePlanEntity,
    sql`WHERE t.status = 'ACTIVE' AND t.deletedAt IS NULL ORDER BY t.category DESC, t.id`,
  );
  if (plans.length === 0) return [];
  return (await wholePlans(work, plans)).filter((whole) => problemOf(whole) === null);
}

/** Null, from the first person, when the plan or the day is another than that of the last part. */
async function readCursor({ manager, now }: Work, plan: CarePlan): Promise<Uint8Array | null> {
  const [row]: { personId: Uint8Array }[] = await manager.query(
    'SELECT personId FROM carePlanSweep WHERE planId = ? AND planVersion = ? AND day = ?',
    [idToBytes(plan.id), plan.version, companyDate(now)],
  );
  return row?.personId ?? null;
}

type Swept = { readonly upTo: string | null; readonly problem: string | null };

async function saveSweep(
  { manager, now }: Work,
  plan: CarePlan,
  { upTo, problem }: Swept,
): Promise<void> {
  const personId = upTo === null ? Buffer.alloc(16) : idToBytes(upTo);
  await manager.query(
    `INSERT INTO carePlanSweep (planId, planVersion, day, personId, isDone, problem)
     VALUES (?, ?, ?, ?, ?, ?) AS new
     ON DUPLICATE KEY UPDATE planVersion = new.planVersion, day = new.day,
       personId = new.personId, isDone = new.isDone, problem = new.problem`,
    [idToBytes(plan.id), plan.version, companyDate(now), personId, upTo === null, problem],
  );
}

/** What keeps plans from being planned, by their ids. */
export async function problemsOfPlans(
  { manager }: Pick<Work, 'manager'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { text, values } = sql`SELECT planId, problem FROM carePlanSweep
    WHERE planId IN (${ids.map(idToBytes)}) AND problem IS NOT NULL`;
  const rows: { planId: Uint8Array; problem: string }[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ planId, problem }) => [idFromBytes(planId), problem]));
}
