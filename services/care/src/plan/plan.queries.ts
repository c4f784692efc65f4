import type { RequestContext } from '@crm/kit/context';
import { invalid, notFound } from '@crm/kit/errors';
import { isId, newId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { allow, scopeSql } from '@crm/kit/record/policy';
import { findByIds } from '@crm/kit/record/store';
import { findWorkCalendar } from '../occasion/holiday.repository.ts';
import { PersonPulseEntity } from '../person/person.fields.ts';
import { findCandidates, type Candidate } from '../planner/candidate.repository.ts';
import {
  dueAtFor,
  outcomeOf,
  spanOf,
  withTouch,
  type Outcome,
  type Planned,
} from '../planner/planner.ts';
import { loadSuppressionFacts } from '../suppression/suppression.repository.ts';
import { audienceWithoutApproval } from './approval.ts';
import { countAudience } from './audience.repository.ts';
import { missingHolidays, missingHolidaysText } from './due.ts';
import { draftPlan, type PlanInput } from './plan.commands.ts';
import { CarePlanEntity, type CarePlan } from './plan.fields.ts';
import { findPlanOccasions } from './plan-occasion.repository.ts';
import type { PlanOf } from './plan-of.ts';

export type PreviewEntry = Omit<Candidate, 'assigneeId'> &
  Omit<Outcome, 'templateId'> & { readonly assigneeId: string | null };

type Count = Pick<Outcome, 'reason' | 'state'> & { readonly count: number };

export type PlanPreview = {
  readonly audienceSize: number;
  readonly needsApproval: boolean;
  readonly counts: readonly Count[];
  readonly isTruncated: boolean;
  readonly entries: readonly PreviewEntry[];
  readonly warnings: readonly string[];
};

type PreviewArgs = {
  readonly planId?: string | null;
  readonly plan?: PlanInput | null;
  readonly days: number;
  readonly first: number;
};

const daysMax = 366;
const entriesMax = 100;
const evaluatedMax = 2000;

/**
 * Whom a plan would address in the next days, when and by what, and whom not and why, among the people
 * whom the viewer may read. Stores nothing.
 */
export async function previewPlan(
  context: RequestContext,
  of: PlanOf,
  args: PreviewArgs,
): Promise<PlanPreview> {
  const { app, viewer, requestId } = context;
  const { days, first } = args;
  allow(viewer, 'write', of.noun);
  refuseSizes(days, first);
  const work: Work = { manager: app.db.manager, viewer, now: app.now(), requestId };
  const plan = await planToShow(work, of, args);
  const occasion = (await findPlanOccasions(work.manager, [plan]))(plan);
  if (!occasion) throw notFound('Occasion', plan.occasionId ?? '');
  const calendar = await findWorkCalendar(work.manager);
  const planned = { plan, occasion, calendar, now: work.now };
  const only = scopeSql(viewer, 'read', { entity: PersonPulseEntity, alias: 'p', now: work.now });
  const audienceSize = await countAudience(work.manager, plan, { now: work.now, only });
  const span = spanOf(planned, days);
  const years = missingHolidays(plan, calendar, span);
  const rest = { audienceSize, needsApproval: audienceSize > audienceWithoutApproval };
  if (years.length > 0) {
    const warnings = [missingHolidaysText(years)];
    return { ...rest, counts: [], isTruncated: false, entries: [], warnings };
  }
  const asked = { plan, occasion, now: work.now, span, only, limit: evaluatedMax };
  const { candidates, upTo } = await findCandidates(work.manager, asked);
  const entries = await evaluate(work, planned, candidates);
  return {
    ...rest,
    counts: countsOf(entries),
    isTruncated: upTo !== null,
    entries: entries.slice(0, first),
    warnings: warningsOf(entries, span.to),
  };
}

function planToShow(work: Work, of: PlanOf, { planId, plan }: PreviewArgs): Promise<CarePlan> {
  if (plan && !planId) return draftPlan(work, plan);
  if (planId && !plan) return findPlan(work, of, planId);
  const [id, draft] = of.previewArgs;
  throw invalid(`Give ${id} or ${draft}, and not both`);
}

function refuseSizes(days: number, first: number): void {
  if (days < 1 || days > daysMax) throw invalid(`days must be from 1 to ${daysMax}`);
  if (first < 0 || first > entriesMax) throw invalid(`first must be from 0 to ${entriesMax}`);
}

async function findPlan({ manager, viewer, now }: Work, of: PlanOf, id: string): Promise<CarePlan> {
  const scope = scopeSql(viewer, 'read', { entity: CarePlanEntity, alias: 't', now });
  const [plan] = await findByIds(manager, CarePlanEntity, { ids: [id].filter(isId), scope });
  if (!plan || !of.isOne(plan)) throw notFound(of.type, id);
  return plan;
}

async function evaluate(
  { manager, now }: Work,
  planned: Planned,
  candidates: readonly Candidate[],
): Promise<readonly PreviewEntry[]> {
  const personIds = candidates.map(({ personId }) => personId);
  const facts = new Map(await loadSuppressionFacts(manager, { personIds, from: now }));
  return candidates
    .toSorted((one, other) => (one.occasionOn < other.occasionOn ? -1 : 1))
    .flatMap((candidate) => {
      const { personId, occasionOn, aboutId } = candidate;
      const dueAt = dueAtFor(planned, occasionOn);
      const known = facts.get(personId);
      if (dueAt === null || !known) return [];
      const { templateId: _, ...outcome } = outcomeOf(
        planned,
        { taskId: null, occasionOn, aboutId, dueAt },
        known,
      );
      if (outcome.state !== 'SUPPRESSED') {
        const { category } = planned.plan;
        const { id: occasionId } = planned.occasion;
        const touch = { taskId: newId(), at: dueAt, category, occasionId, occasionOn, aboutId };
        facts.set(personId, withTouch(known, touch));
      }
      return [{ ...candidate, ...outcome }];
    });
}

function countsOf(entries: readonly PreviewEntry[]): readonly Count[] {
  const by = new Map<string, Count>();
  for (const { state, reason } of entries) {
    const key = `${state} ${reason ?? ''}`;
    by.set(key, { state, reason, count: (by.get(key)?.count ?? 0) + 1 });
  }
  return [...by.values()];
}

const warningsOf = (entries: readonly PreviewEntry[], to: string): readonly string[] =>
  entries.length > 0 ? [] : [`Nobody is due for this care until ${to}`];

/** Campaigns, which are plans too, have a list of their own. */
export const listCarePlans = (
  context: RequestContext,
  args: PageArgs,
): Promise<Connection<CarePlan>> => {
  const where = { all: [{ kind: { eq: 'CARE' } }, args.where ?? {}] };
  return listPage(context, CarePlanEntity, { ...args, where });
};
