import { idFromBytes, idToBytes } from '@crm/kit/id';
import { recordMany } from '@crm/kit/event/outbox';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { StoredModel } from '../model/model.repository.ts';
import { isInForce, outcomeOf, type Outcome, type ScoreOverride } from './override.ts';
import { findActiveOverrides } from './override.repository.ts';
import { findDayBefore } from './day-before.repository.ts';
import { eventsOf } from './score.events.ts';
import type { Input, Result } from './score.ts';

/** The result of one subject. */
export type ScoreRow = { readonly subjectId: string; readonly result: Result };

export type SaveOptions = {
  readonly now: Date;
  /** Why it was computed: EVENT, RUN, OVERRIDE and so on. */
  readonly cause: string;
  /** The last event that the inputs reflect, as whoever computed it names it. */
  readonly inputWatermark: string | null;
  /** When the distributions were made that ranked values were looked up in. */
  readonly rankedAt: Date | null;
  /** Changes of score or grade, or of the grade alone: a run over all would tell a million cents. */
  readonly tell: 'CHANGES' | 'GRADES' | 'NONE';
  /** The staff member who did it. */
  readonly actor?: string | null;
  /** Whether results that come to the same of the same inputs stay as they were written. */
  readonly leavesEqual?: boolean;
};

/** As it lies in the database; scores are texts there. */
type Current = Outcome & {
  readonly subjectId: Uint8Array;
  readonly version: number;
  readonly modelVersion: number;
  readonly coverage: string;
  readonly inputs: readonly Input[];
  readonly overrideId: Uint8Array | null;
};

type Fresh = Outcome & {
  readonly result: Result;
  readonly subjectId: string;
  readonly version: number;
  readonly overrideId: string | null;
  readonly before: Current | null;
  readonly isChanged: boolean;
};

const rowsPerStatement = 2000;

/**
 * Writes results, a few statements for any number of them. What was before goes into the history
 * when the score, the grade, the status or the model's version is another; what was overridden stays
 * so. Gives the number of results that changed.
 */
export async function saveScores(
  manager: EntityManager,
  model: StoredModel,
  { rows, ...options }: SaveOptions & { readonly rows: readonly ScoreRow[] },
): Promise<number> {
  let changed = 0;
  // In one order, so that two that save never wait for each other in a circle.
  const sorted = rows.toSorted((a, b) => (a.subjectId < b.subjectId ? -1 : 1));
  for (let at = 0; at < sorted.length; at += rowsPerStatement) {
    changed += await savePart(manager, model, {
      ...options,
      rows: sorted.slice(at, at + rowsPerStatement),
    });
  }
  return changed;
}

async function savePart(
  manager: EntityManager,
  model: StoredModel,
  { rows, ...options }: SaveOptions & { readonly rows: readonly ScoreRow[] },
): Promise<number> {
  const current = await lockScores(manager, model.modelId, rows);
  const overrides = await findActiveOverrides(manager, model.modelId, rows);
  const fresh = rows.map((row) => freshOf(model, row, { current, overrides, now: options.now }));
  const changed = fresh.filter(({ isChanged }) => isChanged);
  const former = changed.flatMap(({ before }) => before?.subjectId ?? []);
  await keepHistory(manager, { modelId: model.modelId, subjectIds: former, validTo: options.now });
  const written = options.leavesEqual ? fresh.filter((row) => !isEqual(row)) : fresh;
  if (written.length > 0) await writeScores(manager, model, { fresh: written, options });
  await tellChanges(manager, model, { changed, options });
  return changed.length;
}

async function lockScores(
  manager: EntityManager,
  modelId: number,
  rows: readonly Pick<ScoreRow, 'subjectId'>[],
): Promise<ReadonlyMap<string, Current>> {
  const { text, values } = sql`SELECT subjectId, version, modelVersion, status,
      CAST(score AS CHAR) AS score, grade, CAST(coverage AS CHAR) AS coverage, inputs, overrideId
    FROM score WHERE modelId = ${modelId}
      AND subjectId IN (${rows.map(({ subjectId }) => idToBytes(subjectId))}) FOR UPDATE`;
  const found: Current[] = await manager.query(text, [...values]);
  return new Map(found.map((row) => [idFromBytes(row.subjectId), row]));
}

type Beside = {
  readonly current: ReadonlyMap<string, Current>;
  readonly overrides: ReadonlyMap<string, ScoreOverride>;
  readonly now: Date;
};

function freshOf(model: StoredModel, { subjectId, result }: ScoreRow, beside: Beside): Fresh {
  const before = beside.current.get(subjectId) ?? null;
  const override = overrideOf(subjectId, beside);
  const outcome = outcomeOf(model, result, override);
  const own = { ...outcome, result, subjectId, before, overrideId: override && override.id };
  if (before && isSame(before, outcome, model.version)) {
    return { ...own, isChanged: false, version: before.version };
  }
  return { ...own, isChanged: true, version: versionAfter(before, beside.now) };
}

/**
 * One more, and never less than the seconds of the clock: whoever has heard of results that are gone,
 * because they were made anew from nothing, takes the new ones for newer.
 */
const versionAfter = (before: Current | null, now: Date): number =>
  Math.max((before?.version ?? 0) + 1, Math.floor(now.getTime() / 1000));

/** One that has run out is none. */
function overrideOf(subjectId: string, { overrides, now }: Beside): ScoreOverride | null {
  const override = overrides.get(subjectId);
  return override && isInForce(override, now) ? override : null;
}

