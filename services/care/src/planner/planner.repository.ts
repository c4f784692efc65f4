import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { newRow } from '@crm/kit/record/record';
import { insertRows, selectRows } from '@crm/kit/record/store';
import { raw, sql, type Sql } from '@crm/kit/sql';
import type { CarePlan } from '../plan/plan.fields.ts';
import type { PlanOccasion } from '../plan/plan-occasion.ts';
import type { SuppressionFacts } from '../suppression/suppression.ts';
import { loadSuppressionFacts } from '../suppression/suppression.repository.ts';
import { markDue } from '../pulse/pulse.repository.ts';
import { tasksMoved } from '../task/task.events.ts';
import { moveTasks, type MovedTask } from '../task/task.repository.ts';
import { CareTaskEntity, type CareTask } from '../task/task.fields.ts';
import { findCandidates, type Candidate } from './candidate.repository.ts';
import {
  dueAtFor,
  isOpenToPlanner,
  outcomeOf,
  planStopped,
  spanOf,
  withTouch,
  type Outcome,
  type Planned,
} from './planner.ts';

/** A plan, with what its days follow from. */
export type WholePlan = Planned & { readonly plan: CarePlan; readonly occasion: PlanOccasion };

export type Subjects = {
  /** Which people, as a condition on the column that holds their id. */
  readonly only: (column: string) => Sql;
  readonly limit: number;
};

type PlannedPart = { readonly upTo: string | null; readonly added: number };

/**
 * Brings the tasks of a plan and some people up to date, in the caller's transaction: makes those that
 * are missing, takes back or lets go what the rules say now of those that nobody has decided about, and
 * skips those of people who are not of the audience any more. Gives the last person that was looked
 * at, or null at the end, and how many tasks are new. Done again it changes nothing.
 */
export async function planFor(
  work: Work,
  whole: WholePlan,
  { only, limit }: Subjects,
): Promise<PlannedPart> {
  const span = spanOf(whole);
  if (span.from > span.to) return { upTo: null, added: 0 };
  const { plan, occasion, now } = whole;
  const part = await findCandidates(work.manager, {
    plan,
    occasion,
    now,
    span,
    only: only('p.id'),
    limit,
  });
  const tasks = await findTasks(work, plan, {
    span,
    people: upToSql(only('t.personId'), part.upTo),
  });
  const facts = await loadSuppressionFacts(work.manager, {
    personIds: [
      ...part.candidates.map(({ personId }) => personId),
      ...tasks.map(({ personId }) => personId),
    ],
    from: now,
  });
  const added = await store(work, whole, { candidates: part.candidates, tasks, facts });
  return { upTo: part.upTo, added };
}

const upToSql = (people: Sql, upTo: string | null): Sql =>
  upTo === null ? people : sql`${people} AND t.personId <= ${idToBytes(upTo)}`;

type Range = {
  readonly span: { readonly from: string; readonly to: string };
  readonly people: Sql;
};

const findTasks = (
  { manager }: Work,
  { id }: CarePlan,
  { span, people }: Range,
): Promise<CareTask[]> =>
  selectRows(
    manager,
    CareTaskEntity,
    sql`WHERE t.planId = ${idToBytes(id)} AND ${people} AND t.deletedAt IS NULL
      AND t.occasionOn BETWEEN ${span.from} AND ${span.to}`,
  );

type Known = {
  readonly candidates: readonly Candidate[];
  readonly tasks: readonly CareTask[];
  readonly facts: ReadonlyMap<string, SuppressionFacts>;
};

const keyOf = (row: Pick<Candidate, 'aboutId' | 'occasionOn' | 'personId'>): string =>
  `${row.personId} ${row.aboutId ?? ''} ${row.occasionOn}`;

async function store(work: Work, whole: WholePlan, known: Known): Promise<number> {
  const facts = new Map(known.facts);
  const tasks = new Map(known.tasks.map((task) => [keyOf(task), task]));
  const candidates = new Map(known.candidates.map((each) => [keyOf(each), each]));
  const due = duesOf(whole);
  const fresh: CareTask[] = [];
  const moved: MovedTask[] = [];
  for (const [key, candidate] of candidates) {
    const before = tasks.get(key) ?? null;
    const values = valuesOf(whole, { candidate, before, facts, dueAtFor: due });
    if (values === null) continue;
    const task = before ?? newTask(work, whole, candidate);
    count(facts, { ...task, ...values });
    if (before === null) fresh.push({ ...task, ...values });
    else moved.push({ before, values });
  }
  const gone = known.tasks.filter(
    (task) => !candidates.has(keyOf(task)) && isOpenToPlanner(task, work.now),
  );
  const skipped = { state: 'SKIPPED', reason: 'NOT_IN_AUDIENCE', endedAt: work.now } as const;
  await insertRows(work.manager, CareTaskEntity, fresh);
  await tasksMoved(work, fresh);
  if (whole.occasion.kind === 'BIRTHDAY') await markPlanned(work, fresh);
  await moveTasks(work, [...moved, ...gone.map((before) => ({ before, values: skipped }))]);
  return fresh.length;
}

/** Nobody has to be told of a birthday any more. */
const markPlanned = ({ manager }: Work, tasks: readonly CareTask[]): Promise<void> =>
  markDue(
    manager,
    tasks.flatMap(({ customerId }) => customerId ?? []),
  );

