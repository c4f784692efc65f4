import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { and, or, raw, sql, type Sql } from '@crm/kit/sql';
import { scopeOf } from '@crm/kit/record/policy';
import type { Role, Viewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';

/** Whoever cares for customers of all has no business with the figures of colleagues. */
const readsEverybody: readonly Role[] = ['admin', 'analyst', 'service'];

export const seesEverybody = ({ roles }: Viewer): boolean =>
  roles.some((role) => readsEverybody.includes(role));

const seesTeams = (viewer: Viewer): boolean => scopeOf(viewer, 'read') === 'team_tree';

/** A member of staff is seen by himself, by the managers of his team and above, and by who sees all. */
function staffScope(viewer: Viewer, alias: string): Sql {
  if (seesEverybody(viewer)) return raw('TRUE');
  const { staffId, teamIds } = viewer;
  const parts: Sql[] = [];
  if (staffId !== null) parts.push(sql`${raw(`${alias}.id`)} = ${idToBytes(staffId)}`);
  if (seesTeams(viewer) && teamIds.length > 0)
    parts.push(sql`${raw(`${alias}.teamId`)} IN (${teamIds.map(idToBytes)})`);
  return or(parts);
}

export const seesTeam = (viewer: Viewer, teamId: string): boolean =>
  seesEverybody(viewer) || (seesTeams(viewer) && viewer.teamIds.includes(teamId));

export type Member = { readonly staffId: string; readonly isActive: boolean };

/** Of these members of staff, those whose figures the viewer may see. */
export async function visibleStaff(
  { app, viewer }: RequestContext,
  ids: readonly string[],
): Promise<readonly Member[]> {
  const known = ids.filter(isId);
  if (known.length === 0) return [];
  return findStaff(
    app.db.manager,
    and([sql`s.id IN (${known.map(idToBytes)})`, staffScope(viewer, 's')]),
  );
}

/** The members of these teams whose figures the viewer may see, also former ones; of all teams when null. */
export const staffOfTeams = (
  { app, viewer }: RequestContext,
  teamIds: readonly string[] | null,
): Promise<readonly Member[]> =>
  findStaff(
    app.db.manager,
    and([
      teamIds === null ? raw('TRUE') : sql`s.teamId IN (${teamIds.map(idToBytes)})`,
      staffScope(viewer, 's'),
    ]),
  );

const staffMax = 5000;

async function findStaff(manager: EntityManager, where: Sql): Promise<readonly Member[]> {
  const { text, values } = sql`SELECT s.id, s.active FROM staffMember s
    WHERE ${where} AND s.deletedAt IS NULL ORDER BY s.id LIMIT ${raw(String(staffMax))}`;
  const rows: { id: Uint8Array; active: number }[] = await manager.query(text, [...values]);
  return rows.map(({ id, active }) => ({ staffId: idFromBytes(id), isActive: active === 1 }));
}

/** A team and all below it; empty for one that is unknown. A circle ends where it begins. */
export async function teamTree(manager: EntityManager, teamId: string): Promise<readonly string[]> {
  if (!isId(teamId)) return [];
  const rows: { id: Uint8Array }[] = await manager.query(
    `WITH RECURSIVE tree (id) AS (
       SELECT id FROM team WHERE id = ? AND deletedAt IS NULL
       UNION SELECT t.id FROM team t JOIN tree ON t.parentId = tree.id WHERE t.deletedAt IS NULL
     ) SELECT id FROM tree`,
    [idToBytes(teamId)],
  );
  return rows.map(({ id }) => idFromBytes(id));
}
