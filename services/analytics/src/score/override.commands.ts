import type { RequestContext } from '@crm/kit/context';
import { invalid, notFound, type FieldProblem } from '@crm/kit/errors';
import { idToBytes, isId, newId } from '@crm/kit/id';
import { runCommand, type Memory, type Work } from '@crm/kit/record/command';
import { allow, scopeSql } from '@crm/kit/record/policy';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { mayReadScores } from '../model/model-class.ts';
import type { Versions } from '../model/model.queries.ts';
import { findModels, statusOf, type StoredModel } from '../model/model.repository.ts';
import {
  endOverrides,
  findOverrides,
  saveOverride,
  selectOverrides,
} from './override.repository.ts';
import type { ScoreOverride } from './override.ts';
import { refreshOutcomes } from './score-outcome.repository.ts';
import { subjectEntity } from './subject.ts';

type Repeatable = { readonly clientMutationId?: string | null };

export type OverrideInput = Repeatable & {
  readonly model: string;
  readonly subjectId: string;
  readonly grade?: string | null;
  readonly score?: string | null;
  readonly reason: string;
  readonly expiresAt?: Date | null;
};

const memory: Memory<ScoreOverride> = {
  keep: ({ id }) => id,
  recall: async (manager, kept) => {
    const override = (await findOverrides(manager, [String(kept)])).get(String(kept));
    if (!override) throw notFound('ScoreOverride', String(kept));
    return override;
  },
};

/** Puts a grade or a score in the place of the computed one, until it expires or is withdrawn. */
export const overrideScore = (
  context: RequestContext,
  input: OverrideInput,
): Promise<ScoreOverride> =>
  runCommand(context, { name: 'overrideScore', input, memory }, async (work) => {
    const versions = await scoredBy(work, input.model);
    await requireWritable(work, versions[0], input.subjectId);
    refuse(problemsOf(input, versions, work.now));
    const override: ScoreOverride = {
      id: newId(),
      modelId: versions[0].modelId,
      subjectId: input.subjectId,
      grade: input.grade ?? null,
      score: input.score ? Number(input.score).toFixed(2) : null,
      reason: input.reason.trim(),
      createdAt: work.now,
      createdById: work.viewer.staffId,
      expiresAt: input.expiresAt ?? null,
      endedAt: null,
      endedById: null,
    };
    await saveOverride(work.manager, override);
    await refreshOutcomes(work.manager, versions, {
      subjectIds: [input.subjectId],
      now: work.now,
      cause: 'OVERRIDE',
      actor: work.viewer.staffId,
    });
    return override;
  });

type WithdrawInput = Repeatable & { readonly model: string; readonly subjectId: string };

/** The computed result counts again. */
export const withdrawScoreOverride = (
  context: RequestContext,
  input: WithdrawInput,
): Promise<ScoreOverride> =>
  runCommand(context, { name: 'withdrawScoreOverride', input, memory }, async (work) => {
    const versions = await scoredBy(work, input.model);
    await requireWritable(work, versions[0], input.subjectId);
    const [{ modelId }] = versions;
    const which = sql`modelId = ${modelId} AND subjectId = ${idToBytes(input.subjectId)}`;
    const [active] = await selectOverrides(work.manager, sql`isActive = 1 AND ${which}`);
    if (!active) throw notFound('Override of the score of', input.subjectId);
    await endOverrides(work.manager, which, { at: work.now, by: work.viewer.staffId });
    await refreshOutcomes(work.manager, versions, {
      subjectIds: [input.subjectId],
      now: work.now,
      cause: 'WITHDRAWN',
      actor: work.viewer.staffId,
    });
    return memory.recall(work.manager, active.id);
  });

/** The published versions of a model that scores are still made by, the newest first. */
async function scoredBy({ manager, viewer, now }: Work, code: string): Promise<Versions> {
  const found = await findModels(manager, sql`m.code = ${code} AND v.publishedAt IS NOT NULL`);
  const [newest, ...others] = found;
  if (!newest || !mayReadScores(viewer, newest) || statusOf(newest, now) !== 'PUBLISHED') {
    throw notFound('Published model', code.slice(0, 64));
  }
  return [newest, ...others];
}

/** Whoever may change a subject may decide on its score; those of staff are for administrators. */
async function requireWritable(
  { manager, viewer, now }: Work,
  { subjectType }: StoredModel,
  subjectId: string,
): Promise<void> {
  const entity = subjectEntity(subjectType);
  allow(viewer, subjectType === 'STAFF' ? 'manage' : 'write', 'scores');
  const may = scopeSql(viewer, 'write', { entity, alias: 't', now, isShareEnough: false });
  const { text, values } = sql`SELECT 1 FROM ${raw(`\`${entity.table}\``)} t
    WHERE t.id = ${isId(subjectId) ? idToBytes(subjectId) : null} AND t.deletedAt IS NULL AND ${may}`;
  const rows: object[] = await manager.query(text, [...values]);
  if (rows.length === 0) throw notFound(entity.name, subjectId);
}

const reasonMax = 500;

function problemsOf(
  { grade, score, reason, expiresAt }: OverrideInput,
  [{ grades, scale }]: Versions,
  now: Date,
): readonly FieldProblem[] {
  const codes = grades.map(({ code }) => code);
  const length = reason.trim().length;
  const checks: readonly (readonly [boolean, string, string])[] = [
    [Boolean(grade) !== Boolean(score), 'grade', 'give a grade or a score, one of both'],
    [!grade || codes.includes(grade), 'grade', `must be one of ${codes.join(', ')}`],
    [
      !score || (Number(score) >= 0 && Number(score) <= scale),
      'score',
      `must be 0 to ${scale}, the scale of the model`,
    ],
    [length >= 1 && length <= reasonMax, 'reason', `must have 1 to ${reasonMax} characters`],
    [!expiresAt || expiresAt > now, 'expiresAt', 'must lie ahead'],
  ];
  return checks.filter(([holds]) => !holds).map(([, path, message]) => ({ path, message }));
}

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length === 0) return;
  const [first] = problems;
  throw invalid(`The override was refused: ${first?.path ?? ''} ${first?.message ?? ''}`, problems);
}

export const expiredAtOnce = 500;

/** Ends overrides that have run out, and tells what counts now. Gives how many there were. */
export async function endExpiredOverrides(manager: EntityManager, at: Date): Promise<number> {
  const expired = await selectOverrides(
    manager,
    sql`isActive = 1 AND expiresAt <= ${at} ORDER BY expiresAt LIMIT ${raw(String(expiredAtOnce))} FOR UPDATE`,
  );
  for (const modelId of new Set(expired.map((override) => override.modelId))) {
    const mine = expired.filter((override) => override.modelId === modelId);
    const versions = await findModels(
      manager,
      sql`v.modelId = ${modelId} AND v.publishedAt IS NOT NULL`,
    );
    const ids = mine.map(({ id }) => idToBytes(id));
    await endOverrides(manager, sql`id IN (${ids})`, { at, by: null });
    await refreshOutcomes(manager, versions, {
      subjectIds: mine.map(({ subjectId }) => subjectId),
      now: at,
      cause: 'EXPIRED',
    });
  }
  return expired.length;
}
