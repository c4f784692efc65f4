import { idFromBytes, idToBytes } from '@crm/kit/id';
import { roles as knownRoles, type Viewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import type { CalendarFeed } from './calendar-feed.fields.ts';

type Row = { readonly active: number; readonly teamId: Uint8Array | null };

/** Whoever a feed is of, as that account is now. Null when it may read nothing more. */
export async function viewerOf(
  manager: EntityManager,
  { subject, staffId, roles, teamIds }: CalendarFeed,
): Promise<Viewer | null> {
  if (staffId === null) return null;
  const [member]: Row[] = await manager.query(
    'SELECT active AND deletedAt IS NULL AS active, teamId FROM staffMember WHERE id = ?',
    [idToBytes(staffId)],
  );
  if (!member || member.active === 0) return null;
  const teamId = member.teamId && idFromBytes(member.teamId);
  return {
    subject,
    staffId,
    // A role that no longer exists gives no right.
    roles: knownRoles.filter((role) => roles.includes(role)),
    teamIds: teamsNow(teamId, teamIds),
    purpose: null,
  };
}

/** Who is in another team than then sees that one, until the feed is renewed. */
function teamsNow(teamId: string | null, then: readonly string[]): string[] {
  if (teamId === null) return [];
  return then[0] === teamId ? [...then] : [teamId];
}
