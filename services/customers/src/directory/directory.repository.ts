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
