import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { pagesBy, parentTable, type PagesBy } from '@crm/kit/record/pages-by';
import { scopeSql } from '@crm/kit/record/policy';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { z } from 'zod';
import { OpportunityCompetitorEntity } from '../opportunity-competitor/opportunity-competitor.fields.ts';
import type { CompetitivePresence } from './presence.ts';

export type PresenceArgs = { readonly first?: number | null; readonly after?: string | null };
export type PresencePages = PagesBy<PresenceArgs, Connection<CompetitivePresence>>;

/** Pages of the competitors met at customers, the last seen first, for many customers in one statement. */
export function presenceOfCustomer(context: RequestContext): PresencePages {
  const counts = pagesBy<object, number>((ids) => countPresence(context, ids));
  return pagesBy((ids, args) => readPresence(context, { ids, counts }, args));
}

type Wanted = { readonly ids: readonly string[]; readonly counts: PagesBy<object, number> };

async function readPresence(
  context: RequestContext,
  { ids, counts }: Wanted,
  args: PresenceArgs,
): Promise<ReadonlyMap<string, Connection<CompetitivePresence>>> {
  const size = pageSize(context, args);
  const after = args.after ? afterSql(args.after) : raw('TRUE');
  const { text, values } = sql`SELECT p.parentId, met.* FROM ${parentTable(ids)} p,
    LATERAL (SELECT t.competitorId, MAX(${seenAt}) AS lastSeenAt, COUNT(*) AS contested,
        SUM(t.opportunityStatus = 'OPEN') AS open, SUM(t.opportunityStatus = 'WON') AS won,
        SUM(t.opportunityStatus = 'LOST') AS lost, JSON_ARRAYAGG(t.productIds) AS products,
        JSON_ARRAYAGG(JSON_ARRAY(t.since, BIN_TO_UUID(t.opportunityId))) AS opportunities
      FROM ${from} WHERE ${visible(context)}
      GROUP BY t.competitorId HAVING ${after}
      ORDER BY lastSeenAt DESC, t.competitorId DESC LIMIT ${raw(String(size + 1))}) met`;
  const rows: Row[] = await context.app.db.manager.query(text, [...values]);
  const found = new Map<string, CompetitivePresence[]>(ids.map((id) => [id, []]));
  for (const row of rows) found.get(idFromBytes(row.parentId))?.push(presenceOf(row));
  return new Map(
    [...found].map(([id, all]) => [
      id,
      connectionOf(all, {
        size,
        isFirst: !args.after,
        totalCount: () => counts.load(id, {}),
      }),
    ]),
  );
}

/** When something was last known of it: it was added, or what it competed for was decided. */
export const seenAt = raw(
  'CAST(GREATEST(t.createdAt, COALESCE(CAST(t.closedOn AS DATETIME) - INTERVAL 8 HOUR, t.createdAt)) AS DATETIME(3))',
);

const from = raw(`opportunityCompetitor t JOIN competitor c
  ON c.id = t.competitorId AND c.deletedAt IS NULL`);

const visible = ({ app, viewer }: RequestContext): Sql =>
  sql`t.customerId = p.parentId AND t.deletedAt IS NULL AND ${scopeSql(viewer, 'read', {
    entity: OpportunityCompetitorEntity,
    alias: 't',
    now: app.now(),
  })}`;

async function countPresence(
  context: RequestContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { text, values } = sql`SELECT p.parentId, met.total FROM ${parentTable(ids)} p,
    LATERAL (SELECT COUNT(DISTINCT t.competitorId) AS total FROM ${from}
      WHERE ${visible(context)}) met`;
  const rows: { parentId: Uint8Array; total: number }[] = await context.app.db.manager.query(text, [
    ...values,
  ]);
  return new Map(rows.map(({ parentId, total }) => [idFromBytes(parentId), total]));
}

type Row = {
  readonly parentId: Uint8Array;
  readonly competitorId: Uint8Array;
  readonly lastSeenAt: Date;
  readonly contested: number;
  readonly open: string;
  readonly won: string;
  readonly lost: string;
  readonly products: readonly (readonly string[])[];
  readonly opportunities: readonly (readonly [since: string, id: string])[];
};

const namedMax = 20;

const presenceOf = (row: Row): CompetitivePresence => ({
  customerId: idFromBytes(row.parentId),
  competitorId: idFromBytes(row.competitorId),
  lastSeenAt: row.lastSeenAt,
  contested: row.contested,
  open: Number(row.open),
  won: Number(row.won),
  lost: Number(row.lost),
  opportunityIds: row.opportunities
    .toSorted(([one], [other]) => (one < other ? 1 : -1))
    .slice(0, namedMax)
    .map(([, id]) => id),
  productIds: [...new Set(row.products.flat())].slice(0, namedMax),
});

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

const cursorOf = ({ lastSeenAt, competitorId }: CompetitivePresence): string =>
  Buffer.from(JSON.stringify([lastSeenAt.toISOString(), competitorId])).toString('base64url');

function afterSql(cursor: string): Sql {
  try {
    const [at, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return sql`(lastSeenAt, t.competitorId) < (${new Date(at)}, ${idToBytes(id)})`;
  } catch {
    throw invalid('The cursor is not one of this list');
  }
}

type Around = {
  readonly size: number;
  readonly isFirst: boolean;
  readonly totalCount: () => Promise<number>;
};

function connectionOf(
  found: readonly CompetitivePresence[],
  { size, isFirst, totalCount }: Around,
): Connection<CompetitivePresence> {
  const nodes = found.slice(0, size);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: !isFirst,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
