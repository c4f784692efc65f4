import type { RequestContext } from '@crm/kit/context';
import { idToBytes, isId } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, removeRecord, type Rules } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import { periodOf, requireDay, type Measure, type PeriodKind } from './performance.ts';
import { TargetEntity, type PerformanceTarget } from './target.fields.ts';
import { inCents, targetProblems } from './target.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type SaveInput = Repeatable & {
  readonly staffId?: string | null;
  readonly teamId?: string | null;
  readonly measure: Measure;
  readonly period: PeriodKind;
  /** Any day of the period. */
  readonly startsOn: string;
  readonly value: string;
};

const memory = rowMemory(TargetEntity);

const rules: Rules<PerformanceTarget> = {
  derive: ({ value }) => ({ value: inCents(value) }),
  check: targetProblems,
};

/** Sets a target, known by whose it is, its measure and its period. */
export const saveTarget = (context: RequestContext, input: SaveInput): Promise<PerformanceTarget> =>
  runCommand(context, { name: 'saveTarget', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'targets');
    const { clientMutationId: _, ...given } = input;
    const startsOn = periodOf(input.period, requireDay(input.startsOn)).from;
    const values = { ...given, startsOn };
    const known = await findTarget(work, values);
    if (!known) return createRecord(work, TargetEntity, { input: values, rules });
    const order = { id: known.id, expectedVersion: null, input: { value: input.value }, rules };
    return (await changeRecord(work, TargetEntity, order)).after;
  });

async function findTarget(
  { manager }: Work,
  { staffId, teamId, measure, period, startsOn }: SaveInput,
): Promise<PerformanceTarget | undefined> {
  const owner = [
    ['staffId', staffId],
    ['teamId', teamId],
  ].find(([, id]) => typeof id === 'string' && isId(id));
  if (!owner) return undefined;
  const [column, id] = owner;
  const [known] = await selectRows(
    manager,
    TargetEntity,
    sql`WHERE ${raw(`t.${column ?? ''}`)} = ${idToBytes(id ?? '')} AND t.measure = ${measure}
      AND t.period = ${period} AND t.startsOn = ${startsOn} AND t.deletedAt IS NULL FOR UPDATE`,
  );
  return known;
}

type RemoveInput = Repeatable & { readonly id: string; readonly expectedVersion?: number | null };

export const removeTarget = (
  context: RequestContext,
  input: RemoveInput,
): Promise<PerformanceTarget> =>
  runCommand(context, { name: 'removeTarget', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'targets');
    const { id, expectedVersion = null } = input;
    return removeRecord(work, TargetEntity, { id, expectedVersion });
  });
