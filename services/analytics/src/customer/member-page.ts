import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { cursorOfId } from '@crm/kit/record/list-cursor';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { pagesBy, type PagesBy } from '@crm/kit/record/pages-by';
import { scopeOf, scopeParts } from '@crm/kit/record/policy';
import { and, joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import { CustomerEntity } from './customer.fields.ts';

export type MemberArgs = { readonly first?: number | null; readonly after?: string | null };

/** A table of customers, by its alias `m`, which names them in `subjectId`. */
export type Members<Row extends object, Args extends MemberArgs> = {
  readonly table: string;
  /** What is read of each, beside the customer. */
  readonly columns: (parentId: string, args: Args) => Sql;
  /** Which of the table's rows are those of a parent: one a customer, unless there is a `having`. */
  readonly where: (parentId: string, args: Args) => Sql;
  /** Which customers, by the columns of all their rows. */
  readonly having?: (parentId: string, args: Args) => Sql;
  readonly read: (subjectId: string, raw: Readonly<Record<string, unknown>>) => Row;
};

/**
 * Pages of the customers that a table names, those that the viewer may read, in the order of their
 * ids: one statement for any number of parents.
 */
export function memberPages<Row extends object, Args extends MemberArgs>(
  context: RequestContext,
  members: Members<Row, Args>,
): PagesBy<Args, Connection<Row>> {
  const counts = pagesBy<Args, number>((ids, args) =>
    countMembers(context, members, { ids, args }),
  );
  return pagesBy(async (ids, args) => {
    const size = pageSize(context, args);
    const found = await readMembers(context, members, { ids, args, size });
    return new Map(
      ids.map((id) => [
        id,
        connectionOf(found.get(id) ?? [], { args, size, count: () => counts.load(id, args) }),
      ]),
    );
  });
}

/** Those of the viewer's customers, each once: a set of ids, or null for who reads all. */
export function visibleIds({ viewer, app }: RequestContext): Sql | null {
  if (scopeOf(viewer, 'read') === 'all') return null;
  const parts = scopeParts(viewer, 'read', { entity: CustomerEntity, alias: 'v', now: app.now() });
  if (parts.length === 0) return raw('SELECT id FROM customer WHERE FALSE');
  return joinSql(
    parts.map((part) => sql`SELECT v.id FROM customer v WHERE v.deletedAt IS NULL AND ${part}`),
    ' UNION ',
  );
}

/** The rows `m` of live customers. Whoever reads few customers begins with those, and not with the table. */
export function visibleMembers(context: RequestContext, table: string): Sql {
  const visible = visibleIds(context);
  return visible === null
    ? raw(`\`${table}\` m JOIN customer c ON c.id = m.subjectId AND c.deletedAt IS NULL`)
    : sql`(${visible}) seen JOIN ${raw(`\`${table}\` m ON m.subjectId = seen.id`)}`;
}

type Asked<Args> = { readonly ids: readonly string[]; readonly args: Args };
type Found<Row> = { readonly id: string; readonly row: Row };

async function readMembers<Row extends object, Args extends MemberArgs>(
  context: RequestContext,
  members: Members<Row, Args>,
  { ids, args, size }: Asked<Args> & { readonly size: number },
): Promise<ReadonlyMap<string, Found<Row>[]>> {
  const after = args.after ? sql`m.subjectId > ${idToBytes(readCursor(args.after))}` : raw('TRUE');
  const parts = ids.map(
    (
      id,
      at,
    ) => sql`(SELECT ${raw(String(at))} AS parentAt, ${memberSql(context, members, { id, args, after })}
      ORDER BY m.subjectId LIMIT ${raw(String(size + 1))})`,
  );
  const { text, values } = joinSql(parts, ' UNION ALL ');
  type Raw = Readonly<Record<string, unknown>> & { parentAt: number; subjectId: Uint8Array };
  const rows: Raw[] = await context.app.db.manager.query(text, [...values]);
  const found = new Map<string, Found<Row>[]>(ids.map((id) => [id, []]));
  for (const row of rows) {
    const id = idFromBytes(row.subjectId);
    found.get(ids[row.parentAt] ?? '')?.push({ id, row: members.read(id, row) });
  }
  return found;
}

type One<Args> = { readonly id: string; readonly args: Args; readonly after: Sql };

/** What follows SELECT for the customers of one parent. */
function memberSql<Row extends object, Args extends MemberArgs>(
  context: RequestContext,
  { table, columns, where, having }: Members<Row, Args>,
  { id, args, after }: One<Args>,
): Sql {
  const grouped = having ? sql`GROUP BY m.subjectId HAVING ${having(id, args)}` : raw('');
  return sql`m.subjectId, ${columns(id, args)} FROM ${visibleMembers(context, table)}
    WHERE ${and([where(id, args), after])} ${grouped}`;
}

async function countMembers<Row extends object, Args extends MemberArgs>(
  context: RequestContext,
  members: Members<Row, Args>,
  { ids, args }: Asked<Args>,
): Promise<ReadonlyMap<string, number>> {
  const after = raw('TRUE');
  const parts = ids.map(
    (id, at) => sql`SELECT ${raw(String(at))} AS parentAt, COUNT(*) AS total
      FROM (SELECT ${memberSql(context, members, { id, args, after })}) counted`,
  );
  const { text, values } = joinSql(parts, ' UNION ALL ');
  const rows: { parentAt: number; total: number }[] = await context.app.db.manager.query(text, [
    ...values,
  ]);
  return new Map(rows.map(({ parentAt, total }) => [ids[parentAt] ?? '', total]));
}

function readCursor(cursor: string): string {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parsed) && parsed[0] === 'id' && isId(String(parsed[1])))
      return String(parsed[1]);
  } catch {
    // It is none, as one of another list is.
  }
  throw invalid('The cursor is not one of this list');
}

type Page<Args> = {
  readonly args: Args;
  readonly size: number;
  readonly count: () => Promise<number>;
};

function connectionOf<Row extends object, Args extends MemberArgs>(
  found: readonly Found<Row>[],
  { args, size, count }: Page<Args>,
): Connection<Row> {
  const page = found.slice(0, size);
  const edges = page.map(({ id, row }) => ({ cursor: cursorOfId(id), node: row }));
  return {
    nodes: page.map(({ row }) => row),
    edges,
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: Boolean(args.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: count,
  };
}
