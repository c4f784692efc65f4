import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { scopeSql } from '@crm/kit/record/policy';
import { and, joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import { OpportunityCompetitorEntity } from '../opportunity-competitor/opportunity-competitor.fields.ts';
import {
  isPeriod,
  startOfPeriod,
  type CompetitorStats,
  type StatsKey,
  type StatsPeriod,
} from './stats.ts';

type StatsArgs = {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly groupBy?: readonly StatsKey[] | null;
  readonly competitorIds?: readonly string[] | null;
  readonly productIds?: readonly string[] | null;
  readonly ownerIds?: readonly string[] | null;
  readonly first?: number | null;
};

export type StatsResult = {
  readonly rows: readonly CompetitorStats[];
  readonly hasMore: boolean;
};

const rowsDefault = 100;
const rowsMax = 1000;
/** How many periods before the newest one are read at first, then, and before all are. */
const periodsBack = [0, 3, 15];

/**
 * How we did against competitors, of the opportunities that the viewer may read: one statement, and by
 * periods up to four, each further back, until the rows that are asked for are found.
 */
export async function competitorStats(
  context: RequestContext,
  args: StatsArgs,
): Promise<StatsResult> {
  const size = args.first ?? rowsDefault;
  if (size < 1 || size > rowsMax) throw invalid(`Ask for 1 to ${rowsMax} rows`);
  const keys = [...new Set<StatsKey>(args.groupBy ?? ['COMPETITOR'])];
  if (keys.filter(isPeriod).length > 1) throw invalid('Name one period at most');
  const rows = await readNewest(context, args, { keys, size });
  return { rows: rows.slice(0, size), hasMore: rows.length > size };
}

async function readNewest(
  context: RequestContext,
  args: StatsArgs,
  { keys, size }: Pick<Reading, 'keys' | 'size'>,
): Promise<CompetitorStats[]> {
  for (const from of beginningsOf(keys, args, companyDate(context.app.now()))) {
    const rows = await readStats(context, { keys, where: whereOf({ ...args, from }), size });
    if (rows.length > size) return rows;
  }
  return readStats(context, { keys, where: whereOf(args), size });
}

/**
 * The newest periods come first, so as long as they fill the answer nothing older is read: the days
 * to begin on, newest first. None without a period, or for a few competitors, whose contests are few.
 */
function beginningsOf(
  keys: readonly StatsKey[],
  { from, to, competitorIds }: StatsArgs,
  today: string,
): string[] {
  const period = keys.find(isPeriod);
  if (!period || competitorIds) return [];
  const newest = to && to < today ? to : today;
  return periodsBack
    .map((back) => startOfPeriod(period, newest, back))
    .filter((start) => !from || start > from);
}

type Reading = {
  readonly keys: readonly StatsKey[];
  readonly where: readonly Sql[];
  readonly size: number;
};

async function readStats(
  context: RequestContext,
  { keys, where, size }: Reading,
): Promise<CompetitorStats[]> {
  const selected = keys.map((key) => raw(`${keySql[key]} AS ${aliasOf[key]}`));
  const names = keys.map((key) => aliasOf[key]).join(', ');
  const { text, values } = sql`SELECT ${raw(names ? `${names},` : '')}
      ${raw(figuresSql.outer)}
    FROM (SELECT ${selected.length > 0 ? sql`${joinSql(selected, ', ')},` : raw('')}
        ${raw(figuresSql.inner)}
      FROM opportunityCompetitor t ${raw(keys.includes('PRODUCT') ? productJoin : '')}
      WHERE ${and([...where, visible(context)])}
      GROUP BY ${raw(names ? `${names}, ` : '')}currency) figures
    ${raw(names ? `GROUP BY ${names}` : 'HAVING contested > 0')}
    ORDER BY ${raw([...keys.filter(isPeriod).map((key) => `${aliasOf[key]} DESC`), 'contested DESC', ...keys.map((key) => aliasOf[key])].join(', '))}
    LIMIT ${raw(String(size + 1))}`;
  const rows: StatsRow[] = await context.app.db.manager.query(text, [...values]);
  return rows.map(statsOf);
}

/** Figures of contests, first by currency, then joined. */
export const figuresSql = {
  inner: `t.opportunityAmountCurrency AS currency, COUNT(*) AS contested,
    SUM(t.opportunityStatus = 'OPEN') AS open, SUM(t.opportunityStatus = 'WON') AS won,
    SUM(t.opportunityStatus = 'LOST') AS lost, SUM(t.standing = 'WON') AS lostToIt,
    SUM(t.opportunityAmountAmount) AS contestedAmount,
    SUM(IF(t.opportunityStatus = 'WON', t.opportunityAmountAmount, 0)) AS wonAmount,
    SUM(IF(t.opportunityStatus = 'LOST', t.opportunityAmountAmount, 0)) AS lostAmount`,
  outer: `SUM(contested) AS contested, SUM(open) AS open, SUM(won) AS won, SUM(lost) AS lost,
    SUM(lostToIt) AS lostToIt, JSON_ARRAYAGG(JSON_OBJECT('currency', currency,
      'contested', CAST(contestedAmount AS CHAR), 'won', CAST(wonAmount AS CHAR),
      'lost', CAST(lostAmount AS CHAR))) AS amounts`,
} as const;

const productJoin = 'JOIN contestedProduct p ON p.opportunityCompetitorId = t.id';

const periods: Readonly<Record<StatsPeriod, string>> = {
  MONTH: "DATE_FORMAT(t.contestedOn, '%Y-%m-01')",
  QUARTER: "CONCAT(YEAR(t.contestedOn), '-', LPAD(QUARTER(t.contestedOn) * 3 - 2, 2, '0'), '-01')",
  YEAR: "DATE_FORMAT(t.contestedOn, '%Y-01-01')",
};

const keySql: Readonly<Record<StatsKey, string>> = {
  COMPETITOR: 't.competitorId',
  PRODUCT: 'p.competitorProductId',
  OWNER: 't.salespersonId',
  MONTH: periods.MONTH,
  QUARTER: periods.QUARTER,
  YEAR: periods.YEAR,
};

const aliasOf: Readonly<Record<StatsKey, string>> = {
  COMPETITOR: 'competitorId',
  PRODUCT: 'competitorProductId',
  OWNER: 'ownerId',
  MONTH: 'period',
  QUARTER: 'period',
  YEAR: 'period',
};

const among = (column: string, ids: readonly string[] | null | undefined): Sql =>
  ids ? sql`${raw(column)} IN (${[...ids.filter(isId).map(idToBytes), null]})` : raw('TRUE');

function whereOf({ from, to, competitorIds, productIds, ownerIds }: StatsArgs): Sql[] {
  return [
    from ? sql`t.contestedOn >= ${from}` : raw('TRUE'),
    to ? sql`t.contestedOn <= ${to}` : raw('TRUE'),
    among('t.competitorId', competitorIds),
    among('t.salespersonId', ownerIds),
    productIds
      ? sql`EXISTS (SELECT 1 FROM contestedProduct named WHERE named.opportunityCompetitorId = t.id
          AND ${among('named.competitorProductId', productIds)})`
      : raw('TRUE'),
  ];
}

const visible = ({ app, viewer }: RequestContext): Sql => {
  const entity = OpportunityCompetitorEntity;
  return sql`t.deletedAt IS NULL AND ${scopeSql(viewer, 'read', { entity, alias: 't', now: app.now() })}`;
};

export type StatsRow = {
  readonly competitorId?: Uint8Array;
  readonly competitorProductId?: Uint8Array;
  readonly ownerId?: Uint8Array | null;
  readonly period?: string;
  readonly contested: string;
  readonly open: string;
  readonly won: string;
  readonly lost: string;
  readonly lostToIt: string;
  readonly amounts: readonly {
    readonly currency: string | null;
    readonly contested: string | null;
    readonly won: string | null;
    readonly lost: string | null;
  }[];
};

const idOf = (bytes: Uint8Array | null | undefined): string | null =>
  bytes ? idFromBytes(bytes) : null;

export const statsOf = (row: StatsRow): CompetitorStats => ({
  competitorId: idOf(row.competitorId),
  competitorProductId: idOf(row.competitorProductId),
  ownerId: idOf(row.ownerId),
  period: row.period ?? null,
  contested: Number(row.contested),
  open: Number(row.open),
  won: Number(row.won),
  lost: Number(row.lost),
  lostToIt: Number(row.lostToIt),
  amounts: row.amounts
    .flatMap(({ currency, contested, won, lost }) =>
      currency === null
        ? []
        : [{ currency, contested: contested ?? '0.00', won: won ?? '0.00', lost: lost ?? '0.00' }],
    )
    .toSorted((one, other) => (one.currency < other.currency ? -1 : 1)),
});

/** All that we contested with competitors, for all of a request in one statement. */
export const statsLoader = (context: RequestContext): Loader<CompetitorStats> =>
  loaderBy(async (competitorIds) => {
    const rows = await readStats(context, {
      keys: ['COMPETITOR'],
      where: whereOf({ competitorIds }),
      size: competitorIds.length,
    });
    return new Map(rows.map((row) => [row.competitorId ?? '', row]));
  });

/** Those with whom nothing was contested. */
export const noStats = (competitorId: string): CompetitorStats => ({
  competitorId,
  competitorProductId: null,
  ownerId: null,
  period: null,
  contested: 0,
  open: 0,
  won: 0,
  lost: 0,
  lostToIt: 0,
  amounts: [],
});
