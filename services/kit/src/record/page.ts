import type { RequestContext } from '../context.ts';
import { compileCriteria, type Criteria, type CriteriaScope } from './criteria.ts';
import { disclosureOf } from './disclosure.ts';
import type { CustomFields } from './custom-field.ts';
import { readCustomFields, withCustomColumns } from './custom-field-read.ts';
import { decodeRow, type Entity, type Stamps } from './entity.ts';
import { invalid } from '../errors.ts';
import { idFromBytes, idToBytes } from '../id.ts';
import { readAtHead } from './page-head.ts';
import { pagesBy, parentTable, type PagesBy } from './pages-by.ts';
import { readingOf, scopeOf, scopeParts, scopeSql } from './policy.ts';
import { afterCursor, cursorOf, orderSql, readSort, type OrderBy, type SortKey } from './sort.ts';
import { and, joinSql, or, raw, sql, type Sql } from '../sql.ts';
import { selectList, selectRows, tableSql } from './store.ts';

export type PageArgs = {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly where?: Criteria | null;
  readonly orderBy?: readonly OrderBy[] | null;
};

export type Connection<Row> = {
  readonly nodes: readonly Row[];
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  /** Counts only when the client asks for it. */
  readonly totalCount: () => Promise<number>;
};

const sizeDefault = 20;
const sizeMax = { interactive: 100, reporting: 1000 } as const;

/** One page of the records that the viewer may read. Pages go by key, never by offset. */
export const listPage = <Row extends Stamps>(
  context: RequestContext,
  entity: Entity<Row>,
  args: PageArgs,
): Promise<Connection<Row>> => withCustomColumns(context, () => readPage(context, entity, args));

async function readPage<Row extends Stamps>(
  context: RequestContext,
  entity: Entity<Row>,
  args: PageArgs,
): Promise<Connection<Row>> {
  const plan = await planPage(context, entity, args);
  const { manager } = context.app.db;
  const part = partOf(context, entity, plan);
  const rows =
    (await readAtHead(context, { entity, end: endOf(plan), ...plan })) ??
    (await selectRows(manager, entity, part));
  return connectionOf(rows, plan, () =>
    withCustomColumns(context, () => countRows(context, entity, args)),
  );
}

/** How the rows of a page are found. */
function partOf(context: RequestContext, entity: Entity, plan: Plan): Sql {
  if (!entity.isWide && !entity.pieced) return wherePage(plan, plan.visible);
  const ids = isReachedInParts(context, entity) ? idsOfReach(entity, plan) : idsByKey(entity, plan);
  // A row may stand beside several of another table.
  const only = entity.pieced ? sql`WHERE ${plan.visible}` : raw('');
  return sql`JOIN (${ids}) page ON page.idOfPage = t.id ${only} ${endOf(plan)}`;
}

const isReachedInParts = ({ viewer }: RequestContext, { pieced }: Entity): boolean =>
  pieced !== undefined && scopeOf(viewer, 'read') !== 'all';

const wherePage = ({ after, ...plan }: Plan, visible: Sql): Sql =>
  sql`WHERE ${and([visible, after])} ${endOf(plan)}`;

const endOf = ({ order, size }: Pick<Plan, 'order' | 'size'>): Sql =>
  sql`ORDER BY ${order} LIMIT ${raw(String(size + 1))}`;

/**
 * Finds the ids of a page in keys. What the viewer owns, what the team has and what was shared are
 * looked for one by one: no key serves all of them.
 */
const idsByKey = (entity: Entity, { parts, ...plan }: Plan): Sql =>
  // Skipping through a key that begins with other columns reads all of it, whatever the limit is.
  unionOf(parts, (part) => idsSql(entity, 'NO_SKIP_SCAN(t)', wherePage({ parts, ...plan }, part)));

/**
 * The same by what the viewer reaches alone: going along a key that holds the order reads all records,
 * where few of them pass what no key tells.
 */
const idsOfReach = (entity: Entity, { parts, ...plan }: Plan): Sql =>
  unionOf(parts, (part) => idsSql(entity, reachHint, wherePage({ parts, ...plan }, part)));

const reachHint = 'NO_SKIP_SCAN(t) NO_ORDER_INDEX(t)';

const idsSql = (entity: Entity, hint: string, where: Sql): Sql =>
  sql`(SELECT /*+ ${raw(hint)} */ t.id AS idOfPage FROM ${raw(tableSql(entity, 't'))} ${where})`;

