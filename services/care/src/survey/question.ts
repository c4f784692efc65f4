import type { SurveyQuestion } from './survey.fields.ts';

const npsMax = 10;

/** The values among which a question is answered; none for a text. */
export function choicesOf({ kind, scale, options }: SurveyQuestion): readonly string[] {
  if (kind === 'NPS') return numbers(0, npsMax);
  if (kind === 'RATING') return numbers(1, scale ?? 1);
  return options.map(({ code }) => code);
}

const numbers = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at));
