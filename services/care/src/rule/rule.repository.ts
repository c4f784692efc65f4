import { companyDate, compileCriteria } from '@crm/kit/record/criteria';
import { AppError, type FieldProblem } from '@crm/kit/errors';
import { and, or, raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import type { EntityManager } from 'typeorm';
import { PulseEntity } from '../pulse/pulse.fields.ts';
import { AlertRuleEntity, type AlertRule } from './rule.fields.ts';
import { clockOf, daysBefore, type Clock, type Thresholds } from './rule.ts';

export type Terms = Thresholds & Pick<AlertRule, 'criteria'>;

type At = { readonly alias: string; readonly now: Date };

/** What has to be true of a customer, as a condition on its row `alias` of customerPulse. */
export function conditionSql(rule: Terms, { alias, now }: At): Sql {
  const clock = clockOf(rule);
  return and([
    raw(`${alias}.deletedAt IS NULL AND ${alias}.createdAt IS NOT NULL`),
    compileCriteria(
      {
        entity: PulseEntity,
        alias,
        now,
        customFields: new Map(),
        mayRead: () => true,
        readable: () => raw('TRUE'),
      },
      rule.criteria ?? {},
    ),
    ...(clock === null ? [] : [overdueSql(rule, clock, { alias, now })]),
  ]);
}

/** The days of a customer's level are over, in calendar days of the company. */
function overdueSql(
  { thresholdDays, levelThresholds }: Terms,
  clock: Clock,
  { alias, now }: At,
): Sql {
  const today = companyDate(now);
  const level = raw(`${alias}.level`);
  const isBefore = (days: number): Sql =>
    sql`${raw(`${alias}.${clock}`)} <= ${daysBefore(today, days)}`;
  const special = levelThresholds ?? [];
  const others =
    special.length === 0
      ? raw('TRUE')
      : sql`(${level} IS NULL OR ${level} NOT IN (${special.map((each) => each.level)}))`;
  return or([
    ...special.map((each) => sql`(${level} = ${each.level} AND ${isBefore(each.days)})`),
    ...(thresholdDays === null ? [] : [and([others, isBefore(thresholdDays)])]),
  ]);
}

/** What makes a rule's criteria no condition on customers. */
export function criteriaProblems(rule: Terms, now: Date): FieldProblem[] {
  try {
    conditionSql(rule, { alias: 'p', now });
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ path: 'criteria', message: error.message }];
  }
}

export const findActiveRules = (manager: EntityManager): Promise<AlertRule[]> =>
  selectRows(manager, AlertRuleEntity, sql`WHERE t.active = 1 AND t.deletedAt IS NULL`);
