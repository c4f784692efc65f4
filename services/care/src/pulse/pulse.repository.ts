import type { RecordedEvent } from '@crm/kit/event/event';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { CustomerData } from '@crm/schemas/events/customer';
import type { EntityManager } from 'typeorm';

type Told<Data> = Pick<RecordedEvent<Data>, 'aggregateId' | 'data' | 'occurredAt'>;

/** Applies that a customer was created, changed or brought back. */
export async function savePulse(
  manager: EntityManager,
  { aggregateId, data, occurredAt }: Told<CustomerData>,
): Promise<void> {
  await manager.query(
    `INSERT INTO customerPulse (id, code, name, kind, country, province, city, industry, level,
       categories, channelRole, lifecycleStage, designation, source, ownerId, teamId, createdAt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS new
     ON DUPLICATE KEY UPDATE code = new.code, name = new.name, kind = new.kind,
       country = new.country, province = new.province, city = new.city, industry = new.industry,
       level = new.level, categories = new.categories, channelRole = new.channelRole,
       lifecycleStage = new.lifecycleStage, designation = new.designation, source = new.source,
       ownerId = new.ownerId, teamId = new.teamId, deletedAt = NULL`,
    [
      idToBytes(aggregateId),
      data.code,
      data.name,
      data.kind,
      data.country,
      data.province,
      data.city,
      data.industry,
      data.level,
      JSON.stringify(data.categories),
      data.channelRole,
      data.lifecycleStage,
      data.designation,
      data.source,
      data.ownerId === null ? null : idToBytes(data.ownerId),
      data.teamId === null ? null : idToBytes(data.teamId),
      new Date(occurredAt),
    ],
  );
  await refreshPulses(manager, [aggregateId]);
}

/** Applies that a customer was deleted: nobody has to look after it any more. */
export async function endPulse(
  manager: EntityManager,
  { aggregateId, occurredAt }: Pick<RecordedEvent, 'aggregateId' | 'occurredAt'>,
): Promise<void> {
  await manager.query('UPDATE customerPulse SET deletedAt = ? WHERE id = ?', [
    new Date(occurredAt),
    idToBytes(aggregateId),
  ]);
  await markDue(manager, [aggregateId]);
}

/** What happened with a customer, kept one by one so that the latest can be taken back. */
type Fact = {
  readonly table: 'customerInteraction' | 'customerOrder';
  readonly id: string;
  readonly customerId: string | null;
  /** Null when it was cancelled or taken back. */
  readonly at: Date | string | null;
};

/** Applies that something was recorded, amended or taken back; orders come before their customer too. */
export async function saveFact(
  manager: EntityManager,
  { table, id, customerId, at }: Fact,
): Promise<void> {
  const [before]: { customerId: Uint8Array }[] = await manager.query(
    `SELECT customerId FROM ${table} WHERE id = ?`,
    [idToBytes(id)],
  );
  if (customerId === null || at === null) {
    await manager.query(`DELETE FROM ${table} WHERE id = ?`, [idToBytes(id)]);
  } else {
    await manager.query(
      `INSERT INTO ${table} (id, customerId, at) VALUES (?, ?, ?) AS new
       ON DUPLICATE KEY UPDATE customerId = new.customerId, at = new.at`,
      [idToBytes(id), idToBytes(customerId), at],
    );
  }
  const former = before ? [idFromBytes(before.customerId)] : [];
  await refreshPulses(manager, [...former, ...(customerId === null ? [] : [customerId])]);
}

/** Reads from the facts when the customers were last met and last ordered. */
async function refreshPulses(manager: EntityManager, ids: readonly string[]): Promise<void> {
  const customers = [...new Set(ids)].toSorted();
  if (customers.length === 0) return;
  await manager.query(
    `UPDATE customerPulse p SET
       lastInteractionAt = (SELECT MAX(at) FROM customerInteraction WHERE customerId = p.id),
       lastOrderOn = (SELECT MAX(at) FROM customerOrder WHERE customerId = p.id)
     WHERE p.id IN (?)`,
    [customers.map(idToBytes)],
  );
  await markDue(manager, customers);
}

/** Has the alert rules look at these customers at once. */
async function markDue(manager: EntityManager, ids: readonly string[]): Promise<void> {
  await manager.query('INSERT IGNORE INTO pulseDue (customerId) VALUES ?', [
    ids.map((id) => [idToBytes(id)]),
  ]);
}