type Considered = {
  readonly candidate: Candidate;
  readonly before: CareTask | null;
  readonly facts: ReadonlyMap<string, SuppressionFacts>;
  readonly dueAtFor: (occasionOn: string) => Date | null;
};

/** The same for all who have the same day, of whom there may be very many. */
function duesOf(whole: WholePlan): Considered['dueAtFor'] {
  const dues = new Map<string, Date | null>();
  return (occasionOn) => {
    const known = dues.get(occasionOn);
    if (known !== undefined) return known;
    const due = dueAtFor(whole, occasionOn);
    dues.set(occasionOn, due);
    return due;
  };
}

type Values = Outcome & Pick<CareTask, 'assigneeId' | 'customerId' | 'surveyId'>;

/** Null when there is nothing to do: it is too late, or somebody has decided. */
function valuesOf(whole: WholePlan, considered: Considered): Values | null {
  const { candidate, before, facts } = considered;
  const dueAt = dueOf(whole, considered);
  const known = facts.get(candidate.personId);
  if (dueAt === null || !known) return null;
  const { occasionOn, aboutId, customerId } = candidate;
  const draft = { taskId: before?.id ?? null, occasionOn, aboutId, dueAt };
  const assigneeId = candidate.assigneeId ?? whole.plan.ownerId;
  const { surveyId } = whole.plan;
  return { ...outcomeOf(whole, draft, known), customerId, assigneeId, surveyId };
}

function dueOf({ now }: WholePlan, { candidate, before, dueAtFor: due }: Considered): Date | null {
  if (before !== null && !isOpenToPlanner(before, now)) return null;
  return due(candidate.occasionOn) ?? before?.dueAt ?? null;
}

const newTask = (work: Work, { plan, occasion }: WholePlan, candidate: Candidate): CareTask =>
  newRow(work, CareTaskEntity, {
    values: new Map<string, unknown>([
      ['planId', plan.id],
      ['personId', candidate.personId],
      ['aboutId', candidate.aboutId],
      ['occasionId', occasion.id],
      ['occasionOn', candidate.occasionOn],
      ['category', plan.category],
      ['purpose', plan.purpose],
    ]),
    rules: {},
  });

/** What is planned now counts for what is planned next. */
function count(facts: Map<string, SuppressionFacts>, task: CareTask): void {
  const known = facts.get(task.personId);
  if (!known || task.state === 'SUPPRESSED') return;
  const { dueAt: at, category, occasionId, occasionOn, aboutId } = task;
  const touch = { taskId: task.id, at, category, occasionId, occasionOn, aboutId };
  facts.set(task.personId, withTouch(known, touch));
}

/** Proposals that nobody has confirmed in time. Gives their number. */
export async function skipOverdue(work: Work, limit: number): Promise<number> {
  const overdue = await selectRows(
    work.manager,
    CareTaskEntity,
    sql`WHERE ${overdueSql(work.now)} LIMIT ${raw(String(limit))} FOR UPDATE`,
  );
  const skipped = { state: 'SKIPPED', reason: 'TOO_LATE', endedAt: work.now } as const;
  await moveTasks(
    work,
    overdue.map((before) => ({ before, values: skipped })),
  );
  return overdue.length;
}

/** Nobody has decided about these, or they are to be sent by themselves. */
const stoppable = raw(`(t.state IN ('PROPOSED', 'SCHEDULED')
  OR (t.state = 'SELECTED' AND t.decidedAt IS NULL))`);

/** From the few plans to their tasks, whatever the optimiser knows of either. */
const stoppedSql = sql`JOIN LATERAL (SELECT id FROM careTask t
    WHERE t.planId = c.id AND ${stoppable} LIMIT 1) t
  ON TRUE WHERE c.status IN ('AWAITING_APPROVAL', 'PAUSED', 'FINISHED')`;

/** Whether something waits to be sent of a plan that was stopped. */
export const stopIsDue = sql`EXISTS (SELECT 1 FROM carePlan c ${stoppedSql})`;

/** Keeps from being sent what plans had planned before they were stopped. Gives the number. */
export async function stopTasks(work: Work, limit: number): Promise<number> {
  const { text, values } = sql`SELECT c.id FROM carePlan c ${stoppedSql}`;
  const plans: { id: Uint8Array }[] = await work.manager.query(text, [...values]);
  if (plans.length === 0) return 0;
  const found = await selectRows(
    work.manager,
    CareTaskEntity,
    sql`WHERE t.planId IN (${plans.map(({ id }) => id)}) AND ${stoppable}
      LIMIT ${raw(String(limit))} FOR UPDATE`,
  );
  const stopped = { state: 'SUPPRESSED', reason: planStopped } as const;
  await moveTasks(
    work,
    found.map((before) => ({ before, values: stopped })),
  );
  return found.length;
}

const dayMs = 86_400_000;
/** What happened in a life may be late; whatever else was due is over after a day or two. */
const overdueDays = 2;

export const overdueSql = (now: Date): Sql =>
  sql`t.state = 'PROPOSED' AND t.dueAt < ${new Date(now.getTime() - overdueDays * dayMs)}`;
