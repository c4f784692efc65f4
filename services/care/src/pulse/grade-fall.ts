/** What a model gave a customer, before, a day before and now. Scores are decimals as text. */
export type GradeChange = {
  readonly oldGrade: string | null;
  readonly newScore: string | null;
  readonly newGrade: string | null;
  /** By the same version of the model. */
  readonly dayBefore?: { readonly score: string; readonly grade: string } | null | undefined;
};

export type Regraded = GradeChange & { readonly newScore: string; readonly newGrade: string };

/** Whether it has another grade now. */
export const isRegraded = (change: GradeChange): change is Regraded =>
  change.oldGrade !== change.newGrade && change.newGrade !== null && change.newScore !== null;

/**
 * Whether the grade is lower than that of the day before: what moves while data is loaded, or by
 * another scale, is no fall. Grades are names: which of two is the lower one, their scores say.
 */
export const hasFallen = ({ dayBefore, newScore, newGrade }: Regraded): boolean =>
  Boolean(dayBefore) &&
  dayBefore?.grade !== newGrade &&
  Number(newScore) < Number(dayBefore?.score);
