import type { RecordedEvent } from '@crm/kit/event/event';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { Entity } from '@crm/kit/record/entity';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';

/** Has the planner look at these people at once. */
export async function markDue(manager: EntityManager, ids: readonly string[]): Promise<void> {
  const people = [...new Set(ids)].toSorted();
  if (people.length === 0) return;
  await manager.query('INSERT IGNORE INTO careDue (personId) VALUES ?', [
    people.map((id) => [idToBytes(id)]),
  ]);
}

/** The same for everybody at these customers. */
export async function markPeopleAt(
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<void> {
  if (customerIds.length === 0) return;
  const ids = [...new Set(customerIds)].toSorted().map(idToBytes);
  const { text, values } = sql`INSERT IGNORE INTO careDue (personId)
    SELECT DISTINCT personId FROM affiliation WHERE customerId IN (${ids}) AND deletedAt IS NULL`;
  await manager.query(text, [...values]);
}

/** Somebody has said who these are. The events before have told what is known of them. */
export async function endPlaceholders(
  manager: EntityManager,
  events: readonly Pick<RecordedEvent, 'aggregateId'>[],
): Promise<void> {
  if (events.length === 0) return;
  const ids = events.map(({ aggregateId }) => idToBytes(aggregateId));
  const { text, values } = sql`UPDATE personPulse SET status = 'ACTIVE'
    WHERE id IN (${ids}) AND status = 'PLACEHOLDER'`;
  await manager.query(text, [...values]);
}

type Named = {
  /** The columns that name people. */
  readonly fields: readonly string[];
  readonly events: readonly Pick<RecordedEvent, 'aggregateId'>[];
};

/** The people whom the records that events tell of have named until now. */
export async function peopleOf(
  manager: EntityManager,
  { table }: Entity,
  { fields, events }: Named,
): Promise<string[]> {
  const ids = events.map(({ aggregateId }) => idToBytes(aggregateId));
  const { text, values } =
    sql`SELECT ${raw(fields.join(', '))} FROM ${raw(table)} WHERE id IN (${ids})`;
  const rows: Record<string, Uint8Array>[] = await manager.query(text, [...values]);
  return rows.flatMap((row) => Object.values(row).map((id) => idFromBytes(id)));
}

type Promotion = {
  readonly affiliationId: string;
  readonly personId: string;
  readonly customerId: string | null;
  readonly promotedOn: string;
  readonly newTitle: string;
};

/** Told again it changes nothing: a career has one promotion at a place and a day. */
export async function savePromotion(
  manager: EntityManager,
  { affiliationId, personId, customerId, promotedOn, newTitle }: Promotion,
): Promise<void> {
  const customer = customerId === null ? null : idToBytes(customerId);
  const { text, values } = sql`INSERT INTO promotion
      (affiliationId, promotedOn, personId, customerId, newTitle)
    VALUES (${idToBytes(affiliationId)}, ${promotedOn}, ${idToBytes(personId)}, ${customer}, ${newTitle}) AS fresh
    ON DUPLICATE KEY UPDATE personId = fresh.personId, customerId = fresh.customerId,
      newTitle = fresh.newTitle`;
  await manager.query(text, [...values]);
}
