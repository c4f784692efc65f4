import type { EntityManager } from 'typeorm';
import { onMany, type Consumer } from '../event/consumer.ts';
import type { EventType, RecordedEvent } from '../event/event.ts';
import { idFromBytes, idToBytes, isId } from '../id.ts';
import { sql } from '../sql.ts';

type Staff = {
  readonly code: string;
  readonly name: string;
  readonly teamId: string | null;
  readonly managerId: string | null;
  readonly active: boolean;
};

/**
 * Keeps the projection of `staff.upserted`. It is named like the owner's table, so that fields may
 * say `references: 'StaffMember'`.
 */
export const staffDirectoryConsumer = (upserted: EventType<Staff>): Consumer =>
  onMany(upserted, saveStaff);

/** Applies that members of staff are new or changed, in the order told. */
export async function saveStaff(
  manager: EntityManager,
  events: readonly Pick<RecordedEvent<Staff>, 'aggregateId' | 'data'>[],
): Promise<void> {
  // Of the rows of one statement that have one key, the last is what stays.
  const rows = events.map(({ aggregateId, data }) => [
    idToBytes(aggregateId),
    data.code,
    data.name,
    bytesOf(data.teamId),
    bytesOf(data.managerId),
    data.active,
  ]);
  await manager.query(
    `INSERT INTO staffMember (id, code, name, teamId, managerId, active) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE code = fresh.code, name = fresh.name, teamId = fresh.teamId,
       managerId = fresh.managerId, active = fresh.active`,
    [rows],
  );
}

const bytesOf = (uuid: string | null): Buffer | null => (uuid === null ? null : idToBytes(uuid));

/** What members of staff are called; unknown ids are left out. */
export async function namesOfStaff(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { text, values } =
    sql`SELECT id, name FROM staffMember WHERE id IN (${ids.filter(isId).map(idToBytes)})`;
  const rows: { id: Uint8Array; name: string }[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ id, name }) => [idFromBytes(id), name]));
}

/** The team of each member of staff; unknown ids are left out. */
export async function teamsOfStaff(
  manager: EntityManager,
  ids: readonly (string | null | undefined)[],
): Promise<ReadonlyMap<string, string | null>> {
  const known = [...new Set(ids.flatMap((each) => each ?? []))].filter(isId);
  if (known.length === 0) return new Map();
  const { text, values } =
    sql`SELECT id, teamId FROM staffMember WHERE id IN (${known.map(idToBytes)})`;
  const rows: { id: Uint8Array; teamId: Uint8Array | null }[] = await manager.query(text, [
    ...values,
  ]);
  return new Map(
    rows.map(({ id, teamId }) => [idFromBytes(id), teamId === null ? null : idFromBytes(teamId)]),
  );
}
