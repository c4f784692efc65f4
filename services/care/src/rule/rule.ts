import type { Criteria } from '@crm/kit/record/criteria';
import type { FieldProblem } from '@crm/kit/errors';
import type { AlertRule, LevelThreshold } from './rule.fields.ts';

/** What a rule's days are counted from; null when it counts none. */
export type Clock = 'contactClockOn' | 'orderClockOn';

export const clockOf = ({ kind }: Pick<AlertRule, 'kind'>): Clock | null => {
  switch (kind) {
    case 'CONTACT_OVERDUE':
      return 'contactClockOn';
    case 'NO_BUSINESS':
      return 'orderClockOn';
    case 'CUSTOM':
      return null;
  }
};

export type Thresholds = Pick<AlertRule, 'kind' | 'levelThresholds' | 'thresholdDays'>;

export const thresholdFor = (
  { levelThresholds, thresholdDays }: Thresholds,
  level: string | null,
): number | null =>
  levelThresholds?.find((each) => each.level === level)?.days ?? thresholdDays ?? null;

const dayMs = 86_400_000;

/** `YYYY-MM-DD` so many days before another. */
export const daysBefore = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - days * dayMs).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);

const daysMax = 3650;
const levelsMax = 50;
const criteriaLengthMax = 16_384;
const labelLengthMax = 200;

/** What is wrong with a rule beside the form of its fields. Criteria are checked by compiling them. */
export const ruleProblems = (
  rule: Thresholds &
    Pick<AlertRule, 'escalateAfterDays' | 'labels'> & { readonly criteria: unknown },
): FieldProblem[] => [
  ...labelProblems(rule.labels),
  ...thresholdProblems(rule),
  ...dayProblems('escalateAfterDays', rule.escalateAfterDays),
  ...treeProblems(rule.criteria),
];

/** Whatever JSON came in, as far as its outermost form is that of a tree of conditions. */
export const isTree = (value: unknown): value is Criteria =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const treeProblems = (criteria: unknown): FieldProblem[] =>
  isTree(criteria ?? {}) && JSON.stringify(criteria ?? {}).length <= criteriaLengthMax
    ? []
    : [
        {
          path: 'criteria',
          message: `must be an object of ${criteriaLengthMax} characters at most`,
        },
      ];

const labelProblems = (labels: AlertRule['labels']): FieldProblem[] =>
  (['zh', 'en'] as const)
    .filter((locale) => {
      const label = labels?.[locale] ?? '';
      return label.trim() === '' || label.length > labelLengthMax;
    })
    .map((locale) => ({
      path: `labels.${locale}`,
      message: `must have 1 to ${labelLengthMax} characters`,
    }));

function thresholdProblems(rule: Thresholds): FieldProblem[] {
  const levels = rule.levelThresholds ?? [];
  if (clockOf(rule) === null) {
    return rule.thresholdDays === null && levels.length === 0
      ? []
      : [{ path: 'thresholdDays', message: 'counts nothing in a CUSTOM rule' }];
  }
  if (rule.thresholdDays === null) return [{ path: 'thresholdDays', message: 'is required' }];
  return [
    ...dayProblems('thresholdDays', rule.thresholdDays),
    ...levels.flatMap(({ days }, at) => dayProblems(`levelThresholds.${at}.days`, days)),
    ...levelProblems(levels),
  ];
}

function levelProblems(levels: readonly LevelThreshold[]): FieldProblem[] {
  const names = levels.map(({ level }) => level);
  if (names.length > levelsMax) {
    return [{ path: 'levelThresholds', message: `may name ${levelsMax} levels` }];
  }
  return new Set(names).size < names.length || names.includes('')
    ? [{ path: 'levelThresholds', message: 'must name each level once' }]
    : [];
}

const dayProblems = (path: string, days: number | null): FieldProblem[] =>
  days !== null && (days < 1 || days > daysMax)
    ? [{ path, message: `must be 1 to ${daysMax} days` }]
    : [];
