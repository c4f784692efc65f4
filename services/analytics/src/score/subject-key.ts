import type { SubjectType } from '../indicator/indicator.ts';

export type SubjectKey = { readonly id: string };

/** The subject, for the field of its own kind; null for those of the others. */
export const subjectKey = (
  wanted: SubjectType,
  subjectType: SubjectType,
  id: string,
): SubjectKey | null => (wanted === subjectType ? { id } : null);