const unionOf = (parts: readonly Sql[], idsOf: (part: Sql) => Sql): Sql =>
  joinSql(parts.map(idsOf), ' UNION ');

async function countRows(context: RequestContext, entity: Entity, args: PageArgs): Promise<number> {
  const { visible, parts } = await planPage(context, entity, args);
  const counted = isReachedInParts(context, entity)
    ? sql`(${unionOf(parts, (part) => idsSql(entity, reachHint, sql`WHERE ${part}`))}) t`
    : sql`${raw(tableSql(entity, 't'))} WHERE ${visible}`;
  const { text, values } = sql`SELECT COUNT(*) AS total FROM ${counted}`;
  const [row]: { total: number }[] = await context.app.db.manager.query(text, [...values]);
  return row?.total ?? 0;
}

type Plan = {
  readonly sort: readonly SortKey[];
  readonly order: Sql;
  /** What the viewer may see and asked for, without the cursor. */
  readonly visible: Sql;
  /** The same as conditions of which one is enough. */
  readonly parts: readonly Sql[];
  readonly after: Sql;
  readonly size: number;
  /** The page is read from its end, so the rows come in reverse. */
  readonly isBackward: boolean;
  readonly cursor: string | null;
};

async function planPage(context: RequestContext, entity: Entity, args: PageArgs): Promise<Plan> {
  const isBackward = args.last !== null && args.last !== undefined;
  const cursor = (isBackward ? args.before : args.after) ?? null;
  const scope = await readScope(context, entity, args);
  const where = args.where ?? {};
  const sort = readSort(scope, args.orderBy ?? [], isBackward);
  return {
    sort,
    order: orderSql(sort),
    ...visibleIn(context, scope, where),
    after: afterCursor(sort, cursor),
    size: pageSize(context, args),
    isBackward,
    cursor,
  };
}

/** What filters, sorts and groups of this entity are compiled against, for this viewer. */
export async function readScope(
  context: RequestContext,
  entity: Entity,
  uses: object,
): Promise<CriteriaScope> {
  // The definitions are read only when a custom field is named somewhere in the arguments.
  const customFields: CustomFields = /"(?:\w+\.)?custom(?:Fields"|\.)/.test(JSON.stringify(uses))
    ? await readCustomFields(context)
    : new Map();
  return {
    entity,
    alias: 't',
    now: context.app.now(),
    customFields,
    mayRead: (_, fieldClass) => readingOf(context.viewer, fieldClass) === 'read',
    noteUse: (used, field) => disclosureOf(context).tell(used.name, null, field),
    readable: (related, alias) =>
      scopeSql(context.viewer, 'read', { entity: related, alias, now: context.app.now() }),
  };
}

export const visibleSql = (context: RequestContext, scope: CriteriaScope, where: Criteria): Sql =>
  visibleIn(context, scope, where).visible;

function visibleIn(
  { viewer }: RequestContext,
  scope: CriteriaScope,
  where: Criteria,
): Pick<Plan, 'parts' | 'visible'> {
  const wanted = compileCriteria(scope, where);
  const live = raw(`${scope.alias}.deletedAt IS NULL`);
  const parts = scopeParts(viewer, 'read', scope);
  return {
    visible: and([live, or(parts), wanted]),
    parts: (parts.length > 0 ? parts : [raw('FALSE')]).map((part) => and([live, part, wanted])),
  };
}

export function pageSize({ lane }: RequestContext, args: PageArgs): number {
  refuseMixedEnds(args);
  const size = args.first ?? args.last ?? sizeDefault;
  const max = sizeMax[lane];
  if (size < 0 || size > max) throw invalid(`A page holds 0 to ${max} records`);
  return size;
}

function refuseMixedEnds({ first, last, after, before }: PageArgs): void {
  if (first && last) throw invalid('Ask for first or for last, not for both');
  const isMixed = (first && before) || (last && after);
  if (isMixed) throw invalid('first goes with after, last with before');
}

