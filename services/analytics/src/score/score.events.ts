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
  readonly after: Outcome;
};

type Told = { readonly cause: string; readonly actor: string | null };

/**
 * What is told of a changed result. Everybody may read that it changed; scores and grades of a model
 * over confidential or personal data are told to services alone.
 */
export function eventsOf(model: StoredModel, change: Change, told: Told): readonly NewEvent[] {
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
    actor: told.actor,
    changedFields: (['score', 'grade'] as const).filter((field) => before[field] !== after[field]),
  };
  const data = { ...about, cause: told.cause, outcome: isOpen(model.class) ? outcome : null };
  const changed = { ...envelope, type: EvaluationChanged, data };
  const figures = { type: EvaluationFiguresChanged, data: { ...about, ...outcome } };
  return isOpen(model.class) ? [changed] : [changed, { ...envelope, ...figures }];
}

/** Of the results of one subject by one model: always the same (UUID version 8). */
export function evaluationId(model: string, subjectId: string): string {
  const bytes = createHash('sha256').update(model).update(idToBytes(subjectId)).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return idFromBytes(bytes.subarray(0, 16));
}
