import { idToBytes, isId } from '@crm/kit/id';
import { and, or, raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import type { EntityManager } from 'typeorm';
import { AffiliationEntity, type Affiliation } from './affiliation.fields.ts';

type Parties = {
  readonly customerIds: readonly (string | null)[];
  readonly personIds: readonly (string | null)[];
};

const bytesOf = (ids: readonly (string | null)[]): Buffer[] =>
  [...new Set(ids)].filter((id) => id !== null && isId(id)).map((id) => idToBytes(id ?? ''));

/**
 * Makes whoever decides about affiliations of the same customers or people wait: customers first,
 * then people, each in the order of their ids.
 */
export async function lockParties(
  manager: EntityManager,
  { customerIds, personIds }: Parties,
): Promise<void> {
  await lockRows(manager, 'customerAccess', bytesOf(customerIds));
  await lockRows(manager, 'person', bytesOf(personIds));
}

async function lockRows(
  manager: EntityManager,
  table: 'customerAccess' | 'person',
  ids: readonly Buffer[],
): Promise<void> {
  if (ids.length === 0) return;
  const { text, values } =
    sql`SELECT id FROM ${raw(table)} WHERE id IN (${ids}) ORDER BY id FOR UPDATE`;
  await manager.query(text, [...values]);
}

/** The live affiliations of these people, and of these customers. */
export function findAffiliations(
  manager: EntityManager,
  { customerIds, personIds }: Parties,
): Promise<Affiliation[]> {
  const [customers, people] = [bytesOf(customerIds), bytesOf(personIds)];
  const conditions: readonly (readonly [number, Sql])[] = [
    [customers.length, sql`t.customerId IN (${customers})`],
    [people.length, sql`t.personId IN (${people})`],
  ];
  const wanted = conditions.filter(([count]) => count > 0).map(([, condition]) => condition);
  if (wanted.length === 0) return Promise.resolve([]);
  return selectRows(
    manager,
    AffiliationEntity,
    sql`WHERE ${and([or(wanted), raw('t.deletedAt IS NULL')])} ORDER BY t.id`,
  );
}

/** Those that were deleted together with their person. */
export const findDeletedWith = (manager: EntityManager, personId: string): Promise<Affiliation[]> =>
  selectRows(
    manager,
    AffiliationEntity,
    sql`WHERE t.personId = ${idToBytes(personId)}
      AND t.deletedAt = (SELECT p.deletedAt FROM person p WHERE p.id = t.personId)
      ORDER BY t.id`,
  );
