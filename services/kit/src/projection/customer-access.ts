import type { EntityManager } from 'typeorm';
import type { Work } from '../record/command.ts';
import type { RequestContext } from '../context.ts';
import { defineEntity } from '../record/entity.ts';
import { notFound } from '../errors.ts';
import { onMany, type Consumer } from '../event/consumer.ts';
import type { EventType } from '../event/event.ts';
import { id } from '../record/field.ts';
import { idFromBytes, idToBytes, isId } from '../id.ts';
import { scopeSql, type Action } from '../record/policy.ts';
import { endRows, latestOf, type Told } from './latest.ts';
import { survivorsOf } from './survivor.ts';
import { sql } from '../sql.ts';

/**
 * Who owns which customer, as every service but customers knows it from events. Records of a
 * customer name the table in their access: `{ by: 'parent', column: 'customerId', table:
 * 'customerAccess' }`.
 */
const CustomerAccess = defineEntity('Customer', {
  table: 'customerAccess',
  fields: {
    ownerId: id({ label: { zh: '负责人', en: 'Owner' } }),
    teamId: id({ label: { zh: '所属团队', en: 'Team' } }),
  },
  access: { by: 'owner', owner: 'ownerId', team: 'teamId' },
});

type Owned = { readonly ownerId: string | null; readonly teamId: string | null };

type CustomerEvents = {
  /** Those that tell the owner: created, updated, restored, unmerged. */
  readonly saved: readonly EventType<Owned>[];
  /** Those that end it: deleted, merged. */
  readonly ended: readonly EventType[];
};

/** Keeps the projection. The contract knows the events, and the kit knows no contract. */
export const customerAccessConsumer = ({ saved, ended }: CustomerEvents): Consumer =>
  onMany<object>([...saved, ...ended], saveCustomerAccess);

const isOwned = (data: object): data is Owned => 'ownerId' in data && 'teamId' in data;

/** An end tells the last owner too, and is no state for that. */
const endings: readonly string[] = ['customer.deleted', 'customer.merged'];

const withoutEnds = <Event extends Told<object>>(event: Event): Event =>
  endings.includes(event.type ?? '') ? { ...event, data: {} } : event;

/** Applies that customers were created, changed, brought back or deleted, in the order told. */
export async function saveCustomerAccess(
  manager: EntityManager,
  events: readonly Told<object>[],
): Promise<void> {
  const latest = latestOf(events.map(withoutEnds), isOwned);
  const rows = latest.flatMap(({ id: customerId, state, endedAt }) =>
    state === null
      ? []
      : [[idToBytes(customerId), bytesOf(state.ownerId), bytesOf(state.teamId), endedAt]],
  );
  if (rows.length > 0) {
    await manager.query(
      `INSERT INTO customerAccess (id, ownerId, teamId, deletedAt) VALUES ? AS fresh
       ON DUPLICATE KEY UPDATE ownerId = fresh.ownerId, teamId = fresh.teamId,
         deletedAt = fresh.deletedAt`,
      [rows],
    );
  }
  await endRows(manager, 'customerAccess', latest);
}

const bytesOf = (uuid: string | null): Buffer | null => (uuid === null ? null : idToBytes(uuid));

/** Those of the ids that name live customers with which the viewer may do `action`. */
export async function reachableCustomers(
  { manager, viewer, now }: Pick<Work, 'manager' | 'now' | 'viewer'>,
  action: Action,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const known = [...new Set(ids)].filter(isId);
  if (known.length === 0) return new Set();
  const scope = scopeSql(viewer, action, { entity: CustomerAccess, alias: 't', now });
  // Locked, so that two commands that decide about one customer do so one after the other.
  const lock = action === 'write' ? sql`FOR UPDATE` : sql``;
  const { text, values } = sql`SELECT t.id FROM customerAccess t
    WHERE t.id IN (${known.map(idToBytes)}) AND t.deletedAt IS NULL AND ${scope}
    ORDER BY t.id ${lock}`;
  const rows: { id: Uint8Array }[] = await manager.query(text, [...values]);
  return new Set(rows.map((row) => idFromBytes(row.id)));
}

/**
 * Locks a customer for whom the viewer may record something, or the one that it was merged into;
 * NOT_FOUND for every other. Gives its id.
 */
export async function lockCustomer(work: Work, customerId: string): Promise<string> {
  if ((await reachableCustomers(work, 'write', [customerId])).has(customerId)) return customerId;
  const survivor = (await survivorsOf(work.manager, [customerId])).get(customerId);
  const found = survivor ? await reachableCustomers(work, 'write', [survivor]) : new Set<string>();
  if (survivor === undefined || !found.has(survivor)) throw notFound('Customer', customerId);
  return survivor;
}

const waitMsMax = 1000;
const pollMs = 50;

/**
 * Gives the event of a customer that was created a moment ago time to arrive. Call it before the
 * command; what is unknown after a second is refused there.
 */
export async function awaitCustomers(
  { app }: RequestContext,
  ids: readonly (string | null | undefined)[],
): Promise<void> {
  const wanted = [...new Set(ids.flatMap((each) => each ?? []))].filter(isId);
  if (wanted.length === 0) return;
  const waitUntil = Date.now() + waitMsMax;
  for (;;) {
    const { text, values } =
      sql`SELECT COUNT(*) AS known FROM customerAccess WHERE id IN (${wanted.map(idToBytes)})`;
    const [row]: { known: number }[] = await app.db.manager.query(text, [...values]);
    if (Number(row?.known) >= wanted.length || Date.now() >= waitUntil) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
