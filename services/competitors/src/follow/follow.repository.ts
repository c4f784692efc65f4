import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import { CompetitorFollowEntity, type CompetitorFollow } from './follow.fields.ts';

export async function lockFollow(
  { manager }: Work,
  { competitorId, staffId }: Pick<CompetitorFollow, 'competitorId' | 'staffId'>,
): Promise<CompetitorFollow | null> {
  const [follow] = await selectRows(
    manager,
    CompetitorFollowEntity,
    sql`WHERE t.competitorId = ${idToBytes(competitorId)} AND t.staffId = ${idToBytes(staffId)}
      AND t.deletedAt IS NULL FOR UPDATE`,
  );
  return follow ?? null;
}

/** An event has room for no more. */
const toldMax = 500;

type News = { readonly competitorId: string; readonly customerId: string | null };

/** Those who follow the competitor and own, or have in their team, the customer that it is about. */
export async function followersToTell(
  { manager, now }: Work,
  { competitorId, customerId }: News,
): Promise<string[]> {
  const reaches =
    customerId === null
      ? raw('TRUE')
      : sql`EXISTS (SELECT 1 FROM customerAccess a WHERE a.id = ${idToBytes(customerId)}
          AND (a.ownerId = s.id OR a.teamId = s.teamId OR EXISTS (SELECT 1 FROM shareGrant g
            WHERE g.resourceId = a.id AND g.granteeId IN (s.id, s.teamId)
              AND (g.expiresAt IS NULL OR g.expiresAt > ${now}))))`;
  const { text, values } = sql`SELECT f.staffId FROM competitorFollow f
    JOIN staffMember s ON s.id = f.staffId AND s.active
    WHERE f.competitorId = ${idToBytes(competitorId)} AND f.deletedAt IS NULL AND ${reaches}
    ORDER BY f.id LIMIT ${raw(String(toldMax))}`;
  const rows: { staffId: Uint8Array }[] = await manager.query(text, [...values]);
  return rows.map(({ staffId }) => idFromBytes(staffId));
}

/** Whether the viewer follows competitors, for all of a request in one statement. */
export const followedLoader = ({ app, viewer }: RequestContext): Loader<true> =>
  loaderBy(async (ids) => {
    if (viewer.staffId === null) return new Map();
    const { text, values } = sql`SELECT competitorId FROM competitorFollow
      WHERE competitorId IN (${ids.map(idToBytes)}) AND staffId = ${idToBytes(viewer.staffId)}
        AND deletedAt IS NULL`;
    const rows: { competitorId: Uint8Array }[] = await app.db.manager.query(text, [...values]);
    return new Map(rows.map(({ competitorId }) => [idFromBytes(competitorId), true]));
  });
