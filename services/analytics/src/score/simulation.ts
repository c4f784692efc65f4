import type { SubjectType } from '../indicator/indicator.ts';
import type { Model } from '../model/model.ts';
import type { Outcome } from './override.ts';

/** A subject before, by the model in force, and after, by the draft. */
export type Simulated = {
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly before: Outcome | null;
  readonly after: Outcome;
};

export type GradeShift = {
  readonly grade: string | null;
  readonly before: number;
  readonly after: number;
};
export type DecileShift = {
  readonly from: string;
  readonly to: string;
  readonly before: number;
  readonly after: number;
};

/** How many have each grade before and after; of no grade last. */
export function gradeShifts(
  codes: readonly string[],
  simulated: readonly Simulated[],
): readonly GradeShift[] {
  const counted = (grade: string | null): GradeShift => ({
    grade,
    before: simulated.filter(({ before }) => (before?.grade ?? null) === grade).length,
    after: simulated.filter(({ after }) => after.grade === grade).length,
  });
  return [...codes, null].map(counted);
}

/** How many score in each tenth of the scale; a full score is in the last. */
export function decileShifts(
  { scale }: Pick<Model, 'scale'>,
  simulated: readonly Simulated[],
): readonly DecileShift[] {
  const decile = (outcome: Outcome | null): number =>
    outcome?.score ? Math.min(9, Math.floor((Number(outcome.score) * 10) / scale)) : -1;
  return Array.from({ length: 10 }, (_, at) => ({
    from: ((scale * at) / 10).toFixed(2),
    to: ((scale * (at + 1)) / 10).toFixed(2),
    before: simulated.filter(({ before }) => decile(before) === at).length,
    after: simulated.filter(({ after }) => decile(after) === at).length,
  }));
}

/** Who changes grade, those whose score changes most first. */
export const moversOf = (simulated: readonly Simulated[]): readonly Simulated[] =>
  simulated
    .filter(({ before, after }) => (before?.grade ?? null) !== after.grade)
    .toSorted((a, b) => shiftOf(b) - shiftOf(a) || (a.subjectId < b.subjectId ? -1 : 1));

const shiftOf = ({ before, after }: Simulated): number =>
  Math.abs(Number(after.score ?? 0) - Number(before?.score ?? 0));
