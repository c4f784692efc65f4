import type { RequestContext } from '../context.ts';
import type { Entity, Head, Stamps } from './entity.ts';
import { scopeOf } from './policy.ts';
import { afterCursor, orderSql, type SortKey } from './sort.ts';
import { selectRows } from './store.ts';
import { raw, sql, type Sql } from '../sql.ts';

type Asked<Row extends Stamps> = {
  readonly entity: Entity<Row>;
  readonly sort: readonly SortKey[];
  readonly cursor: string | null;
  readonly visible: Sql;
  readonly end: Sql;
  readonly size: number;
};

/** How many rows are looked at for each of the page, at first and then: filters leave one in so many. */
const looksPerRow = [20, 200];

/**
 * A whole page from the first rows of the table that it is sorted by, or null when there is none:
 * MySQL would read all records and sort them, or, told to go along that table, all of it for the few
 * that a filter leaves.
 */
export async function readAtHead<Row extends Stamps>(
  { app, viewer }: RequestContext,
  { entity, sort, cursor, visible, end, size }: Asked<Row>,
): Promise<Row[] | null> {
  const { head } = entity;
  const along = head && keysAlong(head, sort);
  if (!along || scopeOf(viewer, 'read') !== 'all') return null;
  const begin = sql`${afterCursor(along, cursor)} ORDER BY ${orderSql(along)}`;
  for (const looks of looksPerRow) {
    const first = sql`${begin} LIMIT ${raw(String((size + 1) * looks))}`;
    const rows = await selectRows(
      app.db.manager,
      { ...entity, beside: () => '' },
      sql`${head.join(first)} WHERE ${visible} ${end}`,
    );
    if (rows.length > size) return rows;
  }
  return null;
}

/** The same order by the columns of the table alone; null when it has no key for it. */
function keysAlong(head: Head, [key, id, ...more]: readonly SortKey[]): readonly SortKey[] | null {
  if (!key || !id || more.length > 0 || !head.fields.includes(key.name)) return null;
  return [key, { ...id, target: head.id }];
}
