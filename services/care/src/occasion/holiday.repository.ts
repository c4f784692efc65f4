import type { Work } from '@crm/kit/record/command';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Holiday, WorkCalendar } from './holiday.ts';

/** What is announced of a year, by day. */
export async function findHolidays(
  manager: EntityManager,
  year: number,
): Promise<readonly Holiday[]> {
  const { text, values } = sql`SELECT day AS \`on\`, kind, name FROM holiday
    WHERE day BETWEEN ${`${year}-01-01`} AND ${`${year}-12-31`} ORDER BY day`;
  return manager.query(text, [...values]);
}

export async function replaceHolidays(
  { manager }: Pick<Work, 'manager'>,
  year: number,
  days: readonly Holiday[],
): Promise<void> {
  await manager.query('INSERT IGNORE INTO holidayYear (year) VALUES (?)', [year]);
  await manager.query('DELETE FROM holiday WHERE day BETWEEN ? AND ?', [
    `${year}-01-01`,
    `${year}-12-31`,
  ]);
  await manager.query('INSERT INTO holiday (day, kind, name) VALUES ?', [
    days.map(({ on, kind, name }) => [on, kind, name.trim()]),
  ]);
}

/** All that is announced: some forty days a year. */
export async function findWorkCalendar(manager: EntityManager): Promise<WorkCalendar> {
  const days: Pick<Holiday, 'kind' | 'on'>[] = await manager.query(
    'SELECT day AS `on`, kind FROM holiday',
  );
  const years: { year: number }[] = await manager.query('SELECT year FROM holidayYear');
  return {
    days: new Map(days.map(({ on, kind }) => [on, kind])),
    years: new Set(years.map(({ year }) => year)),
  };
}
