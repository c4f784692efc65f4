import type { SubjectType } from '../indicator/indicator.ts';
import type { Outcome } from '../score/override.ts';

/** A subject before, by the model in force, and after, by the draft. */
export type Simulated = {
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly before: Outcome | null;
  readonly after: Outcome;
};

/** How many go from one grade to another, or keep it; null is no grade. */
export type GradeChange = {
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
};

/** The results of a draft beside those in force, of however many subjects. */
export type Comparison = {
  readonly count: number;
  /** Of those, who have a result in force. */
  readonly comparedCount: number;
  readonly gradeChanges: readonly GradeChange[];
  /** How many score in each tenth of the scale; a full score is in the last. */
  readonly deciles: { readonly before: readonly number[]; readonly after: readonly number[] };
};

export type Comparing = {
  readonly add: (simulated: Simulated) => void;
  readonly result: () => Comparison;
};

const tenths = 10;

/** Counts one subject after the other, and keeps none of them. */
export function startComparison(scale: number): Comparing {
  const changes = new Map<string, { from: string | null; to: string | null; count: number }>();
  const before = Array.from({ length: tenths }, () => 0);
  const after = Array.from({ length: tenths }, () => 0);
  let count = 0;
  let comparedCount = 0;
  const countTenth = (counts: number[], score: string | null): void => {
    if (score === null) return;
    const at = Math.min(tenths - 1, Math.floor((Number(score) * tenths) / scale));
    counts[at] = (counts[at] ?? 0) + 1;
  };
  return {
    add: (simulated) => {
      const [from, to] = [simulated.before?.grade ?? null, simulated.after.grade];
      const key = JSON.stringify([from, to]);
      const change = changes.get(key) ?? { from, to, count: 0 };
      change.count += 1;
      changes.set(key, change);
      countTenth(before, simulated.before?.score ?? null);
      countTenth(after, simulated.after.score);
      count += 1;
      if (simulated.before) comparedCount += 1;
    },
    result: () => ({
      count,
      comparedCount,
      gradeChanges: [...changes.values()].toSorted((a, b) => b.count - a.count),
      deciles: { before, after },
    }),
  };
}

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
export const gradeShifts = (
  codes: readonly string[],
  { gradeChanges }: Comparison,
): readonly GradeShift[] =>
  [...codes, null].map((grade) => ({
    grade,
    before: sumOf(gradeChanges.filter(({ from }) => from === grade)),
    after: sumOf(gradeChanges.filter(({ to }) => to === grade)),
  }));

/** How many have another grade by the draft. */
export const moverCount = ({ gradeChanges }: Comparison): number =>
  sumOf(gradeChanges.filter(({ from, to }) => from !== to));

const sumOf = (changes: readonly GradeChange[]): number =>
  changes.reduce((sum, { count }) => sum + count, 0);

/** How many score in each tenth of the scale, before and after. */
export const decileShifts = (
  { scale }: { readonly scale: number },
  { deciles }: Comparison,
): readonly DecileShift[] =>
  deciles.after.map((after, at) => ({
    from: ((scale * at) / tenths).toFixed(2),
    to: ((scale * (at + 1)) / tenths).toFixed(2),
    before: deciles.before[at] ?? 0,
    after,
  }));

export type Movers = {
  readonly add: (simulated: Simulated) => void;
  readonly result: () => readonly Simulated[];
};

/** Who changes grade, those whose score changes most first; of very many so many. */
export function collectMovers(max: number): Movers {
  let kept: Simulated[] = [];
  const cut = (): Simulated[] =>
    kept
      .toSorted((a, b) => shiftOf(b) - shiftOf(a) || (a.subjectId < b.subjectId ? -1 : 1))
      .slice(0, max);
  return {
    add: (simulated) => {
      if ((simulated.before?.grade ?? null) === simulated.after.grade) return;
      kept.push(simulated);
      if (kept.length >= 2 * max) kept = cut();
    },
    result: cut,
  };
}

const shiftOf = ({ before, after }: Simulated): number =>
  Math.abs(Number(after.score ?? 0) - Number(before?.score ?? 0));
