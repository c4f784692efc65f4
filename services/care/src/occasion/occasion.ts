import type { FieldProblem } from '@crm/kit/errors';
import { dateRuleProblems, occurrencesBetween } from './date-rule.ts';
import type { Occasion } from './occasion.fields.ts';

/** The events that make an occasion in somebody's life. */
const triggers: Partial<Record<Occasion['kind'], string>> = { PROMOTION: 'affiliation.promoted' };

export const triggerOf = ({ kind }: Pick<Occasion, 'kind'>): string | null =>
  triggers[kind] ?? null;

/** The others fall on a day of each person's own. */
const isDated = ({ kind }: Pick<Occasion, 'kind'>): boolean =>
  kind !== 'BIRTHDAY' && kind !== 'FAMILY' && kind !== 'PROMOTION';

const leadDaysMax = 60;
const labelLengthMax = 100;
const codePattern = /^\w{1,64}$/;

export const occasionProblems = (occasion: Occasion): FieldProblem[] => [
  ...(codePattern.test(occasion.code)
    ? []
    : [{ path: 'code', message: 'takes letters, digits and underscores, at most 64' }]),
  ...labelProblems(occasion),
  ...ruleProblems(occasion),
  ...(occasion.leadDays < 0 || occasion.leadDays > leadDaysMax
    ? [{ path: 'leadDays', message: `must be from 0 to ${leadDaysMax}` }]
    : []),
];

const labelProblems = ({ labels }: Occasion): FieldProblem[] =>
  (['zh', 'en'] as const)
    .filter((locale) => {
      const label = labels?.[locale] ?? '';
      return label.trim() === '' || label.length > labelLengthMax;
    })
    .map((locale) => ({
      path: `labels.${locale}`,
      message: `must have 1 to ${labelLengthMax} characters`,
    }));

function ruleProblems(occasion: Occasion): FieldProblem[] {
  if (!isDated(occasion)) {
    const message = `is each person's own for ${occasion.kind}`;
    return occasion.dateRule === null ? [] : [{ path: 'dateRule', message }];
  }
  return occasion.dateRule === null
    ? [{ path: 'dateRule', message: `is required for ${occasion.kind}` }]
    : dateRuleProblems(occasion.dateRule);
}

const yearsAhead = 5;

/** The next days on which it falls; none for what is each person's own. */
export function nextDays(
  { dateRule }: Pick<Occasion, 'dateRule'>,
  { from, first }: { readonly from: string; readonly first: number },
): readonly string[] {
  if (dateRule === null) return [];
  const year = Number(from.slice(0, 4));
  const to = `${year + yearsAhead}-12-31`;
  return occurrencesBetween(dateRule, { from, to }).slice(0, first);
}
