import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { activeOnSql } from '@crm/kit/record/period';
import { readingOf, scopeSql, type OwnersRead } from '@crm/kit/record/policy';
import { and, joinSql, or, raw, sql, type Sql } from '@crm/kit/sql';
import { birthdaysOn, type BirthdayKey } from '@crm/kit/calendar/falls-on';
import { minorSql } from '../person/minor.ts';
import { PersonEntity } from '../person/person.fields.ts';
import { birthdayOf } from '../person/person.ts';
import { PersonRelationshipEntity } from '../relationship/relationship.fields.ts';
import type { Celebrant, Place } from './birthday.ts';

/**
 * Whose birthdays are asked for: those whom a member of staff answers for, those at a customer, or
 * those of the viewer and the viewer's teams.
 */
export type Circle = {
  readonly ownerId: string | null;
  readonly customerId: string | null;
  readonly own: OwnersRead | null;
};

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

/** Living people whom the viewer may read; of children those for whom a guardian's consent stands. */
const visible = ({ viewer, app }: RequestContext, alias: string): Sql => {
  const now = app.now();
  const isMinor = raw(minorSql(alias));
  return and([
    raw(`${alias}.deletedAt IS NULL`),
    raw(`${alias}.status <> 'DECEASED'`),
    readingOf(viewer, 'SENSITIVE') === 'read'
      ? sql`(NOT ${isMinor} OR ${raw(alias)}.guardianConsentGivenOn IS NOT NULL)`
      : sql`NOT ${isMinor}`,
    scopeSql(viewer, 'read', { entity: PersonEntity, alias, now }),
  ]);
};

type Days = {
  readonly days: readonly string[];
  /** People of the first day come after this one. */
  readonly after: Place | null;
  readonly limit: number;
};

/**
 * Those of everybody whose birthday falls on days: each day asks a key for few kinds of birthdays, and
 * reads no more people than fit on a page. For so few MySQL would rather read people by their ids.
 */
export function celebrantsOn(
  context: RequestContext,
  { days, after, limit }: Days,
): Promise<Celebrant[]> {
  const branches = days.flatMap((on) =>
    birthdaysOn(on).map(
      (key) => sql`(SELECT t.id AS personId, ${birthdayColumns('t')}, ${on} AS onDay
        FROM person t FORCE INDEX (byBirthday) WHERE ${keySql(key)}
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

/** So many people of a circle, and so many relatives of it, are looked at. */
const circleMax = 5000;

/** The people of a circle as `p`, who are somewhere today; one source for each key that finds some. */
function circleSources({ app }: RequestContext, { ownerId, customerId, own }: Circle): Sql[] {
  const owned = ownerId === null ? raw('TRUE') : sql`p.ownerId = ${idToBytes(ownerId)}`;
  if (customerId !== null) {
    return [
      sql`affiliation a JOIN person p ON p.id = a.personId
        WHERE a.customerId = ${idToBytes(customerId)} AND a.deletedAt IS NULL
          AND ${activeOnSql('a', companyDate(app.now()))} AND ${owned}`,
    ];
  }
  if (own === null) return [sql`person p WHERE ${owned}`];
  return [
    sql`person p WHERE p.ownerId = ${own.staffId === null ? null : idToBytes(own.staffId)}`,
    sql`person p WHERE p.teamId IN (${own.teamIds.map(idToBytes)})`,
  ];
}

/** The people of a circle whose birthday may be on one of these days. */
export async function celebrantsOf(
  context: RequestContext,
  circle: Circle,
  days: readonly string[],
): Promise<Celebrant[]> {
  const sources = circleSources(context, circle).map(
    (source) => sql`(SELECT p.id AS personId, ${birthdayColumns('p')}
      FROM ${source} AND ${maybeOn('p', days)} AND ${visible(context, 'p')}
      LIMIT ${raw(String(circleMax + 1))})`,
  );
  return notTooMany(await read(context, joinSql(sources, ' UNION ')));
}

/** By month and day alone, so that a key is asked for a few ranges. What is too much is left out later. */
function maybeOn(alias: string, days: readonly string[]): Sql {
  const byMonth = new Map<number, Set<number>>();
  for (const { month, day } of days.flatMap((on) => birthdaysOn(on))) {
    byMonth.set(month, (byMonth.get(month) ?? new Set()).add(day));
  }
  return or(
    [...byMonth].map(
      ([month, of]) => sql`(${raw(`${alias}.birthdayMonth`)} = ${month}
        AND ${raw(`${alias}.birthdayDay`)} IN (${[...of]}))`,
    ),
  );
}

function notTooMany(found: Celebrant[]): Celebrant[] {
  if (found.length <= circleMax) return found;
  throw invalid(`There are more than ${circleMax} birthdays: ask for fewer days`);
}

/** The relatives of a circle, and how they are related to it. */
export async function relativesOf(
  context: RequestContext,
  circle: Circle,
  days: readonly string[],
): Promise<Celebrant[]> {
  const { viewer, app } = context;
  const now = app.now();
  const entity = PersonRelationshipEntity;
  const base = circleSources(context, circle).map(
    (source) => sql`(SELECT p.id FROM ${source} AND ${visible(context, 'p')})`,
  );
  return notTooMany(
    await read(
      context,
      sql`SELECT f.id AS personId, ${birthdayColumns('f')}, r.relationshipId FROM (
          SELECT e.otherId, MIN(e.relationshipId) AS relationshipId
          FROM (${joinSql(base, ' UNION ')}) base
            JOIN personEdge e ON e.personId = base.id
            JOIN personRelationship t ON t.id = e.relationshipId
          WHERE e.category = 'FAMILY' AND t.deletedAt IS NULL
            AND ${activeOnSql('e', companyDate(now))}
            AND ${scopeSql(viewer, 'read', { entity, alias: 't', now })}
          GROUP BY e.otherId) r
        JOIN person f ON f.id = r.otherId
        WHERE ${maybeOn('f', days)} AND ${visible(context, 'f')}
        LIMIT ${raw(String(circleMax + 1))}`,
    ),
  );
}
