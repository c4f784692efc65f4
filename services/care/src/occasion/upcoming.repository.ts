import type { CalendarDate } from '@crm/kit/calendar/calendar-date';
import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { readingOf, scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { PersonPulseEntity } from '../person/person.fields.ts';
import { OccasionEntity, type Occasion } from './occasion.fields.ts';
import type { Life } from './upcoming.ts';

const occasionsMax = 500;

export const findActiveOccasions = (manager: EntityManager): Promise<Occasion[]> =>
  selectRows(
    manager,
    OccasionEntity,
    sql`WHERE t.active = 1 AND t.deletedAt IS NULL ORDER BY t.code LIMIT ${occasionsMax}`,
  );

type Row = {
  readonly ofId: Uint8Array;
  readonly id: Uint8Array;
  readonly calendar: CalendarDate['calendar'];
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
  readonly leapMonth: number | null;
};

/** Birthdays of people and of those in their families, where the viewer may read each, in one statement. */
export async function findLives(
  { app, viewer }: RequestContext,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, Life>> {
  if (readingOf(viewer, 'PERSONAL') !== 'read') return new Map();
  const now = app.now();
  const ids = personIds.map(idToBytes);
  const scope = scopeSql(viewer, 'read', { entity: PersonPulseEntity, alias: 'p', now });
  const today = companyDate(now);
  const { text, values } = sql`SELECT whose.ofId, p.id, p.birthdayCalendar AS calendar,
      p.birthdayYear AS year, p.birthdayMonth AS month, p.birthdayDay AS day,
      p.birthdayLeapMonth AS leapMonth
    FROM (SELECT id AS ofId, id FROM personPulse WHERE id IN (${ids})
      UNION SELECT fromId, toId FROM kinship WHERE fromId IN (${ids}) AND ${validOn(today)}
      UNION SELECT toId, fromId FROM kinship WHERE toId IN (${ids}) AND ${validOn(today)}) whose
    JOIN personPulse p ON p.id = whose.id
    WHERE p.birthdayCalendar IS NOT NULL AND p.birthdayMonth IS NOT NULL
      AND p.birthdayDay IS NOT NULL AND p.deletedAt IS NULL
      AND ${raw("p.status NOT IN ('DECEASED', 'PLACEHOLDER')")} AND ${scope}
    ORDER BY p.id`;
  const rows: Row[] = await app.db.manager.query(text, [...values]);
  const lives = new Map<string, Life>();
  for (const row of rows) {
    const of = idFromBytes(row.ofId);
    lives.set(of, withRow(lives.get(of) ?? { birthday: null, family: [] }, row));
  }
  return lives;
}

const validOn = (day: string) => sql`deletedAt IS NULL AND (validTo IS NULL OR validTo >= ${day})`;

function withRow(life: Life, { ofId, id, leapMonth, ...row }: Row): Life {
  const { calendar, year, month, day } = row;
  const birthday = { calendar, year, month, day, leapMonth: leapMonth === 1 };
  return Buffer.from(ofId).equals(id)
    ? { ...life, birthday }
    : { ...life, family: [...life.family, { id: idFromBytes(id), birthday }] };
}
