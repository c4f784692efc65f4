import type { FieldProblem } from '@crm/kit/errors';
import type { Segment } from './segment.fields.ts';

type Terms = Pick<Segment, 'code' | 'criteria' | 'labels' | 'mode'>;

const codePattern = /^[a-z]\w{0,63}$/;

/** What makes a segment none, beside criteria that name no field. */
export function segmentProblems({ code, labels, mode, criteria }: Terms): FieldProblem[] {
  const isEmpty = criteria === null || Object.keys(criteria).length === 0;
  const checks: readonly (readonly [boolean, string, string])[] = [
    [!codePattern.test(code), 'code', 'takes small letters, digits and underscores, at most 64'],
    [(labels?.zh ?? '').trim() === '', 'labels', 'must not be empty'],
    [mode !== 'STATIC' && isEmpty, 'criteria', `must say something, as the mode is ${mode}`],
    [
      mode === 'STATIC' && !isEmpty,
      'criteria',
      'must be left out: a STATIC segment is picked by hand',
    ],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}
