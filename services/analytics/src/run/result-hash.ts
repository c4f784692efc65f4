import { createHash } from 'node:crypto';
import type { Model } from '../model/model.ts';
import type { ScoreRow } from '../score/score.repository.ts';

/**
 * The hash of all results so far, in the order of their subjects: each is hashed with the one before
 * it, so that it is the same in whatever parts the run was made.
 */
export function hashedOn(
  before: string | null,
  { code, version }: Pick<Model, 'code' | 'version'>,
  rows: readonly ScoreRow[],
): string {
  let hash = before ?? '';
  for (const { subjectId, result } of rows) {
    const { status, score, grade, coverage, inputs } = result;
    const text = JSON.stringify([code, version, subjectId, status, score, grade, coverage, inputs]);
    hash = createHash('sha256').update(hash).update(text).digest('hex');
  }
  return hash;
}
