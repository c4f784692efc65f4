import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { decodeRow } from '@crm/kit/record/entity';
import { scopeSql } from '@crm/kit/record/policy';
import { selectList } from '@crm/kit/record/store';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { CompetitorActivityEntity } from '../activity/activity.fields.ts';
import { OpportunityCompetitorEntity } from '../opportunity-competitor/opportunity-competitor.fields.ts';
import { seenAt } from '../presence/presence.queries.ts';
import { CompetitorProductEntity, type CompetitorProduct } from '../product/product.fields.ts';
import { figuresSql, statsOf, type StatsRow } from '../stats/stats.queries.ts';
import type { CompetitorMove, LandscapeCompetitor } from './landscape.ts';

export type LandscapeWhere = {
  readonly customerIds?: readonly string[] | null;
  readonly ownerIds?: readonly string[] | null;
  readonly teamIds?: readonly string[] | null;
  readonly industries?: readonly string[] | null;
  readonly levels?: readonly string[] | null;
  readonly lifecycleStages?: readonly string[] | null;
  readonly provinces?: readonly string[] | null;
  readonly channelRoles?: readonly string[] | null;
  readonly segments?: readonly string[] | null;
  readonly from?: string | null;
  readonly to?: string | null;
};

type LandscapeArgs = { readonly where: LandscapeWhere; readonly first?: number | null };

export type MetCompetitor = LandscapeCompetitor & {
  readonly products: () => Promise<readonly CompetitorProduct[]>;
};

export type CompetitiveLandscape = {
  readonly competitors: readonly MetCompetitor[];
  readonly hasMore: boolean;
};

const sizeDefault = 20;
const sizeMax = 100;
const idsMax = 1000;

/**
 * Who competes for the customers of a segment that the viewer may read, the most met first: one
 * statement, and one for the products if they are asked for.
 */
export async function competitiveLandscape(
  context: RequestContext,
  { where, first }: LandscapeArgs,
): Promise<CompetitiveLandscape> {
  const size = first ?? sizeDefault;
  if (size < 1 || size > sizeMax) throw invalid(`Ask for 1 to ${sizeMax} competitors`);
  if ((where.customerIds ?? []).length > idsMax) throw invalid(`Name ${idsMax} customers at most`);
  const found = await readLandscape(context, where, size + 1);
  const shown = found.slice(0, size);
  const products = once(() =>
    readProducts(
      context,
      where,
      shown.map(({ competitorId }) => competitorId),
    ),
  );
  return {
    competitors: shown.map((each) => ({
      ...each,
      products: async () => (await products()).get(each.competitorId) ?? [],
    })),
    hasMore: found.length > size,
  };
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let reading: Promise<Value> | null = null;
  return () => (reading ??= read());
}

type Row = StatsRow & {
  readonly competitorId: Uint8Array;
  readonly customers: number;
  readonly lastSeenAt: Date;
  readonly lastMove: CompetitorMove | null;
};

async function readLandscape(
  context: RequestContext,
  where: LandscapeWhere,
  limit: number,
): Promise<LandscapeCompetitor[]> {
  const { text, values } = sql`WITH contest AS (SELECT t.competitorId, t.customerId,
      t.opportunityStatus, t.standing, t.opportunityAmountCurrency, t.opportunityAmountAmount,
      ${seenAt} AS seenAt FROM ${segmentSource(where)} WHERE ${segmentSql(context, where)})
    SELECT met.*, places.customers, places.lastSeenAt,
      (SELECT JSON_OBJECT('kind', t.kind, 'title', t.title,
          'occurredOn', CAST(t.occurredOn AS CHAR)) FROM competitorActivity t
        WHERE t.competitorId = met.competitorId AND t.deletedAt IS NULL
          AND ${readable(context, CompetitorActivityEntity)}
        ORDER BY t.occurredOn DESC, t.id DESC LIMIT 1) AS lastMove
    FROM (SELECT competitorId, ${raw(figuresSql.outer)}
      FROM (SELECT t.competitorId, ${raw(figuresSql.inner)} FROM contest t
        GROUP BY t.competitorId, currency) figures
      GROUP BY competitorId ORDER BY contested DESC, competitorId LIMIT ${raw(String(limit))}) met
    JOIN (SELECT competitorId, COUNT(DISTINCT customerId) AS customers, MAX(seenAt) AS lastSeenAt
      FROM contest GROUP BY competitorId) places ON places.competitorId = met.competitorId
    ORDER BY met.contested DESC, met.competitorId`;
  const rows: Row[] = await context.app.db.manager.query(text, [...values]);
  return rows.map((row) => ({
    competitorId: idFromBytes(row.competitorId),
    customers: row.customers,
    lastSeenAt: row.lastSeenAt,
    stats: statsOf(row),
    lastMove: row.lastMove,
  }));
}

