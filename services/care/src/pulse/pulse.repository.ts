import { idFromBytes, idToBytes } from '@crm/kit/id';
import { endRows, latestOf, type Latest, type Told } from '@crm/kit/projection/latest';
import type { CustomerData } from '@crm/schemas/events/customer';
import type { EntityManager } from 'typeorm';

const isCustomer = (data: object): data is CustomerData => 'lifecycleStage' in data;

/**
 * Applies that customers were created, changed, brought back or deleted: nobody has to look after
 * a deleted one any more.
 */
export async function savePulses(
  manager: EntityManager,
  events: readonly Told<object>[],
): Promise<void> {
  const latest = latestOf(events, isCustomer);
  const rows = latest.flatMap((each) => (each.state === null ? [] : [rowOf(each, each.state)]));
  if (rows.length > 0) {
    await manager.query(
      `INSERT INTO customerPulse (id, code, name, kind, country, province, city, industry, level,
         categories, channelRole, lifecycleStage, designation, source, ownerId, teamId, createdAt,
         deletedAt)
       VALUES ? AS new
       ON DUPLICATE KEY UPDATE code = new.code, name = new.name, kind = new.kind,
         country = new.country, province = new.province, city = new.city, industry = new.industry,
         level = new.level, categories = new.categories, channelRole = new.channelRole,
         lifecycleStage = new.lifecycleStage, designation = new.designation, source = new.source,
         ownerId = new.ownerId, teamId = new.teamId, deletedAt = new.deletedAt`,
      [rows],
    );
  }
  await endRows(manager, 'customerPulse', latest);
  await refreshPulses(
    manager,
    latest.map(({ id }) => id),
  );
}

const rowOf = ({ id, since, endedAt }: Latest<CustomerData>, data: CustomerData): unknown[] => [
  idToBytes(id),
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
  since,
  endedAt,
];

/** What happened with a customer, kept one by one so that the latest can be taken back. */
type Fact = {
  readonly id: string;
  readonly customerId: string | null;
  /** What is kept of it; null when it was cancelled, taken back or is done with. */
  readonly value: Date | number | string | null;
};

/** Where facts lie, and the column of what is kept of them. */
const columns = {
  customerInteraction: 'at',
  customerOrder: 'at',
  customerReceivable: 'dueOn',
  customerCredit: 'usedPercent',
} as const;

type Facts = {
  readonly table: keyof typeof columns;
  readonly facts: readonly Fact[];
};

/** Applies what was recorded, amended or taken back; facts come before their customer too. */
export async function saveFacts(
  manager: EntityManager,
  { table, facts: told }: Facts,
): Promise<void> {
  const column = columns[table];
  const facts = [...new Map(told.map((fact) => [fact.id, fact])).values()];
  const former = await customersOf(
    manager,
    table,
    facts.map(({ id }) => id),
  );
  const [kept, gone] = [facts.filter(isKept), facts.filter((fact) => !isKept(fact))];
  if (gone.length > 0) {
    await manager.query(`DELETE FROM ${table} WHERE id IN (?)`, [
      gone.map(({ id }) => idToBytes(id)),
    ]);
  }
  if (kept.length > 0) {
    await manager.query(
      `INSERT INTO ${table} (id, customerId, ${column}) VALUES ? AS new
       ON DUPLICATE KEY UPDATE customerId = new.customerId, ${column} = new.${column}`,
      [kept.map(({ id, customerId, value }) => [idToBytes(id), idToBytes(customerId), value])],
    );
  }
  await refreshPulses(manager, [...former, ...facts.flatMap(({ customerId }) => customerId ?? [])]);
}

type KeptFact = Fact & {
  readonly customerId: string;
  readonly value: NonNullable<Fact['value']>;
};

const isKept = (fact: Fact): fact is KeptFact => fact.customerId !== null && fact.value !== null;

async function customersOf(
  manager: EntityManager,
  table: Facts['table'],
  ids: readonly string[],
): Promise<string[]> {
  const rows: { customerId: Uint8Array }[] = await manager.query(
    `SELECT DISTINCT customerId FROM ${table} WHERE id IN (?)`,
    [ids.map(idToBytes)],
  );
  return rows.map(({ customerId }) => idFromBytes(customerId));
}

/** Reads from the facts when the customers were last met and last ordered, and what they owe. */
async function refreshPulses(manager: EntityManager, ids: readonly string[]): Promise<void> {
  const customers = [...new Set(ids)].toSorted();
  if (customers.length === 0) return;
  await manager.query(
    `UPDATE customerPulse p SET
       lastInteractionAt = (SELECT MAX(at) FROM customerInteraction WHERE customerId = p.id),
       lastOrderOn = (SELECT MAX(at) FROM customerOrder WHERE customerId = p.id),
       oldestDueOn = (SELECT MIN(dueOn) FROM customerReceivable WHERE customerId = p.id),
       creditUsedPercent = (SELECT MAX(usedPercent) FROM customerCredit WHERE customerId = p.id)
     WHERE p.id IN (?)`,
    [customers.map(idToBytes)],
  );
  await markDue(manager, customers);
}

/** Has the alert rules look at these customers at once. */
export async function markDue(manager: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await manager.query('INSERT IGNORE INTO pulseDue (customerId) VALUES ?', [
    [...new Set(ids)].toSorted().map((id) => [idToBytes(id)]),
  ]);
}

/** The same for the customers where these people are. */
export async function markDueOf(
  manager: EntityManager,
  personIds: readonly string[],
): Promise<void> {
  if (personIds.length === 0) return;
  await manager.query(
    `INSERT IGNORE INTO pulseDue (customerId)
     SELECT DISTINCT customerId FROM affiliation WHERE personId IN (?) AND customerId IS NOT NULL`,
    [personIds.map(idToBytes)],
  );
}
