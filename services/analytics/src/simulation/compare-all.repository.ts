import type { App } from '@crm/kit/context';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { Criteria } from '@crm/kit/record/criteria';
import { otherTurns } from '@crm/kit/turns';
import type { EntityManager } from 'typeorm';
import { mapAhead } from '../ahead.ts';
import { countSubjects, eachSubjectChunk } from '../indicator/subject.repository.ts';
import { checkedCatalogue } from '../model/model-catalogue.queries.ts';
import type { Model } from '../model/model.ts';
import {
  amongOf,
  chunkSizeOf,
  evaluateSubjects,
  planFor,
  rank,
} from '../run/evaluation.repository.ts';
import type { Outcome } from '../score/override.ts';
import type { EvaluationSimulation } from './simulation.fields.ts';
import { collectMovers, startComparison, type Comparison, type Simulated } from './simulation.ts';

/** So many of those who move most can be looked at one by one. */
export const moversMax = 10_000;
/** While one chunk is evaluated, MySQL reads the next. */
const chunksAhead = 2;

type Options = {
  readonly chunk?: number;
  /** Told how many are done; ends the work when it says so. */
  readonly note: (done: number, total: number) => Promise<boolean>;
};

type Compared = { readonly comparison: Comparison; readonly movers: readonly Simulated[] };

/** Evaluates everybody by a draft, with ranks of its own. Null when it was ended before. */
export async function compareAll(
  { db: { manager }, now: clock }: Pick<App, 'db' | 'now'>,
  { day, ...simulation }: EvaluationSimulation,
  { chunk: asked, note }: Options,
): Promise<Compared | null> {
  const model = modelOf(simulation);
  const chunk = asked ?? chunkSizeOf(model);
  const { subjectType, population } = model;
  const now = clock();
  const catalogue = await checkedCatalogue({ manager, now }, model);
  const total = await countSubjects(manager, { subjectType, population, now });
  if (!(await note(0, total))) return null;
  const ranking = await rank(manager, catalogue, { model, today: day, now, chunk });
  const evaluating = planFor(catalogue, { model, today: day });
  const modelId = await modelIdOf(manager, model.code);
  const comparing = startComparison(model.scale);
  const moving = collectMovers(moversMax);
  const chunks = eachSubjectChunk(manager, { subjectType, population, now }, chunk);
  const read = async (subjectIds: readonly string[]) => {
    const among = amongOf(model, subjectIds);
    const [rows, before] = await Promise.all([
      evaluateSubjects(manager, evaluating, { subjectIds, among, ranking }),
      outcomesOf(manager, modelId, subjectIds),
    ]);
    return { rows, before };
  };
  let done = 0;
  for await (const { rows, before } of mapAhead(chunks, read, chunksAhead)) {
    for (const { subjectId, result } of rows) {
      const { status, score, grade } = result;
      const after = { status, score, grade };
      const simulated = { subjectType, subjectId, before: before.get(subjectId) ?? null, after };
      comparing.add(simulated);
      moving.add(simulated);
    }
    done += rows.length;
    if (!(await note(done, total))) return null;
    await otherTurns();
  }
  return { comparison: comparing.result(), movers: moving.result() };
}

/** The draft, for those alone who were asked for. */
function modelOf({
  model,
  definition,
  population,
}: Pick<EvaluationSimulation, 'definition' | 'model' | 'population'>): Model {
  if (!definition) throw new Error('A simulation has no draft');
  const both = [definition.population, population].filter((each) => each !== null);
  return { ...definition, code: model, version: 0, population: bothOf(both) };
}

const bothOf = (all: readonly Criteria[]): Criteria | null =>
  all.length > 1 ? { all } : (all[0] ?? null);

async function modelIdOf(manager: EntityManager, code: string): Promise<number | null> {
  const [row]: { id: number }[] = await manager.query(
    'SELECT id FROM evaluationModel WHERE code = ?',
    [code],
  );
  return row?.id ?? null;
}

/** What subjects have by the model in force; they stand in the order of their ids. */
async function outcomesOf(
  manager: EntityManager,
  modelId: number | null,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, Outcome>> {
  const [from, to] = [subjectIds[0], subjectIds.at(-1)];
  if (modelId === null || from === undefined || to === undefined) return new Map();
  const rows: (Outcome & { readonly subjectId: Uint8Array })[] = await manager.query(
    `SELECT subjectId, status, CAST(score AS CHAR) AS score, grade FROM score
     WHERE modelId = ? AND subjectId BETWEEN ? AND ?`,
    [modelId, idToBytes(from), idToBytes(to)],
  );
  return new Map(
    rows.map(({ subjectId, status, score, grade }) => [
      idFromBytes(subjectId),
      { status, score, grade },
    ]),
  );
}
