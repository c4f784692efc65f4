import type { RequestContext } from '@crm/kit/context';
import { idToBytes } from '@crm/kit/id';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { WinLossReviewEntity, type WinLossReview } from './review.fields.ts';

/** The reviews of opportunities, for all of a request in one statement. */
export const reviewLoader = (context: RequestContext): Loader<WinLossReview> =>
  loaderBy(async (opportunityIds) => {
    const reviews = await selectRows(
      context.app.db.manager,
      WinLossReviewEntity,
      sql`WHERE t.opportunityId IN (${opportunityIds.map(idToBytes)}) AND ${readable(context)}`,
    );
    return new Map(reviews.map((review) => [review.opportunityId, review]));
  });

const readable = ({ app, viewer }: RequestContext): Sql => {
  const entity = WinLossReviewEntity;
  return sql`t.deletedAt IS NULL AND ${scopeSql(viewer, 'read', { entity, alias: 't', now: app.now() })}`;
};

export type ReasonCount = {
  readonly reason: string;
  readonly won: number;
  readonly lost: number;
};

type ReasonArgs = {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly competitorId?: string | null;
};

/** How often each reason was given, of reviews in a period, where a competitor competed. */
export async function winLossReasons(
  context: RequestContext,
  { from, to, competitorId }: ReasonArgs,
): Promise<ReasonCount[]> {
  const competed = competitorId
    ? sql`AND EXISTS (SELECT 1 FROM opportunityCompetitor c
        WHERE c.opportunityId = t.opportunityId AND c.competitorId = ${idToBytes(competitorId)}
          AND c.deletedAt IS NULL)`
    : raw('');
  const { text, values } = sql`SELECT r.reason, SUM(t.outcome = 'WON') AS won,
      SUM(t.outcome = 'LOST') AS lost
    FROM winLossReview t, JSON_TABLE(t.reasons, '$[*]' COLUMNS (reason VARCHAR(64) PATH '$')) r
    WHERE ${readable(context)} AND ${from ? sql`t.reviewedOn >= ${from}` : raw('TRUE')}
      AND ${to ? sql`t.reviewedOn <= ${to}` : raw('TRUE')} ${competed}
    GROUP BY r.reason ORDER BY COUNT(*) DESC, r.reason LIMIT 100`;
  const rows: { reason: string; won: string; lost: string }[] = await context.app.db.manager.query(
    text,
    [...values],
  );
  return rows.map(({ reason, won, lost }) => ({ reason, won: Number(won), lost: Number(lost) }));
}
