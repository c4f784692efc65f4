import { nextOccurrence, type CalendarDate } from '@crm/kit/calendar/calendar-date';
import { idFromBytes } from '@crm/kit/id';
import type { Criteria } from '@crm/kit/record/criteria';
import type { FieldProblem } from '@crm/kit/errors';
import type { Evidence } from '../alert/alert.fields.ts';
import { horizonDays } from '../planner/planner.ts';
import type { AlertRule } from './rule.fields.ts';

/** What a rule compares with its thresholds, as columns of customerPulse. */
export type Measure =
  /** Whole days since then are as many as the threshold. */
  | { readonly by: 'daysSince'; readonly column: 'contactClockOn' | 'oldestDueOn' | 'orderClockOn' }
  | { readonly by: 'percent'; readonly column: 'creditUsedPercent' }
  /** A grade fell within so many days. */
  | { readonly by: 'fall' }
  /** A principal has a birthday within so many days, and no care is planned for it. */
  | { readonly by: 'birthday' }
  | { readonly by: 'nothing' };

export const measureOf = ({ kind }: Pick<AlertRule, 'kind'>): Measure => {
  switch (kind) {
    case 'CONTACT_OVERDUE':
      return { by: 'daysSince', column: 'contactClockOn' };
    case 'NO_BUSINESS':
      return { by: 'daysSince', column: 'orderClockOn' };
    case 'RECEIVABLE_OVERDUE':
      return { by: 'daysSince', column: 'oldestDueOn' };
    case 'CREDIT_LIMIT_NEAR':
      return { by: 'percent', column: 'creditUsedPercent' };
    case 'GRADE_FELL':
      return { by: 'fall' };
    case 'BIRTHDAY_UNPLANNED':
      return { by: 'birthday' };
    case 'CUSTOM':
      return { by: 'nothing' };
  }
};

export type Thresholds = Pick<
  AlertRule,
  'kind' | 'levelPercents' | 'levelThresholds' | 'model' | 'thresholdDays' | 'thresholdPercent'
>;

/** A threshold, and the levels that have another. */
export type Limits = {
  readonly usual: number | null;
  readonly byLevel: readonly { readonly level: string; readonly limit: number }[];
};

export const limitsOf = (rule: Thresholds): Limits =>
  measureOf(rule).by === 'percent'
    ? {
        usual: rule.thresholdPercent ?? null,
        byLevel: (rule.levelPercents ?? []).map(({ level, percent: limit }) => ({ level, limit })),
      }
    : {
        usual: rule.thresholdDays ?? null,
        byLevel: (rule.levelThresholds ?? []).map(({ level, days: limit }) => ({ level, limit })),
      };

export function thresholdFor(rule: Thresholds, level: string | null): number | null {
  const { usual, byLevel } = limitsOf(rule);
  return byLevel.find((each) => each.level === level)?.limit ?? usual;
}

/** A customer that a rule has found, and by what. */
export type Match = {
  readonly level: string | null;
  readonly lifecycleStage: string;
  readonly since: string | null;
  readonly creditUsedPercent: number | null;
  readonly model: string | null;
  readonly fromGrade: string | null;
  readonly toGrade: string | null;
  readonly personId: Uint8Array | null;
  readonly birthday: Birthday | null;
};

type Birthday = Pick<CalendarDate, 'calendar' | 'day' | 'month'> & { readonly leapMonth: number };

/** How things stand with a customer that a rule has found. */
export function evidenceOf(rule: Thresholds, match: Match, today: string): Evidence {
  const { level, lifecycleStage, model, fromGrade, toGrade, personId, birthday } = match;
  const since = birthday ? nextBirthday(birthday, today) : match.since;
  const isPercent = measureOf(rule).by === 'percent';
  const threshold = thresholdFor(rule, level);
  return {
    level,
    lifecycleStage,
    since,
    days: since === null ? null : Math.abs(daysBetween(since, today)),
    thresholdDays: isPercent ? null : threshold,
    thresholdPercent: isPercent ? threshold : null,
    model,
    fromGrade,
    toGrade,
    personId: personId && idFromBytes(personId),
  };
}

