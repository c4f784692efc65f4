import { idFromBytes, idToBytes } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { evaluateStages, sweepStages } from '../lifecycle/stage.repository.ts';
import { evaluateCustomers, sweepMembers } from '../segment/evaluation.repository.ts';

/** In one order, so that two batches never wait for each other in a circle. */
export async function noteDue(
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<void> {
  const ids = [...new Set(customerIds)].toSorted();
  if (ids.length === 0) return;
  await manager.query('INSERT IGNORE INTO customerDue (customerId) VALUES ?', [
    ids.map((id) => [idToBytes(id)]),
  ]);
}

/** The customers that they are or were at. */
export async function customersOfPeople(
  manager: EntityManager,
  personIds: readonly string[],
): Promise<readonly string[]> {
  if (personIds.length === 0) return [];
  const rows: { customerId: Uint8Array }[] = await manager.query(
    `SELECT DISTINCT customerId FROM affiliation
     WHERE personId IN (?) AND customerId IS NOT NULL AND deletedAt IS NULL`,
    [personIds.map(idToBytes)],
  );
  return rows.map(({ customerId }) => idFromBytes(customerId));
}

const customersAtOnce = 500;

type Following = { readonly manager: EntityManager; readonly now: Date };

/**
 * Looks at customers that something happened with, and goes on with what a new day or a new rule
 * asks of all of them. Tells whether there is more to do at once.
 */
export async function followOn(following: Following): Promise<boolean> {
  const hasDue = await followDue(following);
  const hasMembers = await sweepMembers(following);
  const hasStages = await sweepStages(following);
  return hasDue || hasMembers || hasStages;
}

async function followDue(following: Following): Promise<boolean> {
  const { manager } = following;
  const rows: { customerId: Uint8Array }[] = await manager.query(
    `SELECT customerId FROM customerDue LIMIT ${customersAtOnce} FOR UPDATE SKIP LOCKED`,
  );
  if (rows.length === 0) return false;
  const ids = rows.map(({ customerId }) => customerId);
  await evaluateCustomers(following, ids.map(idFromBytes));
  await evaluateStages(following, sql`t.id IN (${ids})`);
  await manager.query('DELETE FROM customerDue WHERE customerId IN (?)', [ids]);
  return rows.length === customersAtOnce;
}
