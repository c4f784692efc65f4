import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, type Lease } from '@crm/kit/database/lease';
import { AppError } from '@crm/kit/errors';
import { companyDate } from '@crm/kit/record/criteria';
import { selectRows } from '@crm/kit/record/store';
import { idToBytes } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { mapAhead } from '../ahead.ts';
import { readCatalogue } from '../indicator/indicator.repository.ts';
import { countSubjects, eachSubjectChunk } from '../indicator/subject.repository.ts';
import { findModelsInForce, type StoredModel } from '../model/model.repository.ts';
import { saveScores, type ScoreRow } from '../score/score.repository.ts';
import { endLeft } from './left-subject.repository.ts';
import { findRanking, saveRanking, type Ranking } from './distribution.repository.ts';
import { amongOf, chunkSizeOf, evaluateSubjects, planFor, rank } from './evaluation.repository.ts';
import { hashedOn } from './result-hash.ts';
import { insertRuns } from './run-queue.repository.ts';
import { EvaluationRunEntity, type EvaluationRun } from './run.fields.ts';

/** So many chunks, and others have their turn. */
const chunksAtOnce = 5;
/** While one chunk is evaluated and another written, MySQL reads the next. */
const chunksAhead = 1;

export type Running = { readonly app: App; readonly lease: Lease; readonly chunk?: number };

/** Goes on with the oldest run that has not ended. Tells whether there was one. */
export async function runOn(running: Running): Promise<boolean> {
  const { app } = running;
  const { manager } = app.db;
  const [run] = await selectRows(
    manager,
    EvaluationRunEntity,
    sql`WHERE t.state IN ('QUEUED', 'RUNNING') ORDER BY t.createdAt, t.id LIMIT 1`,
  );
  if (!run) return false;
  const models = await findModelsInForce(manager, { now: app.now() });
  const model = models.find(({ code }) => code === run.model);
  if (model) await evaluateOrEnd(running, run, model);
  else await endRun(running, run, 'The model is retired');
  return true;
}

/** A run that the rules refuse would be refused for ever, and hold up those behind it. */
async function evaluateOrEnd(
  running: Running,
  run: EvaluationRun,
  model: StoredModel,
): Promise<void> {
  try {
    await (run.rankedAt === null ? rankOn : evaluateOn)(running, run, model);
  } catch (error) {
    if (!(error instanceof AppError) || error.extensions.code === 'SERVICE_UNAVAILABLE')
      throw error;
    await endRun(running, run, error.message);
  }
}

/** Nothing of a ranking is kept before it is whole: one that was broken off begins anew. */
async function rankOn(running: Running, run: EvaluationRun, model: StoredModel): Promise<void> {
  const { app, chunk = chunkSizeOf(model) } = running;
  const { manager } = app.db;
  const now = app.now();
  const day = { model, today: run.day, now, chunk };
  const ranking = await rank(manager, await readCatalogue(manager), day);
  const { subjectType, population } = model;
  const total = await countSubjects(manager, { subjectType, population, now });
  await inRun(running, run, async (fenced) => {
    await saveRanking(fenced, model.modelId, ranking);
    await fenced.query(
      `UPDATE evaluationRun SET state = 'RUNNING', rankedAt = ?, subjectsTotal = ?,
         startedAt = COALESCE(startedAt, ?), updatedAt = ?, version = version + 1 WHERE id = ?`,
      [now, total, now, now, idToBytes(run.id)],
    );
  });
}

/** Some chunks: while one is written the next is read and evaluated. */
async function evaluateOn(running: Running, run: EvaluationRun, model: StoredModel): Promise<void> {
  const { app, chunk = chunkSizeOf(model) } = running;
  const { manager } = app.db;
  const ranking = await findRanking(manager, model.modelId);
  const evaluating = planFor(await readCatalogue(manager), { model, today: run.day });
  const { subjectType, population } = model;
  const walk = { subjectType, population, now: app.now(), after: run.cursorId };
  let writing: Promise<boolean> = Promise.resolve(true);
  let chunks = 0;
  let resultHash = run.resultHash;
  const parts = eachSubjectChunk(manager, walk, chunk);
  const read = (subjectIds: readonly string[]): Promise<ScoreRow[]> =>
    evaluateSubjects(manager, evaluating, {
      subjectIds,
      among: amongOf(model, subjectIds),
      ranking,
    });
  for await (const rows of mapAhead(parts, read, chunksAhead)) {
    if (!(await writing)) return;
    resultHash = hashedOn(resultHash, model, rows);
    writing = writeChunk(running, run, { model, rows, ranking, resultHash });
    chunks += 1;
    if (chunks === chunksAtOnce) break;
  }
  const isOn = await writing;
  if (!isOn || chunks === chunksAtOnce) return;
  if (await endAllLeft(running, run, model)) await endRun(running, run, null);
}

