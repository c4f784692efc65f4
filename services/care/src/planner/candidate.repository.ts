import { nextOccurrence, type CalendarDate } from '@crm/kit/calendar/calendar-date';
import { birthdaysOn } from '@crm/kit/calendar/falls-on';
import { addDays } from '@crm/kit/day';
import { idFromBytes } from '@crm/kit/id';
import { and, joinSql, or, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { occurrencesBetween } from '../occasion/date-rule.ts';
import { audienceSql, type AudienceOf } from '../plan/audience.repository.ts';
import type { PlanOccasion } from '../plan/plan-occasion.ts';

/** Somebody to whom care is due on a day. */
export type Candidate = {
  readonly personId: string;
  /** Whose birthday it is, where it is that of a relative. */
  readonly aboutId: string | null;
  readonly customerId: string | null;
  readonly assigneeId: string | null;
  readonly occasionOn: string;
};

export type Asked = {
  readonly plan: AudienceOf;
  readonly occasion: Pick<PlanOccasion, 'dateRule' | 'kind'>;
  readonly now: Date;
  /** Days of occasions, both included. */
  readonly span: { readonly from: string; readonly to: string };
  /** Which people, as a condition on `p`. */
  readonly only: Sql;
  /** People come in the order of their ids. */
  readonly limit: number;
};

export type Part = {
  readonly candidates: readonly Candidate[];
  /** The last person who was looked at; null at the end. */
  readonly upTo: string | null;
};

type Row = {
  readonly personId: Uint8Array;
  readonly customerId: Uint8Array | null;
  readonly assigneeId: Uint8Array | null;
  readonly aboutId?: Uint8Array | null;
  readonly promotedOn?: string;
  readonly calendar?: CalendarDate['calendar'];
  readonly year?: number | null;
  readonly month?: number;
  readonly day?: number;
  readonly leapMonth?: number | null;
};

type Source = {
  /** Statements whose rows, taken together, hold the people. */
  readonly branches: readonly Sql[];
  /** The days of the span that a row stands for. */
  readonly daysOf: (row: Row) => readonly string[];
};

/** Some of those to whom an occasion comes in a span. */
export async function findCandidates(manager: EntityManager, asked: Asked): Promise<Part> {
  const source = sources[asked.occasion.kind](asked);
  if (source.branches.length === 0) return { candidates: [], upTo: null };
  const { text, values } = sql`SELECT * FROM (${joinSql(source.branches, ' UNION ALL ')}) found
    ORDER BY personId LIMIT ${raw(String(asked.limit))}`;
  const rows: Row[] = await manager.query(text, [...values]);
  const { whole, upTo } = wholePeople(rows, asked.limit);
  const candidates = whole.flatMap((row) =>
    source.daysOf(row).map((occasionOn) => ({
      personId: idFromBytes(row.personId),
      aboutId: row.aboutId ? idFromBytes(row.aboutId) : null,
      customerId: row.customerId && idFromBytes(row.customerId),
      assigneeId: row.assigneeId && idFromBytes(row.assigneeId),
      occasionOn,
    })),
  );
  return { candidates, upTo };
}

/** A full page may end amid the relatives of somebody, who comes with the next one then. */
function wholePeople(
  rows: readonly Row[],
  limit: number,
): { whole: readonly Row[]; upTo: string | null } {
  if (rows.length < limit) return { whole: rows, upTo: null };
  const last = Buffer.from(rows.at(-1)?.personId ?? []);
  const before = rows.filter(({ personId }) => !last.equals(personId));
  const whole = before.length > 0 ? before : rows;
  return { whole, upTo: idFromBytes(whole.at(-1)?.personId ?? last) };
}

const sources: Readonly<Record<PlanOccasion['kind'], (asked: Asked) => Source>> = {
  BIRTHDAY: (asked) => ({
    branches: [
      select(asked, { columns: birthdayColumns('p'), only: birthdaySql('p', asked.span) }),
    ],
    daysOf: birthdayIn(asked.span),
  }),
  FAMILY: (asked) => ({
    branches: ['fromId', 'toId'].map((side) => kinSql(asked, side)),
    daysOf: birthdayIn(asked.span),
  }),
  PROMOTION: (asked) => ({
    branches: [promotionSql(asked)],
    daysOf: ({ promotedOn }) => (promotedOn ? [promotedOn] : []),
  }),
  FESTIVAL: dated,
  EVENT_INVITATION: dated,
  ANNIVERSARY: dated,
  CUSTOM: dated,
};

/** The same days for everybody. */
function dated(asked: Asked): Source {
  const { dateRule } = asked.occasion;
  const days = dateRule === null ? [] : occurrencesBetween(dateRule, asked.span);
  return { branches: days.length === 0 ? [] : [select(asked, {})], daysOf: () => days };
}

type Extra = { readonly columns?: string; readonly joins?: Sql; readonly only?: Sql };

/** Each branch needs no more people than the page does. */
function select(
  { plan, now, only, limit }: Asked,
  { columns, joins = raw(''), only: more = raw('TRUE') }: Extra,
): Sql {
  const extra = columns === undefined ? '' : `, ${columns}`;
  return sql`(SELECT p.id AS personId, c.customerId, COALESCE(c.ownerId, p.ownerId) AS assigneeId${raw(extra)}
    FROM personPulse p ${joins} ${audienceSql(plan, { now, only: and([only, more]) })}
    ORDER BY p.id LIMIT ${raw(String(limit))})`;
}

const birthdayColumns = (alias: string): string =>
  ['Calendar', 'Year', 'Month', 'Day', 'LeapMonth']
    .map((part) => `${alias}.birthday${part} AS ${part.charAt(0).toLowerCase()}${part.slice(1)}`)
    .join(', ');

/** By month and day alone, so that a key is asked for a few ranges. What is too much is left out later. */
function birthdaySql(alias: string, { from, to }: Asked['span']): Sql {
  const byMonth = new Map<number, Set<number>>();
  for (let on = from; on <= to; on = addDays(on, 1)) {
    for (const { month, day } of birthdaysOn(on)) {
      byMonth.set(month, (byMonth.get(month) ?? new Set()).add(day));
    }
  }
  return or(
    [...byMonth].map(
      ([month, days]) => sql`(${raw(`${alias}.birthdayMonth`)} = ${month}
        AND ${raw(`${alias}.birthdayDay`)} IN (${[...days]}))`,
    ),
  );
}

const birthdayIn =
  ({ from, to }: Asked['span']) =>
  ({ calendar, year = null, month, day, leapMonth }: Row): readonly string[] => {
    if (!calendar || !month || !day) return [];
    const birthday = { calendar, year, month, day, leapMonth: leapMonth === 1 };
    const on = nextOccurrence(birthday, from);
    return on <= to ? [on] : [];
  };

/** Relations within families are one row, which each of both may be reached by. */
function kinSql(asked: Asked, side: string): Sql {
  const other = side === 'fromId' ? 'toId' : 'fromId';
  const today = asked.span.from;
  return select(asked, {
    columns: `r.id AS aboutId, ${birthdayColumns('r')}`,
    joins: sql`JOIN kinship k0 ON ${raw(`k0.${side} = p.id`)} AND k0.deletedAt IS NULL
        AND (k0.validTo IS NULL OR k0.validTo >= ${today})
      JOIN personPulse r ON ${raw(`r.id = k0.${other}`)} AND r.deletedAt IS NULL
        AND r.status NOT IN ('DECEASED', 'PLACEHOLDER')`,
    only: birthdaySql('r', asked.span),
  });
}

const promotionSql = (asked: Asked): Sql =>
  select(asked, {
    columns: 'o.promotedOn',
    joins: sql`JOIN promotion o ON o.personId = p.id
      AND o.promotedOn BETWEEN ${asked.span.from} AND ${asked.span.to}`,
  });
