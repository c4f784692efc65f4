import type { Model } from '../model/model.ts';
import { gradeOfScore, type ResultStatus } from './score.ts';

/** What somebody decided against the computed result: a grade, or a score and with it the grade. */
export type ScoreOverride = {
  readonly id: string;
  readonly modelId: number;
  readonly subjectId: string;
  readonly grade: string | null;
  readonly score: string | null;
  readonly reason: string;
  readonly createdAt: Date;
  readonly createdById: string | null;
  /** It holds until withdrawn when null. */
  readonly expiresAt: Date | null;
  readonly endedAt: Date | null;
  readonly endedById: string | null;
};

/** What counts: a result, or what was put in its place. */
export type Outcome = {
  readonly status: ResultStatus | 'OVERRIDDEN';
  readonly score: string | null;
  readonly grade: string | null;
};

type Decision = Pick<ScoreOverride, 'grade' | 'score'>;

export function outcomeOf(model: Model, result: Outcome, decision: Decision | null): Outcome {
  const { status, score, grade } = result;
  if (decision === null) return { status, score, grade };
  return decision.score === null
    ? { status: 'OVERRIDDEN', score, grade: decision.grade }
    : { status: 'OVERRIDDEN', score: decision.score, grade: gradeOfScore(model, decision.score) };
}

export const isInForce = (
  { expiresAt, endedAt }: Pick<ScoreOverride, 'endedAt' | 'expiresAt'>,
  now: Date,
): boolean => endedAt === null && (expiresAt === null || expiresAt > now);