/** Ends the scores of whom the model is not for any more. Tells whether the run goes on. */
async function endAllLeft(
  running: Running,
  run: EvaluationRun,
  model: StoredModel,
): Promise<boolean> {
  for (;;) {
    let hasMore = false;
    const isOn = await inRun(running, run, async (manager) => {
      hasMore = await endLeft(manager, model, { now: running.app.now() });
    });
    if (!isOn || !hasMore) return isOn;
  }
}

type Chunk = {
  readonly model: StoredModel;
  readonly rows: readonly ScoreRow[];
  readonly ranking: Ranking;
  readonly resultHash: string;
};

/** Results and how far the run is, together. Tells whether the run goes on. */
const writeChunk = (
  running: Running,
  run: EvaluationRun,
  { model, rows, ranking, resultHash }: Chunk,
): Promise<boolean> =>
  inRun(running, run, async (manager) => {
    const now = running.app.now();
    const changed = await saveScores(manager, model, {
      rows,
      now,
      cause: 'RUN',
      inputWatermark: null,
      rankedAt: ranking.rankedAt,
      tell: 'GRADES',
      // All of them are as of the run, which says so once.
      leavesEqual: true,
    });
    await manager.query(
      `UPDATE evaluationRun SET cursorId = ?, subjectsDone = subjectsDone + ?,
         resultsChanged = resultsChanged + ?, resultHash = ?, updatedAt = ?, version = version + 1
       WHERE id = ?`,
      [
        idToBytes(rows.at(-1)?.subjectId ?? run.id),
        rows.length,
        changed,
        resultHash,
        now,
        idToBytes(run.id),
      ],
    );
  });

const endRun = (
  running: Running,
  { id, ...run }: EvaluationRun,
  failure: string | null,
): Promise<boolean> =>
  inRun(running, { id, ...run }, async (manager) => {
    const now = running.app.now();
    await manager.query(
      `UPDATE evaluationRun SET state = ?, failure = ?, finishedAt = ?, updatedAt = ?,
         version = version + 1 WHERE id = ?`,
      [failure === null ? 'DONE' : 'FAILED', failure, now, now, idToBytes(id)],
    );
    if (failure === null) await noteEvaluated(manager, run);
  });

/** Whoever has a result of the model has it as of then, whenever it came to be what it is. */
const noteEvaluated = (
  manager: EntityManager,
  { model, startedAt, rankedAt }: Omit<EvaluationRun, 'id'>,
): Promise<unknown> =>
  manager.query('UPDATE evaluationModel SET evaluatedAt = ?, rankedAt = ? WHERE code = ?', [
    startedAt,
    rankedAt,
    model,
  ]);

/** A part of a run, unless it was cancelled or another process goes on with it. */
const inRun = (
  { app, lease }: Running,
  { id }: EvaluationRun,
  work: (manager: EntityManager) => Promise<void>,
): Promise<boolean> =>
  transact(app.db, async (manager) => {
    await assertLease(manager, lease);
    const [found] = await selectRows(
      manager,
      EvaluationRunEntity,
      sql`WHERE t.id = ${idToBytes(id)} AND t.state IN ('QUEUED', 'RUNNING') FOR UPDATE`,
    );
    if (!found) return false;
    await work(manager);
    return true;
  });

/** The runs of the day, one for each model, once. Gives their number. */
export async function scheduleRuns({ app, lease }: Running): Promise<number> {
  const now = app.now();
  const day = companyDate(now);
  const models = await findModelsInForce(app.db.manager, { now });
  return transact(app.db, async (manager) => {
    await assertLease(manager, lease);
    const rows: { model: string }[] = await manager.query(
      "SELECT model FROM evaluationRun WHERE day = ? AND cause = 'SCHEDULE'",
      [day],
    );
    const known = new Set(rows.map(({ model }) => model));
    const missing = models.filter(({ code }) => !known.has(code));
    await insertRuns(
      manager,
      missing.map(({ code }) => ({ model: code, cause: 'SCHEDULE' })),
      now,
    );
    return missing.length;
  });
}