function connectionOf<Row extends Stamps>(
  found: readonly Row[],
  plan: Plan,
  totalCount: () => Promise<number>,
): Connection<Row> {
  const hasMore = found.length > plan.size;
  const page = found.slice(0, plan.size);
  const nodes = plan.isBackward ? page.toReversed() : page;
  const edges = nodes.map((node) => ({ cursor: cursorOf(plan.sort, node), node }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: plan.isBackward ? plan.cursor !== null : hasMore,
      hasPreviousPage: plan.isBackward ? hasMore : plan.cursor !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}

export type ChildPages<Row> = PagesBy<PageArgs, Connection<Row>>;

/** A table that ties parents to records: each row names one of both. */
export type ChildLink = {
  readonly table: string;
  readonly parentColumn: string;
  /** Names the record. */
  readonly column: string;
  /** Which rows of the table count, over its alias `l`. */
  readonly only?: Sql;
};

/**
 * Pages of the records that belong to a parent, for many parents in one statement:
 * `childPages(context, SalesOrderEntity, 'customerId')`. The parent is named by a column of the
 * record, or by a link when a record has several.
 */
export function childPages<Row extends Stamps>(
  context: RequestContext,
  entity: Entity<Row>,
  parent: string | ChildLink,
): ChildPages<Row> {
  const counts = pagesBy<PageArgs, number>((ids, args) =>
    withCustomColumns(context, () => countChildren({ context, entity, parent }, ids, args)),
  );
  return pagesBy((ids, args) =>
    withCustomColumns(context, () =>
      readChildPages({ context, entity, parent, counts }, ids, args),
    ),
  );
}

type Children<Row extends Stamps> = {
  readonly context: RequestContext;
  readonly entity: Entity<Row>;
  readonly parent: string | ChildLink;
};

/** Where the records are read from, with the column that names their parent. */
const sourceOf = (entity: Entity, parent: string | ChildLink): { from: Sql; column: Sql } =>
  typeof parent === 'string'
    ? { from: raw(tableSql(entity, 't')), column: raw(`t.\`${parent}\``) }
    : {
        from: sql`${raw(
          `\`${parent.table}\` l JOIN \`${entity.table}\` t ON t.id = l.\`${parent.column}\``,
        )} AND ${parent.only ?? raw('TRUE')}`,
        column: raw(`l.\`${parent.parentColumn}\``),
      };

type WithCounts = { readonly counts: PagesBy<PageArgs, number> };

async function readChildPages<Row extends Stamps>(
  { context, entity, parent, counts }: Children<Row> & WithCounts,
  parentIds: readonly string[],
  args: PageArgs,
): Promise<ReadonlyMap<string, Connection<Row>>> {
  const plan = await planPage(context, entity, args);
  const { from, column } = sourceOf(entity, parent);
  const page = sql`SELECT ${raw(selectList(entity, 't'))} FROM ${from} WHERE ${column} = p.parentId AND ${plan.visible} AND ${plan.after} ORDER BY ${plan.order} LIMIT ${raw(String(plan.size + 1))}`;
  const { text, values } =
    sql`SELECT HEX(p.parentId) AS parentOfRow, t.* FROM ${parentTable(parentIds)} p, LATERAL (${page}) t`;
  const rows: Record<string, unknown>[] = await context.app.db.manager.query(text, [...values]);

  const children = new Map<string, Row[]>(parentIds.map((id) => [id, []]));
  for (const row of rows) {
    const parentId = idFromBytes(Buffer.from(String(row['parentOfRow']), 'hex'));
    children.get(parentId)?.push(decodeRow(entity, row));
  }
  return new Map(
    [...children].map(([parentId, found]) => [
      parentId,
      connectionOf(found, plan, () => counts.load(parentId, args)),
    ]),
  );
}

async function countChildren<Row extends Stamps>(
  { context, entity, parent }: Children<Row>,
  parentIds: readonly string[],
  args: PageArgs,
): Promise<ReadonlyMap<string, number>> {
  const plan = await planPage(context, entity, args);
  const { from, column } = sourceOf(entity, parent);
  const { text, values } =
    sql`SELECT ${column} AS parentId, COUNT(*) AS total FROM ${from} WHERE ${column} IN (${parentIds.map(idToBytes)}) AND ${plan.visible} GROUP BY ${column}`;
  const rows: { parentId: Uint8Array; total: number }[] = await context.app.db.manager.query(text, [
    ...values,
  ]);
  const totals = new Map(rows.map((row) => [idFromBytes(row.parentId), row.total]));
  return new Map(parentIds.map((id) => [id, totals.get(id) ?? 0]));
}
