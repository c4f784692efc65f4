import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { activeOnSql } from '@crm/kit/record/period';
import { readingOf, scopeSql } from '@crm/kit/record/policy';
import { and, joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import { birthdaysOn, type BirthdayKey } from '../calendar/falls-on.ts';
import { minorSql } from '../person/minor.ts';
import { PersonEntity } from '../person/person.fields.ts';
import { birthdayOf } from '../person/person.ts';
import { PersonRelationshipEntity } from '../relationship/relationship.fields.ts';
import type { Celebrant, Place } from './birthday.ts';

/** Whose birthdays are asked for: those whom a member of staff answers for, those at a customer. */
export type Circle = { readonly ownerId: string | null; readonly customerId: string | null };

const birthdayColumns = (alias: string): Sql =>
  raw(
    [
      ...['Calendar', 'Year', 'Month', 'Day', 'LeapMonth'].map(
        (part) => `${alias}.birthday${part} AS ${part.charAt(0).toLowerCase()}${part.slice(1)}`,
      ),
      `${minorSql(alias)} AS isMinor`,
    ].join(', '),
  );

type Row = {
  readonly personId: Uint8Array;
  readonly relationshipId?: Uint8Array | null;
  readonly calendar: 'CHINESE_LUNAR' | 'GREGORIAN';
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
  readonly leapMonth: number | null;
  readonly isMinor: number;
};

function celebrantOf({ personId, relationshipId, leapMonth, isMinor, ...rest }: Row): Celebrant[] {
  const birthday = birthdayOf({
    birthday: { ...rest, leapMonth: leapMonth === null ? null : leapMonth === 1 },
  });
  if (birthday === null) return [];
  return [
    {
      personId: idFromBytes(personId),
      relationshipId: relationshipId ? idFromBytes(relationshipId) : null,
      isMinor: isMinor === 1,
      birthday,
    },
  ];
}

async function read({ app }: RequestContext, { text, values }: Sql): Promise<Celebrant[]> {
  const rows: Row[] = await app.db.manager.query(text, [...values]);
  return rows.flatMap(celebrantOf);
}

/**
 * Living people whom the viewer may read; of children, for whom a guardian has decided when they were
 * recorded, those of whom no guardian has decided otherwise since.
 */
const visible = ({ viewer, app }: RequestContext, alias: string): Sql => {
  const now = app.now();
  const isMinor = raw(minorSql(alias));
  return and([
    raw(`${alias}.deletedAt IS NULL`),
    raw(`${alias}.status <> 'DECEASED'`),
    readingOf(viewer, 'SENSITIVE') === 'read'
      ? sql`(NOT ${isMinor} OR COALESCE((SELECT c.status FROM consent c
          WHERE c.personId = ${raw(alias)}.id AND c.purpose = 'MINOR_DATA' AND c.at <= ${now}
            AND c.deletedAt IS NULL ORDER BY c.at DESC, c.id DESC LIMIT 1), 'GRANTED') = 'GRANTED')`
      : sql`NOT ${isMinor}`,
    scopeSql(viewer, 'read', { entity: PersonEntity, alias, now }),
  ]);
};

type Days = {
  readonly days: readonly string[];
  /** People of the first day come after this one. */
  readonly after: Place | null;
  readonly limit: number;
  readonly ownerId: string | null;
};

/**
 * Those whose birthday falls on days: each day asks a key for few kinds of birthdays, and reads no
 * more people than fit on a page.
 */
export function celebrantsOn(
  context: RequestContext,
  { days, after, limit, ownerId }: Days,
): Promise<Celebrant[]> {
  const isOwned = ownerId === null ? raw('TRUE') : sql`t.ownerId = ${idToBytes(ownerId)}`;
  const branches = days.flatMap((on) =>
    birthdaysOn(on).map(
      (key) => sql`(SELECT t.id AS personId, ${birthdayColumns('t')}, ${on} AS onDay
        FROM person t WHERE ${isOwned} AND ${keySql(key)}
          AND ${after?.on === on ? sql`t.id > ${idToBytes(after.personId)}` : raw('TRUE')}
          AND ${visible(context, 't')} ORDER BY t.id LIMIT ${raw(String(limit))})`,
    ),
  );
  return read(
    context,
    sql`SELECT * FROM (${joinSql(branches, ' UNION ALL ')}) b
      ORDER BY b.onDay, b.personId LIMIT ${raw(String(limit))}`,
  );
}

const keySql = ({ calendar, month, day, leapMonth }: BirthdayKey): Sql =>
  and([
    sql`t.birthdayMonth = ${month} AND t.birthdayDay = ${day} AND t.birthdayCalendar = ${calendar}`,
    leapMonth === null ? raw('TRUE') : sql`COALESCE(t.birthdayLeapMonth, 0) = ${leapMonth ? 1 : 0}`,
  ]);

/** A customer has so many people at most, and people of it so many relatives, that are looked at. */
const circleMax = 5000;

/** The people of a circle as `p`, who are somewhere today. */
const circleSql = ({ app }: RequestContext, { ownerId, customerId }: Circle): Sql => {
  const owned = ownerId === null ? raw('TRUE') : sql`p.ownerId = ${idToBytes(ownerId)}`;
  if (customerId === null) return sql`person p WHERE ${owned}`;
  return sql`affiliation a JOIN person p ON p.id = a.personId
    WHERE a.customerId = ${idToBytes(customerId)} AND a.deletedAt IS NULL
      AND ${activeOnSql('a', companyDate(app.now()))} AND ${owned}`;
};

/** The people at a customer who have a birthday. */
export const celebrantsOf = (context: RequestContext, circle: Circle): Promise<Celebrant[]> =>
  read(
    context,
    sql`SELECT DISTINCT p.id AS personId, ${birthdayColumns('p')}
      FROM ${circleSql(context, circle)} AND p.birthdayMonth IS NOT NULL AND ${visible(context, 'p')}
      LIMIT ${raw(String(circleMax))}`,
  );

/** The relatives of a circle, and how they are related to it. */
export const relativesOf = (context: RequestContext, circle: Circle): Promise<Celebrant[]> => {
  const { viewer, app } = context;
  const now = app.now();
  const entity = PersonRelationshipEntity;
  return read(
    context,
    sql`SELECT f.id AS personId, ${birthdayColumns('f')}, r.relationshipId FROM (
        SELECT e.otherId, MIN(e.relationshipId) AS relationshipId
        FROM (SELECT p.id FROM ${circleSql(context, circle)} AND ${visible(context, 'p')}
            LIMIT ${raw(String(circleMax))}) base
          JOIN personEdge e ON e.personId = base.id
          JOIN personRelationship t ON t.id = e.relationshipId
        WHERE e.category = 'FAMILY' AND t.deletedAt IS NULL
          AND ${activeOnSql('e', companyDate(now))}
          AND ${scopeSql(viewer, 'read', { entity, alias: 't', now })}
        GROUP BY e.otherId LIMIT ${raw(String(circleMax))}) r
      JOIN person f ON f.id = r.otherId
      WHERE f.birthdayMonth IS NOT NULL AND ${visible(context, 'f')}`,
  );
};
