import { idFromBytes, idToBytes } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { StoredModel } from '../model/model.repository.ts';
import { resultOf, type Input, type Result } from './score.ts';
import { saveScores, type SaveOptions } from './score.repository.ts';

/** A subject that has no data yet. */
const noResult: Result = {
  status: 'INSUFFICIENT_DATA',
  score: null,
  grade: null,
  coverage: '0.0000',
  inputs: [],
};

type Stored = {
  readonly subjectId: Uint8Array;
  readonly inputs: readonly Input[];
  readonly modelVersion: number;
  readonly inputWatermark: string | null;
  readonly rankedAt: Date | null;
};

/**
 * Decides anew what counts for subjects whose override came or went: by the inputs that are stored,
 * and the version that they are of.
 */
export async function refreshOutcomes(
  manager: EntityManager,
  versions: readonly StoredModel[],
  {
    subjectIds,
    ...options
  }: Pick<SaveOptions, 'actor' | 'cause' | 'now'> & { readonly subjectIds: readonly string[] },
): Promise<void> {
  const [newest] = versions.filter(({ publishedAt }) => publishedAt !== null);
  if (!newest) return;
  const { text, values } = sql`SELECT subjectId, inputs, modelVersion, inputWatermark, rankedAt
    FROM score WHERE modelId = ${newest.modelId} AND subjectId IN (${subjectIds.map(idToBytes)}) FOR UPDATE`;
  const rows: Stored[] = await manager.query(text, [...values]);
  const stored = new Map(rows.map((row) => [idFromBytes(row.subjectId), row]));
  for (const subjectId of subjectIds) {
    const { model, result, ...known } = storedResult(versions, newest, stored.get(subjectId));
    await saveScores(manager, model, {
      ...options,
      ...known,
      tell: 'CHANGES',
      rows: [{ subjectId, result }],
    });
  }
}

type Known = Pick<SaveOptions, 'inputWatermark' | 'rankedAt'> & {
  readonly model: StoredModel;
  readonly result: Result;
};

function storedResult(
  versions: readonly StoredModel[],
  newest: StoredModel,
  row: Stored | undefined,
): Known {
  if (!row) return { model: newest, result: noResult, inputWatermark: null, rankedAt: null };
  const { inputs, inputWatermark, rankedAt } = row;
  const model = versions.find(({ version }) => version === row.modelVersion) ?? newest;
  const result = inputs.length > 0 ? resultOf(model, inputs) : noResult;
  return { model, result, inputWatermark, rankedAt };
}
