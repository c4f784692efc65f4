import { createHash } from 'node:crypto';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { NewEvent } from '@crm/kit/event/event';
import { EvaluationChanged, EvaluationFiguresChanged } from '@crm/schemas/events/evaluation';
import type { StoredModel } from '../model/model.repository.ts';
import { isOpen } from '../strictness.ts';
import type { Outcome } from './override.ts';

export type Change = {
  readonly subjectId: string;
  /** Of the result: each change has one more. */
  readonly version: number;
  readonly before: Outcome | null;
  /** What it was a day before. */
  readonly dayBefore: Graded | null;
  readonly after: Outcome;
};

/** A result that has both. */
export type Graded = { readonly score: string; readonly grade: string };

type Told = { readonly cause: string; readonly actor: string | null };

/**
 * What is told of a changed result. Everybody may read that it changed; scores and grades of a model
 * over confidential or personal data are told to services alone.
 */
export function eventsOf(
  model: StoredModel,
  change: Change,
  { cause, actor }: Told,
): readonly NewEvent[] {
  const { subjectId, version, after } = change;
  const before = change.before ?? { score: null, grade: null };
  const about = {
    subjectType: model.subjectType,
    subjectId,
    model: model.code,
    modelVersion: model.version,
  };
  const outcome = {
    oldScore: before.score,
    newScore: after.score,
    oldGrade: before.grade,
    newGrade: after.grade,
  };
  const envelope = {
    aggregateId: evaluationId(model.code, subjectId),
    version,
    customerId: model.subjectType === 'CUSTOMER' ? subjectId : null,
    actor,
    changedFields: (['score', 'grade'] as const).filter((field) => before[field] !== after[field]),
  };
  const { dayBefore } = change;
  const told = isOpen(model.class) ? { outcome, dayBefore } : { outcome: null, dayBefore: null };
  const changed = { ...envelope, type: EvaluationChanged, data: { ...about, cause, ...told } };
  if (isOpen(model.class)) return [changed];
  const figures = { ...about, ...outcome, dayBefore, class: model.class };
  return [changed, { ...envelope, type: EvaluationFiguresChanged, data: figures }];
}

/** Of the results of one subject by one model: always the same (UUID version 8). */
export function evaluationId(model: string, subjectId: string): string {
  const bytes = createHash('sha256').update(model).update(idToBytes(subjectId)).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return idFromBytes(bytes.subarray(0, 16));
}
