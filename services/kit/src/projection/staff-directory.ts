import type { EntityManager } from 'typeorm';
import { on, type Consumer } from '../event/consumer.ts';
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

/** Keeps the projection of `staff.upserted`. */
export const staffDirectoryConsumer = (upserted: EventType<Staff>): Consumer =>
  on(upserted, saveStaffMember);

/**
 * Applies that a member of staff is new or changed. The projection is named like the owner's table,
 * so that fields may say `references: 'StaffMember'`.
 */
export async function saveStaffMember(
  manager: EntityManager,
  { aggregateId, data }: Pick<RecordedEvent<Staff>, 'aggregateId' | 'data'>,
): Promise<void> {
  const { code, name, teamId, managerId, active } = data;
  await manager.query(
    `INSERT INTO staffMember (id, code, name, teamId, managerId, active)
     VALUES (?, ?, ?, ?, ?, ?) AS new
     ON DUPLICATE KEY UPDATE code = new.code, name = new.name, teamId = new.teamId,
       managerId = new.managerId, active = new.active`,
    [idToBytes(aggregateId), code, name, bytesOf(teamId), bytesOf(managerId), active],
  );
}

const bytesOf = (uuid: string | null): Buffer | null => (uuid === null ? null : idToBytes(uuid));

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
