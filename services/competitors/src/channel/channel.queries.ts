import type { RequestContext } from '@crm/kit/context';
import { defineEntity } from '@crm/kit/record/entity';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { scopeSql } from '@crm/kit/record/policy';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { CompetitorEntity } from '../competitor/competitor.fields.ts';
import type { Channel, ChannelCompetitor } from './channel.ts';

/** A supply, read by whoever reaches the customer that `column` names. */
const supplyOf = (column: 'distributorId' | 'endUserId') =>
  defineEntity('Supply', {
    fields: {},
    access: { by: 'parent', column, table: 'customerAccess' },
  });
const [byDistributor, byEndUser] = [supplyOf('distributorId'), supplyOf('endUserId')];

type ChannelArgs = { readonly first?: number | null; readonly after?: string | null };

const sizeDefault = 20;
const sizeMax = 100;

export type ChannelPage = {
  readonly channels: readonly Channel[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
};

/** The distributors that the viewer may read, with what goes through them. */
export async function channels(
  context: RequestContext & { readonly loaders: { readonly channel: Loader<Channel> } },
  { first, after }: ChannelArgs,
): Promise<ChannelPage> {
  const size = first ?? sizeDefault;
  if (size < 1 || size > sizeMax) throw invalid(`Ask for 1 to ${sizeMax} distributors`);
  if (after && !isId(after)) throw invalid('The cursor is not one of this list');
  const { text, values } = sql`SELECT DISTINCT t.distributorId FROM supply t
    WHERE ${and([inForce(context), readable(context, byDistributor)])}
      AND ${after ? sql`t.distributorId > ${idToBytes(after)}` : raw('TRUE')}
    ORDER BY t.distributorId LIMIT ${raw(String(size + 1))}`;
  const rows: { distributorId: Uint8Array }[] = await context.app.db.manager.query(text, [
    ...values,
  ]);
  const ids = rows.slice(0, size).map(({ distributorId }) => idFromBytes(distributorId));
  const found = await Promise.all(ids.map((id) => context.loaders.channel.load(id)));
  // One whose end users the viewer may not read has none to show.
  const shown = found.flatMap((channel) => (channel === null ? [] : [channel]));
  return { channels: shown, endCursor: ids.at(-1) ?? null, hasNextPage: rows.length > size };
}

const inForce = ({ app }: RequestContext): Sql => {
  const today = companyDate(app.now());
  return sql`(t.validFrom IS NULL OR t.validFrom <= ${today})
    AND (t.validTo IS NULL OR t.validTo >= ${today})`;
};

const readable = (
  { app, viewer }: RequestContext,
  entity: Parameters<typeof scopeSql>[2]['entity'],
): Sql => scopeSql(viewer, 'read', { entity, alias: 't', now: app.now() });

/** The channels of distributors, for all of a request in two statements. */
export const channelLoader = (context: RequestContext): Loader<Channel> =>
  loaderBy(async (ids) => {
    const distributors = ids.filter(isId);
    const supplied = sql`t.distributorId IN (${distributors.map(idToBytes)})
      AND ${and([inForce(context), readable(context, byDistributor), readable(context, byEndUser)])}`;
    const figures = await readFigures(context, supplied);
    const met = await readMet(context, supplied);
    return new Map(
      figures.map((channel) => [
        channel.distributorId,
        { ...channel, competitors: met.get(channel.distributorId) ?? [] },
      ]),
    );
  });

type FigureRow = {
  readonly distributorId: Uint8Array;
  readonly endUserCount: number;
  readonly endUsers: readonly string[];
  readonly figures: readonly {
    readonly currency: string | null;
    readonly open: number;
    readonly won: number;
    readonly lost: number;
    readonly wonAmount: string | null;
  }[];
};

const endUsersMax = 100;

async function readFigures(context: RequestContext, supplied: Sql): Promise<Channel[]> {
  const { text, values } = sql`SELECT users.distributorId, COUNT(*) AS endUserCount,
      JSON_ARRAYAGG(BIN_TO_UUID(users.endUserId)) AS endUsers,
      (SELECT JSON_ARRAYAGG(JSON_OBJECT('currency', f.currency, 'open', f.open, 'won', f.won,
          'lost', f.lost, 'wonAmount', CAST(f.wonAmount AS CHAR)))
        FROM (SELECT o.amountCurrency AS currency, SUM(o.status = 'OPEN') AS open,
            SUM(o.status = 'WON') AS won, SUM(o.status = 'LOST') AS lost,
            SUM(IF(o.status = 'WON', o.amountAmount, 0)) AS wonAmount
          FROM opportunity o WHERE o.customerId IN (SELECT t.endUserId FROM supply t
            WHERE t.distributorId = users.distributorId AND ${supplied})
          GROUP BY o.amountCurrency) f) AS figures
    FROM (SELECT DISTINCT t.distributorId, t.endUserId FROM supply t WHERE ${supplied}) users
    GROUP BY users.distributorId`;
  const rows: FigureRow[] = await context.app.db.manager.query(text, [...values]);
  return rows.map(({ distributorId, endUserCount, endUsers, figures }) => {
    const total = (key: 'lost' | 'open' | 'won'): number =>
      (figures ?? []).reduce((sum, each) => sum + each[key], 0);
    return {
      distributorId: idFromBytes(distributorId),
      endUserCount,
      endUserIds: endUsers.toSorted().slice(0, endUsersMax),
      open: total('open'),
      won: total('won'),
      lost: total('lost'),
      wonAmounts: (figures ?? []).flatMap(({ currency, wonAmount }) =>
        currency === null ? [] : [{ currency, amount: wonAmount ?? '0.00' }],
      ),
      competitors: [],
    };
  });
}

const competitorsMax = 20;

/** The competitors met at the end users, the most met first. */
async function readMet(
  context: RequestContext,
  supplied: Sql,
): Promise<ReadonlyMap<string, readonly ChannelCompetitor[]>> {
  const { text, values } = sql`SELECT * FROM (SELECT users.distributorId, c.competitorId,
        COUNT(DISTINCT c.customerId) AS customers, COUNT(*) AS contested,
        SUM(c.opportunityStatus = 'WON') AS won, SUM(c.opportunityStatus = 'LOST') AS lost,
        ROW_NUMBER() OVER (PARTITION BY users.distributorId
          ORDER BY COUNT(*) DESC, c.competitorId) AS place
      FROM (SELECT DISTINCT t.distributorId, t.endUserId FROM supply t WHERE ${supplied}) users
      JOIN opportunityCompetitor c ON c.customerId = users.endUserId AND c.deletedAt IS NULL
      JOIN competitor t ON t.id = c.competitorId AND t.deletedAt IS NULL
        AND ${readable(context, CompetitorEntity)}
      GROUP BY users.distributorId, c.competitorId) met
    WHERE met.place <= ${competitorsMax} ORDER BY met.distributorId, met.place`;
  const rows: (Record<'distributorId' | 'competitorId', Uint8Array> &
    Record<'contested' | 'customers', number> &
    Record<'lost' | 'won', string>)[] = await context.app.db.manager.query(text, [...values]);
  const found = new Map<string, ChannelCompetitor[]>();
  for (const { distributorId, competitorId, customers, contested, won, lost } of rows) {
    const id = idFromBytes(distributorId);
    const met = { competitorId: idFromBytes(competitorId), customers, contested };
    const each = { ...met, won: Number(won), lost: Number(lost) };
    found.set(id, [...(found.get(id) ?? []), each]);
  }
  return found;
}
