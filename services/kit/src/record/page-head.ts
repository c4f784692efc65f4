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

/**
 * How many rows are looked at for each of the page, at first and then: filters leave one in so many.
 * Those of whoever reaches some rows alone are found as soon by themselves.
 */
const looksPerRow = { all: [20, 200], some: [20] } as const;

/**
 * A whole page from the first rows of the table that it is sorted by, or null when there is none:
 * MySQL would read all records and sort them, or, told to go along that table, all of it for the few
 * that a filter leaves.
 */
export async function readAtHead<Row extends Stamps>(
  { app, viewer }: RequestContext,
  asked: Asked<Row>,
): Promise<Row[] | null> {
  const { entity, cursor, visible, end, size } = asked;
  const reach = scopeOf(viewer, 'read') === 'all' ? 'all' : 'some';
  const head = reach === 'all' ? figuresHead(asked) : (figuresHead(asked) ?? ownHead(asked));
  if (!head) return null;
  const begin = sql`${afterCursor(head.along, cursor)} ORDER BY ${orderSql(head.along)}`;
  for (const looks of looksPerRow[reach]) {
    const first = sql`${begin} LIMIT ${raw(String((size + 1) * looks))}`;
    // What the rows are computed of is read for those of the page alone.
    const ids = sql`SELECT t.id AS idOfPage FROM ${raw(`\`${entity.table}\``)} t ${head.join(first)}
      WHERE ${visible} ${end}`;
    const found = sql`JOIN (${ids}) page ON page.idOfPage = t.id WHERE ${visible} ${end}`;
    const rows = await selectRows(app.db.manager, entity, found);
    if (rows.length > size) return rows;
  }
  return null;
}

type Begin = Pick<Head, 'join'> & {
  /** The order by the columns of the table alone. */
  readonly along: readonly SortKey[];
};

type Sorted<Row extends Stamps> = Pick<Asked<Row>, 'entity' | 'sort'>;

/** The table beside the records; null when it has no key for the order. */
function figuresHead<Row extends Stamps>({
  entity: { head },
  sort: [key, id, ...more],
}: Sorted<Row>): Begin | null {
  if (!head || !key || !id || more.length > 0 || !head.fields.includes(key.name)) return null;
  return { join: head.join, along: [key, { ...id, target: head.id }] };
}

/** The table of the records themselves. */
function ownHead<Row extends Stamps>({ entity, sort }: Sorted<Row>): Begin | null {
  const [key, id, ...more] = sort;
  if (!key || !id || more.length > 0 || !entity.pieced?.includes(key.name)) return null;
  return {
    along: sort,
    join: (part) => sql`JOIN (SELECT t.id AS idAtHead FROM ${raw(`\`${entity.table}\``)} t
      WHERE ${part}) head ON head.idAtHead = t.id ${raw(entity.beside('t'))}`,
  };
}