const readable = (
  { app, viewer }: RequestContext,
  entity: Parameters<typeof scopeSql>[2]['entity'],
): Sql => scopeSql(viewer, 'read', { entity, alias: 't', now: app.now() });

const profileFields = {
  industries: 'industry',
  levels: 'level',
  lifecycleStages: 'lifecycleStage',
  provinces: 'province',
  channelRoles: 'channelRole',
} as const;

const profileKeys = [
  'industries',
  'levels',
  'lifecycleStages',
  'provinces',
  'channelRoles',
] as const;

/** Customers are looked at only where the segment says something of them. */
const segmentSource = (where: LandscapeWhere): Sql =>
  raw(
    [
      'opportunityCompetitor t JOIN competitor c ON c.id = t.competitorId AND c.deletedAt IS NULL',
      ...(profileKeys.some((key) => where[key])
        ? ['JOIN customerProfile f ON f.id = t.customerId']
        : []),
      ...(where.ownerIds || where.teamIds ? ['JOIN customerAccess a ON a.id = t.customerId'] : []),
    ].join(' '),
  );

function segmentSql(context: RequestContext, where: LandscapeWhere): Sql {
  const { customerIds, ownerIds, teamIds, segments, from, to } = where;
  return and([
    sql`t.deletedAt IS NULL AND ${readable(context, OpportunityCompetitorEntity)}`,
    ...amongIds('t.customerId', customerIds),
    ...amongIds('a.ownerId', ownerIds),
    ...amongIds('a.teamId', teamIds),
    ...profileKeys.flatMap((key) => {
      const values = where[key];
      return values ? [sql`${raw(`f.${profileFields[key]}`)} IN (${[...values]})`] : [];
    }),
    ...(segments
      ? [
          sql`EXISTS (SELECT 1 FROM segmentMembership s WHERE s.customerId = t.customerId
            AND s.segmentCode IN (${[...segments]}))`,
        ]
      : []),
    ...(from ? [sql`t.contestedOn >= ${from}`] : []),
    ...(to ? [sql`t.contestedOn <= ${to}`] : []),
  ]);
}

const amongIds = (column: string, ids: readonly string[] | null | undefined): Sql[] =>
  ids ? [sql`${raw(column)} IN (${ids.filter(isId).map(idToBytes)})`] : [];

const productsMax = 5;

/** The products that each of the competitors offers most in the segment. */
async function readProducts(
  context: RequestContext,
  where: LandscapeWhere,
  competitorIds: readonly string[],
): Promise<ReadonlyMap<string, readonly CompetitorProduct[]>> {
  const { text, values } = sql`SELECT ${raw(selectList(CompetitorProductEntity, 'o'))}
    FROM (SELECT p.competitorProductId, COUNT(*) AS offers,
        ROW_NUMBER() OVER (PARTITION BY t.competitorId
          ORDER BY COUNT(*) DESC, p.competitorProductId) AS place
      FROM ${segmentSource(where)} JOIN contestedProduct p ON p.opportunityCompetitorId = t.id
      WHERE ${segmentSql(context, where)}
        AND t.competitorId IN (${competitorIds.map(idToBytes)})
      GROUP BY t.competitorId, p.competitorProductId) met
    JOIN competitorProduct o ON o.id = met.competitorProductId AND o.deletedAt IS NULL
    WHERE met.place <= ${productsMax} ORDER BY o.competitorId, met.place`;
  const rows: Record<string, unknown>[] = await context.app.db.manager.query(text, [...values]);
  const found = new Map<string, CompetitorProduct[]>();
  for (const row of rows) {
    const product = decodeRow(CompetitorProductEntity, row);
    found.set(product.competitorId, [...(found.get(product.competitorId) ?? []), product]);
  }
  return found;
}
