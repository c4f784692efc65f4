import type { RequestContext } from '@crm/kit/context';
import { notFound, ruleViolation } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { teamsOfStaff } from '@crm/kit/projection/staff-directory';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { changesOf } from '@crm/kit/record/difference';
import type { Entity, Stamps } from '@crm/kit/record/entity';
import { refused } from '@crm/kit/record/input';
import { allow, scopeSql } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  writeChange,
  type Change,
  type Rules,
} from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import { CompetitorActivityEntity } from '../activity/activity.fields.ts';
import { OpportunityCompetitorEntity } from '../opportunity-competitor/opportunity-competitor.fields.ts';
import {
  countermeasurePlanned,
  countermeasuresCancelled,
  countermeasuresChanged,
  countermeasuresCompleted,
} from './countermeasure.events.ts';
import { CountermeasureEntity, type Countermeasure } from './countermeasure.fields.ts';
import { derivedOf, isOpen, targetProblems } from './countermeasure.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };
type MeasureInput = Repeatable & {
  readonly ownerId?: string | null;
  readonly dueOn?: string | null;
};
type PlanInput = MeasureInput & {
  readonly activityId?: string | null;
  readonly opportunityCompetitorId?: string | null;
};

const memory = rowMemory(CountermeasureEntity);

export const planCountermeasure = (
  context: RequestContext,
  input: PlanInput,
): Promise<Countermeasure> =>
  runCommand(context, { name: 'planCountermeasure', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'countermeasures');
    const problems = targetProblems(input);
    if (problems.length > 0) throw refused(CountermeasureEntity, problems);
    const about = await findTarget(work, input);
    const measure = await createRecord(work, CountermeasureEntity, {
      input: { ...input, ownerId: input.ownerId ?? work.viewer.staffId },
      rules: await measureRules(work, input.ownerId ?? work.viewer.staffId, about),
    });
    await countermeasurePlanned(work, measure);
    return measure;
  });

export const updateCountermeasure = (
  context: RequestContext,
  input: MeasureInput & Versioned,
): Promise<Countermeasure> =>
  runCommand(context, { name: 'updateCountermeasure', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'countermeasures');
    const { id, expectedVersion = null } = input;
    await lockOpen(work, input);
    const change = await changeRecord(work, CountermeasureEntity, {
      id,
      expectedVersion,
      input,
      rules: await measureRules(work, input.ownerId, {}),
    });
    await countermeasuresChanged(work, [change]);
    return change.after;
  });

type CompleteInput = Repeatable &
  Versioned & {
    readonly result: string;
    readonly effectiveness?: Countermeasure['effectiveness'];
  };

export const completeCountermeasure = (
  context: RequestContext,
  input: CompleteInput,
): Promise<Countermeasure> =>
  runCommand(context, { name: 'completeCountermeasure', input, memory }, async (work) => {
    const result = input.result.trim();
    if (result === '' || result.length > 4000) {
      const message = 'says in 1 to 4000 characters what came of it';
      throw refused(CountermeasureEntity, [{ path: 'result', message }]);
    }
    const change = await end(work, input, {
      status: 'COMPLETED',
      result,
      effectiveness: input.effectiveness ?? null,
      completedOn: companyDate(work.now),
    });
    await countermeasuresCompleted(work, [change]);
    return change.after;
  });

export const cancelCountermeasure = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<Countermeasure> =>
  runCommand(context, { name: 'cancelCountermeasure', input, memory }, async (work) => {
    const change = await end(work, input, { status: 'CANCELLED' });
    await countermeasuresCancelled(work, [change]);
    return change.after;
  });

async function end(
  work: Work,
  input: Versioned,
  values: Partial<Countermeasure>,
): Promise<Change<Countermeasure>> {
  allow(work.viewer, 'write', 'countermeasures');
  const before = await lockOpen(work, input);
  const { expectedVersion = null } = input;
  if (expectedVersion !== null && expectedVersion !== before.version) {
    throw ruleViolation(`The countermeasure is at version ${before.version}: read it again`);
  }
  const changes = changesOf(CountermeasureEntity, before, new Map(Object.entries(values)));
  return writeChange(work, CountermeasureEntity, { before, changes });
}

async function lockOpen(work: Work, { id }: Versioned): Promise<Countermeasure> {
  const measure = await lockForWriting(work, CountermeasureEntity, id);
  if (isOpen(measure)) return measure;
  throw ruleViolation(`The countermeasure is ${measure.status.toLowerCase()} already`);
}

type About = { readonly competitorId?: string; readonly customerId?: string | null };

/** What it is about, which the viewer must be able to write. */
async function findTarget(
  work: Work,
  { activityId, opportunityCompetitorId }: PlanInput,
): Promise<About> {
  return activityId
    ? findWritable(work, CompetitorActivityEntity, activityId)
    : findWritable(work, OpportunityCompetitorEntity, opportunityCompetitorId ?? '');
}

async function findWritable<Row extends Stamps>(
  { manager, viewer, now }: Work,
  entity: Entity<Row>,
  id: string,
): Promise<Row> {
  const scope = scopeSql(viewer, 'write', { entity, alias: 't', now });
  const [row] = await findByIds(manager, entity, { ids: [id].filter(isId), scope });
  if (!row) throw notFound(entity.name, id);
  return row;
}

async function measureRules(
  { manager, now }: Work,
  ownerId: string | null | undefined,
  { competitorId, customerId }: About,
): Promise<Rules<Countermeasure>> {
  const teams = await teamsOfStaff(manager, [ownerId]);
  const today = companyDate(now);
  return {
    derive: (measure) => {
      const about = {
        ...(competitorId !== undefined && { competitorId }),
        ...(customerId !== undefined && { customerId }),
      };
      const status = measure.status ?? 'PLANNED';
      const team = ownerId && teams.has(ownerId) ? { teamId: teams.get(ownerId) } : {};
      return { ...about, ...team, ...derivedOf({ ...measure, ...about, status }, today) };
    },
  };
}