const isSame = (before: Current, { status, score, grade }: Outcome, version: number): boolean =>
  before.status === status &&
  before.score === score &&
  before.grade === grade &&
  before.modelVersion === version;

/** Whether there is nothing to write: not what it comes to, nor what it is made of, is another. */
const isEqual = ({ before, isChanged, result, overrideId }: Fresh): boolean =>
  !isChanged &&
  before?.coverage === result.coverage &&
  (before.overrideId === null ? null : idFromBytes(before.overrideId)) === overrideId &&
  JSON.stringify(before.inputs) === JSON.stringify(result.inputs);

const columns = `modelId, subjectId, version, modelVersion, status, score, grade, coverage, inputs,
  overrideId, cause, inputWatermark, computedAt, rankedAt, validFrom`;

/** Copies results as they are into the history, before they become others. */
async function keepHistory(
  manager: EntityManager,
  {
    modelId,
    subjectIds,
    validTo,
  }: {
    readonly modelId: number;
    readonly subjectIds: readonly Uint8Array[];
    readonly validTo: Date;
  },
): Promise<void> {
  if (subjectIds.length === 0) return;
  // What was changed twice at one instant never held.
  await manager.query(
    `INSERT INTO scoreHistory (${columns}, validTo)
     SELECT ${columns}, ? FROM score WHERE modelId = ? AND subjectId IN (?) AND validFrom < ?`,
    [validTo, modelId, subjectIds, validTo],
  );
}

/** What is the same in all rows is said once: the values of a million rows are dear to write out. */
async function writeScores(
  manager: EntityManager,
  model: StoredModel,
  { fresh, options }: { readonly fresh: readonly Fresh[]; readonly options: SaveOptions },
): Promise<void> {
  const { cause, inputWatermark, now, rankedAt } = options;
  const same = [model.version, cause, inputWatermark, now, rankedAt, now];
  const values = fresh.map((row) => [
    idToBytes(row.subjectId),
    row.version,
    row.status,
    row.score,
    row.grade,
    row.result.coverage,
    JSON.stringify(row.result.inputs),
    row.overrideId && idToBytes(row.overrideId),
    row.isChanged,
  ]);
  await manager.query(
    `INSERT INTO score (${columns})
     SELECT ?, fresh.subjectId, fresh.version, ?, fresh.status, fresh.score, fresh.grade,
       fresh.coverage, fresh.inputs, fresh.overrideId, ?, ?, ?, ?, ?
     FROM (VALUES ${fresh.map(() => 'ROW(?)').join(', ')}) AS fresh (subjectId, version, status,
       score, grade, coverage, inputs, overrideId, isChanged)
     ON DUPLICATE KEY UPDATE version = fresh.version, modelVersion = ?, status = fresh.status,
       score = fresh.score, grade = fresh.grade, coverage = fresh.coverage, inputs = fresh.inputs,
       overrideId = fresh.overrideId, cause = ?, inputWatermark = ?, computedAt = ?, rankedAt = ?,
       validFrom = IF(fresh.isChanged, ?, score.validFrom)`,
    [model.modelId, ...same, ...values, ...same],
  );
}

const nothing: Outcome = { status: 'INSUFFICIENT_DATA', score: null, grade: null };

type Ended = Pick<SaveOptions, 'cause' | 'now'> & { readonly subjectIds: readonly string[] };

/** Ends results: they held up to now, and stay in the history. Gives how many there were. */
export async function endScores(
  manager: EntityManager,
  model: StoredModel,
  { subjectIds, now, cause }: Ended,
): Promise<number> {
  if (subjectIds.length === 0) return 0;
  const { modelId } = model;
  const sorted = subjectIds.toSorted().map((subjectId) => ({ subjectId }));
  const current = await lockScores(manager, modelId, sorted);
  if (current.size === 0) return 0;
  const ids = [...current.values()].map(({ subjectId }) => subjectId);
  await keepHistory(manager, { modelId, subjectIds: ids, validTo: now });
  await manager.query('DELETE FROM score WHERE modelId = ? AND subjectId IN (?)', [modelId, ids]);
  const events = [...current]
    .filter(([, { score, grade }]) => score !== null || grade !== null)
    .flatMap(([subjectId, before]) => {
      const version = versionAfter(before, now);
      const change = { subjectId, before, dayBefore: null, after: nothing, version };
      return eventsOf(model, change, { cause, actor: null });
    });
  if (events.length > 0) await recordMany(manager, events);
  return current.size;
}

async function tellChanges(
  manager: EntityManager,
  model: StoredModel,
  { changed, options }: { readonly changed: readonly Fresh[]; readonly options: SaveOptions },
): Promise<void> {
  if (options.tell === 'NONE') return;
  const told = changed.filter((after) =>
    options.tell === 'GRADES' ? isRegraded(after) : isRegraded(after) || isRescored(after),
  );
  const { cause, actor = null, now } = options;
  const regraded = told.filter(isRegraded).map(({ subjectId }) => subjectId);
  const former = await findDayBefore(manager, model, { subjectIds: regraded, now });
  const events = told.flatMap((after) => {
    const dayBefore = former.get(after.subjectId) ?? null;
    return eventsOf(model, { ...after, dayBefore, after }, { cause, actor });
  });
  if (events.length > 0) await recordMany(manager, events);
}

const isRegraded = ({ before, grade }: Fresh): boolean => (before?.grade ?? null) !== grade;

const isRescored = ({ before, score }: Fresh): boolean => before?.score !== score;
