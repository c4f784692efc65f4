import type { FieldProblem } from '@crm/kit/errors';
import { unitOf, type Measure } from './performance.ts';
import type { PerformanceTarget } from './target.fields.ts';

type Checked = Pick<PerformanceTarget, 'measure' | 'staffId' | 'teamId' | 'value'>;

export function targetProblems({ staffId, teamId, measure, value }: Checked): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if ((staffId === null) === (teamId === null))
    problems.push({ path: 'staffId', message: 'name either a member of staff or a team' });
  if (Number(value) <= 0)
    problems.push({ path: 'value', message: 'must be above 0; remove a target that is no more' });
  else if (isCount(measure) && !Number.isInteger(Number(value)))
    problems.push({ path: 'value', message: 'must be a whole number for what is counted' });
  return problems;
}

const isCount = (measure: Measure): boolean => unitOf(measure) === null;

/** As it is kept: `5` is the same as `5.00`. */
export function inCents(value: string): string {
  const [whole = '0', part = ''] = value.split('.');
  return `${whole}.${part.padEnd(2, '0')}`;
}