const nextBirthday = ({ leapMonth, ...birthday }: Birthday, today: string): string =>
  nextOccurrence({ ...birthday, year: null, leapMonth: leapMonth === 1 }, today);

const dayMs = 86_400_000;

/** `YYYY-MM-DD` so many days before another. */
export const daysBefore = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - days * dayMs).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);

const daysMax = 3650;
const percentMax = 1000;
const levelsMax = 50;
const criteriaLengthMax = 16_384;
const labelLengthMax = 200;

/** What is wrong with a rule beside the form of its fields. Criteria are checked by compiling them. */
export const ruleProblems = (
  rule: Thresholds &
    Pick<AlertRule, 'escalateAfterDays' | 'labels' | 'role' | 'route'> & {
      readonly criteria: unknown;
    },
): FieldProblem[] => [
  ...labelProblems(rule.labels),
  ...thresholdProblems(rule),
  ...roleProblems(rule),
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

/** Care for birthdays is not planned further ahead. */
const daysMaxOf = (by: Measure['by']): number => (by === 'birthday' ? horizonDays : daysMax);

function thresholdProblems(rule: Thresholds): FieldProblem[] {
  const { by } = measureOf(rule);
  const wanted = by === 'percent' ? 'thresholdPercent' : 'thresholdDays';
  const most = daysMaxOf(by);
  return [
    ...uselessProblems(rule, by),
    ...(by !== 'nothing' && rule[wanted] === null
      ? [{ path: wanted, message: 'is required' }]
      : []),
    ...dayProblems('thresholdDays', rule.thresholdDays, most),
    ...(rule.levelThresholds ?? []).flatMap(({ days }, at) =>
      dayProblems(`levelThresholds.${at}.days`, days, most),
    ),
    ...levelProblems('levelThresholds', rule.levelThresholds ?? []),
    ...percentProblems('thresholdPercent', rule.thresholdPercent),
    ...(rule.levelPercents ?? []).flatMap(({ percent }, at) =>
      percentProblems(`levelPercents.${at}.percent`, percent),
    ),
    ...levelProblems('levelPercents', rule.levelPercents ?? []),
  ];
}

/** Which fields say something in a rule that compares what. */
const meant: Readonly<Record<Measure['by'], readonly (keyof Thresholds)[]>> = {
  daysSince: ['thresholdDays', 'levelThresholds'],
  percent: ['thresholdPercent', 'levelPercents'],
  fall: ['thresholdDays', 'levelThresholds', 'model'],
  birthday: ['thresholdDays', 'levelThresholds'],
  nothing: [],
};

const optional = [
  'thresholdDays',
  'levelThresholds',
  'thresholdPercent',
  'levelPercents',
  'model',
] as const;

const isGiven = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined;

const uselessProblems = (rule: Thresholds, by: Measure['by']): FieldProblem[] =>
  optional
    .filter((name) => isGiven(rule[name]) && !meant[by].includes(name))
    .map((path) => ({ path, message: `says nothing in a rule of kind ${rule.kind}` }));

const roleProblems = ({ route, role }: Pick<AlertRule, 'role' | 'route'>): FieldProblem[] =>
  (route === 'ROLE') === (role !== null)
    ? []
    : [
        {
          path: 'role',
          message: route === 'ROLE' ? 'is required' : 'says nothing unless the route is ROLE',
        },
      ];

function levelProblems(
  path: string,
  levels: readonly { readonly level: string }[],
): FieldProblem[] {
  const names = levels.map(({ level }) => level);
  if (names.length > levelsMax) {
    return [{ path, message: `may name ${levelsMax} levels` }];
  }
  return new Set(names).size < names.length || names.includes('')
    ? [{ path, message: 'must name each level once' }]
    : [];
}

const dayProblems = (path: string, days: number | null, most = daysMax): FieldProblem[] =>
  days !== null && (days < 1 || days > most)
    ? [{ path, message: `must be 1 to ${most} days` }]
    : [];

const percentProblems = (path: string, percent: number | null): FieldProblem[] =>
  percent !== null && (percent < 1 || percent > percentMax)
    ? [{ path, message: `must be 1 to ${percentMax} percent` }]
    : [];
