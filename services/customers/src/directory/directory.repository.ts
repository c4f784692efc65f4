import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';

/** The team of each member of staff; unknown ids are left out. */
export async function teamsOfStaff(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const known = [...new Set(ids)].filter(isId);
  if (known.length === 0) return new Map();
  const rows: { id: Uint8Array; teamId: Uint8Array | null }[] = await manager.query(
    `SELECT id, teamId FROM staffMember WHERE id IN (${known.map(() => '?').join(', ')})`,
    known.map(idToBytes),
  );
  return new Map(
    rows.map(({ id, teamId }) => [idFromBytes(id), teamId === null ? null : idFromBytes(teamId)]),
  );
}

/** A member of staff who may be given something; null for every other id. */
export async function findActiveMember(
  manager: EntityManager,
  id: string,
): Promise<{ readonly teamId: string | null } | null> {
  if (!isId(id)) return null;
  const [row]: { teamId: Uint8Array | null }[] = await manager.query(
    'SELECT teamId FROM staffMember WHERE id = ? AND active = 1 AND deletedAt IS NULL',
    [idToBytes(id)],
  );
  return row ? { teamId: row.teamId === null ? null : idFromBytes(row.teamId) } : null;
}

/** Whether the id names a team, or a member of staff who is active. */
export async function isActive(
  manager: EntityManager,
  kind: 'STAFF' | 'TEAM',
  id: string,
): Promise<boolean> {
  if (kind === 'STAFF') return (await findActiveMember(manager, id)) !== null;
  const rows: unknown[] = await manager.query(
    'SELECT 1 FROM team WHERE id = ? AND deletedAt IS NULL',
    [isId(id) ? idToBytes(id) : null],
  );
  return rows.length > 0;
}

/** The ids of live records by their codes; unknown codes are left out. */
export async function idsByCode(
  manager: EntityManager,
  table: 'staffMember' | 'team',
  codes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(codes)];
  if (wanted.length === 0) return new Map();
  const rows: { id: Uint8Array; code: string }[] = await manager.query(
    `SELECT id, code FROM ${table} WHERE deletedAt IS NULL AND code IN (${wanted.map(() => '?').join(', ')})`,
    wanted,
  );
  return new Map(rows.map(({ id, code }) => [code, idFromBytes(id)]));
}
