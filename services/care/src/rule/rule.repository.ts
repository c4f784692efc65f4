import { companyDate, compileCriteria } from '@crm/kit/record/criteria';
import { AppError, type FieldProblem } from '@crm/kit/errors';
import { openClasses } from '@crm/kit/record/row-class';
import { and, or, raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import type { EntityManager } from 'typeorm';
import { PulseEntity } from '../pulse/pulse.fields.ts';
import { bornSql, unplannedSql } from './birthday.repository.ts';
import { AlertRuleEntity, type AlertRule } from './rule.fields.ts';
import { daysBefore, limitsOf, measureOf, type Limits, type Thresholds } from './rule.ts';

export type Terms = Thresholds & Pick<AlertRule, 'criteria'>;

type At = { readonly alias: string; readonly now: Date; readonly isKept?: boolean };

/** What has to be true of a customer, as a condition on its row `alias` of customerPulse. */
export const conditionSql = (rule: Terms, { alias, now, isKept = false }: At): Sql =>
  and([
    raw(`${alias}.deletedAt IS NULL AND ${alias}.createdAt IS NOT NULL`),
    compileCriteria(
      {
        entity: PulseEntity,
        alias,
        now,
        customFields: new Map(),
        mayRead: () => true,
        readable: () => raw('TRUE'),
        isKept,
      },
      rule.criteria ?? {},
    ),
    measuredSql(rule, { alias, now }),
  ]);

/** What a rule measures is beyond the threshold of the customer's level, in days of the company. */
function measuredSql(rule: Terms, { alias, now }: At): Sql {
  const measure = measureOf(rule);
  const today = companyDate(now);
  const level = raw(`${alias}.level`);
  const limits = limitsOf(rule);
  switch (measure.by) {
    case 'daysSince':
      return byLevel(
        level,
        limits,
        (days) => sql`${raw(`${alias}.${measure.column}`)} <= ${daysBefore(today, days)}`,
      );
    case 'percent':
      return byLevel(
        level,
        limits,
        (percent) => sql`${raw(`${alias}.${measure.column}`)} >= ${percent}`,
      );
    case 'fall':
      return byLevel(
        level,
        limits,
        (days) =>
          sql`EXISTS (SELECT 1 FROM gradeFall f WHERE ${raw(`f.customerId = ${alias}.id`)}
          AND f.fellOn > ${daysBefore(today, days)} AND ${modelSql(rule)})`,
      );
    case 'birthday':
      return byLevel(
        level,
        limits,
        (days) =>
          sql`${raw(`${alias}.id`)} IN (SELECT a.customerId FROM ${unplannedSql({ today, days })})`,
      );
    case 'nothing':
      return raw('TRUE');
  }
}

/** Without a model, those whose grades everybody may read: the others have rules of their own. */
const modelSql = ({ model }: Pick<Terms, 'model'>): Sql =>
  model === null ? sql`f.class IN (${openClasses})` : sql`f.model = ${model}`;

function byLevel(
  level: Sql,
  { usual, byLevel: special }: Limits,
  isBeyond: (limit: number) => Sql,
): Sql {
  const others =
    special.length === 0
      ? raw('TRUE')
      : sql`(${level} IS NULL OR ${level} NOT IN (${special.map((each) => each.level)}))`;
  return or([
    ...special.map((each) => sql`(${level} = ${each.level} AND ${isBeyond(each.limit)})`),
    ...(usual === null ? [] : [and([others, isBeyond(usual)])]),
  ]);
}

/** The columns of a `Match` and what they need beside customerPulse as `p`. */
export function matchSql(rule: Terms, now: Date): { readonly columns: Sql; readonly joins: Sql } {
  const measure = measureOf(rule);
  switch (measure.by) {
    case 'daysSince':
      return { columns: columns({ since: `p.${measure.column}` }), joins: raw('') };
    case 'percent':
      return { columns: columns({ creditUsedPercent: `p.${measure.column}` }), joins: raw('') };
    case 'nothing':
      return { columns: columns({}), joins: raw('') };
    case 'fall':
      return {
        columns: columns({
          since: 'fall.fellOn',
          model: 'fall.model',
          fromGrade: `IF(${isOpenFall}, fall.fromGrade, NULL)`,
          toGrade: `IF(${isOpenFall}, fall.toGrade, NULL)`,
        }),
        joins: sql`JOIN LATERAL (SELECT f.* FROM gradeFall f WHERE f.customerId = p.id
          AND ${modelSql(rule)} ORDER BY f.fellOn DESC, f.model LIMIT 1) fall ON TRUE`,
      };
    case 'birthday':
      return {
        columns: columns({ personId: 'born.personId', birthday: 'born.birthday' }),
        joins: bornSql({ today: companyDate(now), days: longestOf(limitsOf(rule)) }),
      };
  }
}

const isOpenFall = "fall.class IN ('PUBLIC', 'INTERNAL')";

/** How carefully it is kept that a rule has found a customer, as SQL beside `matchSql`. */
export const classOf = (rule: Terms): string =>
  ({
    daysSince: "'INTERNAL'",
    nothing: "'INTERNAL'",
    percent: "'CONFIDENTIAL'",
    birthday: "'PERSONAL'",
    fall: 'fall.class',
  })[measureOf(rule).by];

const longestOf = ({ usual, byLevel: special }: Limits): number =>
  Math.max(usual ?? 0, ...special.map(({ limit }) => limit));

/** What a rule may have found; the rest is null. */
const found = [
  'since',
  'creditUsedPercent',
  'model',
  'fromGrade',
  'toGrade',
  'personId',
  'birthday',
] as const;

type Found = Partial<Record<(typeof found)[number], string>>;

const columns = (values: Found): Sql =>
  raw(
    [
      'p.level',
      'p.lifecycleStage',
      ...found.map((name) => `${values[name] ?? 'NULL'} AS ${name}`),
    ].join(', '),
  );

/** What makes a rule's criteria no condition on customers. */
export function criteriaProblems(rule: Terms, now: Date): FieldProblem[] {
  try {
    conditionSql(rule, { alias: 'p', now, isKept: true });
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ path: 'criteria', message: error.message }];
  }
}

export const findActiveRules = (manager: EntityManager): Promise<AlertRule[]> =>
  selectRows(manager, AlertRuleEntity, sql`WHERE t.active = 1 AND t.deletedAt IS NULL`);
