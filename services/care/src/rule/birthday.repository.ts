import { birthdaysOn } from '@crm/kit/calendar/falls-on';
import { addDays } from '@crm/kit/day';
import { activeOnSql } from '@crm/kit/record/period';
import { or, raw, sql, type Sql } from '@crm/kit/sql';

type Span = { readonly today: string; readonly days: number };

/**
 * Principals as `b`, at customers of theirs as `a`, who have a birthday within so many days for which
 * there is no task: what comes after FROM.
 */
export function unplannedSql({ today, days }: Span): Sql {
  const last = addDays(today, days);
  return sql`affiliation a JOIN personPulse b ON b.id = a.personId
    WHERE a.deletedAt IS NULL AND ${activeOnSql('a', today)} AND 'PRINCIPAL' MEMBER OF(a.roles)
      AND b.deletedAt IS NULL AND b.status = 'ACTIVE' AND ${birthdaySql({ today, days })}
      AND NOT EXISTS (SELECT 1 FROM careTask t JOIN occasion o ON o.id = t.occasionId
        WHERE t.personId = b.id AND o.kind = 'BIRTHDAY' AND t.deletedAt IS NULL
          AND t.occasionOn BETWEEN ${today} AND ${last})`;
}

const birthdaySql = ({ today, days }: Span): Sql =>
  or(
    Array.from({ length: days + 1 }, (_, at) => addDays(today, at))
      .flatMap(birthdaysOn)
      .map(
        ({ calendar, month, day, leapMonth }) => sql`(b.birthdayMonth = ${month}
          AND b.birthdayDay = ${day} AND b.birthdayCalendar = ${calendar}
          AND ${leapMonth === null ? raw('TRUE') : sql`b.birthdayLeapMonth = ${leapMonth ? 1 : 0}`})`,
      ),
  );

/** Whose birthday it is, beside the customer `p`. */
export const bornSql = (span: Span): Sql =>
  sql`JOIN LATERAL (SELECT b.id AS personId, JSON_OBJECT('calendar', b.birthdayCalendar,
      'month', b.birthdayMonth, 'day', b.birthdayDay, 'leapMonth', b.birthdayLeapMonth) AS birthday
    FROM ${unplannedSql(span)} AND a.customerId = p.id ORDER BY b.id LIMIT 1) born ON TRUE`;
