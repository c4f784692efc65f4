import { addDays } from '@crm/kit/day';
import type { FieldProblem } from '@crm/kit/errors';
import type { Factor, PyramidDefinition } from './pyramid.fields.ts';
import { tierProblems } from './tier.ts';

type Terms = Pick<
  PyramidDefinition,
  'base' | 'code' | 'factor' | 'labels' | 'measures' | 'method' | 'tiers'
>;

const codePattern = /^[a-z]\w{0,63}$/;
const measuresMax = 5;

/** What makes a pyramid none, beside names and criteria that are of nothing. */
export function pyramidProblems(pyramid: Terms): FieldProblem[] {
  const { code, labels, factor, measures, method } = pyramid;
  const checks: readonly (readonly [boolean, string, string])[] = [
    [!codePattern.test(code), 'code', 'takes small letters, digits and underscores, at most 64'],
    [(labels?.zh ?? '').trim() === '', 'labels', 'must not be empty'],
    [measures.length > measuresMax, 'measures', `may be ${measuresMax}`],
    [new Set(measures).size !== measures.length, 'measures', 'names one twice'],
  ];
  return [
    ...checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message })),
    ...factorProblems(factor),
    ...tierProblems({ method, tiers: pyramid.tiers ?? [] }, pyramid.base ?? []),
  ];
}

export const factorProblems = (factor: Factor | null | undefined): FieldProblem[] =>
  namesOf(factor ?? null).length === 1
    ? []
    : [{ path: 'factor', message: 'names one of indicator, model and field' }];

const namesOf = (factor: Factor | null): readonly string[] =>
  Object.values(factor ?? {}).flatMap((name) => name || []);

type Schedule = PyramidDefinition['schedule'];

/** The day by which a snapshot should have been taken last; null when none is due by itself. */
export function dueDay(schedule: Schedule, today: string): string | null {
  switch (schedule) {
    case 'DAILY':
      return today;
    case 'WEEKLY':
      return addDays(today, -daysSinceMonday(today));
    case 'MONTHLY':
      return `${today.slice(0, 7)}-01`;
    case 'MANUAL':
      return null;
  }
}

const daysSinceMonday = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
