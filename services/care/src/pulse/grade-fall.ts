/** What a model gave a customer, before and now. Scores are decimals as text. */
export type GradeChange = {
  readonly oldScore: string | null;
  readonly newScore: string | null;
  readonly oldGrade: string | null;
  readonly newGrade: string | null;
};

/** What several changes come to. */
export const joined = (first: GradeChange, last: GradeChange): GradeChange => ({
  oldScore: first.oldScore,
  oldGrade: first.oldGrade,
  newScore: last.newScore,
  newGrade: last.newGrade,
});

type Graded = { readonly [Key in keyof GradeChange]: string };

/** Whether there was a grade before and is another one now. */
export const isRegraded = (change: GradeChange): change is Graded =>
  change.oldGrade !== change.newGrade && Object.values(change).every((value) => value !== null);

/** Grades are names: which of two is the lower one, their scores say. */
export const hasFallen = ({ oldScore, newScore }: Graded): boolean =>
  Number(newScore) < Number(oldScore);
