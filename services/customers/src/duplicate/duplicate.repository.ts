import { idFromBytes, idToBytes } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import type { Change } from '@crm/kit/record/record';
import { raw, sql, type Sql } from '@crm/kit/sql';
import type { Viewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import {
  distinctEvidence,
  keysOf,
  type DuplicateKey,
  type DuplicateMatch,
  type Evidence,
  type Recognisable,
} from './duplicate.ts';

type Saved = {
  readonly created?: readonly Customer[];
  readonly changed?: readonly Change<Customer>[];
};

/** Keeps what customers are recognised by as they are now. */
export async function saveDuplicateKeys(
  manager: EntityManager,
  { created = [], changed = [] }: Saved,
): Promise<void> {
  const different = changed
    .filter(({ before, after }) => textOf(keysOf(before)) !== textOf(keysOf(after)))
    .map(({ after }) => after);
  await deleteKeys(manager, different);
  await insertKeys(manager, [...created, ...different]);
}

const textOf = (keys: readonly DuplicateKey[]): string =>
  keys
    .map(({ field, value }) => `${field} ${value}`)
    .toSorted()
    .join('\n');

async function deleteKeys(manager: EntityManager, customers: readonly Recognised[]): Promise<void> {
  if (customers.length === 0) return;
  const { text, values } = sql`DELETE FROM duplicateKey
    WHERE customerId IN (${customers.map(({ id }) => idToBytes(id))})`;
  await manager.query(text, [...values]);
}

async function insertKeys(manager: EntityManager, customers: readonly Recognised[]): Promise<void> {
  const rows = customers.flatMap((customer) =>
    keysOf(customer).map(({ field, value }) => [field, value, idToBytes(customer.id)]),
  );
  if (rows.length === 0) return;
  await manager.query('INSERT INTO duplicateKey (field, value, customerId) VALUES ?', [rows]);
}

/** Of a customer that is there. */
export type Recognised = Recognisable & { readonly id: string };

/** The next customers after an id, which nobody changes before this transaction ends. */
export async function lockRecognised(
  manager: EntityManager,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<Recognised[]> {
  const { text, values } =
    sql`SELECT id, name, shortName, formerNames, registrationNumber, website, phone
    FROM customer WHERE deletedAt IS NULL AND id > ${after === null ? Buffer.of() : idToBytes(after)}
    ORDER BY id LIMIT ${raw(String(limit))} FOR SHARE`;
  const rows: (Recognisable & { id: Uint8Array })[] = await manager.query(text, [...values]);
  return rows.map((row) => ({ ...row, id: idFromBytes(row.id) }));
}

/** Writes the keys of those customers anew whose keys are not what they should be. */
export async function repairKeys(
  manager: EntityManager,
  customers: readonly Recognised[],
): Promise<void> {
  if (customers.length === 0) return;
  const { text, values } = sql`SELECT customerId, field, value FROM duplicateKey
    WHERE customerId IN (${customers.map(({ id }) => idToBytes(id))})`;
  const rows: (DuplicateKey & { customerId: Uint8Array })[] = await manager.query(text, [
    ...values,
  ]);
  const kept = new Map<string, DuplicateKey[]>();
  for (const { customerId, ...key } of rows) {
    const id = idFromBytes(customerId);
    kept.set(id, [...(kept.get(id) ?? []), key]);
  }
  const wrong = customers.filter(
    (customer) => textOf(keysOf(customer)) !== textOf(kept.get(customer.id) ?? []),
  );
  await deleteKeys(manager, wrong);
  await insertKeys(manager, wrong);
}

type Asked = {
  readonly viewer: Viewer;
  readonly now: Date;
};

/** Customers that share a key with one that is described, the most alike first. One statement. */
export async function findMatches(
  manager: EntityManager,
  keys: readonly DuplicateKey[],
  asked: Asked,
): Promise<DuplicateMatch[]> {
  if (keys.length === 0) return [];
  const found = await matchesOf(
    manager,
    sql`(SELECT UNHEX('') AS customerId, field, value FROM JSON_TABLE(${JSON.stringify(keys)},
      '$[*]' COLUMNS (field VARCHAR(20) COLLATE utf8mb4_bin PATH '$.field',
        value VARCHAR(200) COLLATE utf8mb4_bin PATH '$.value')) AS given)`,
    asked,
  );
  return found.map(({ match }) => match);
}

type Found = { readonly ofCustomer: string | null; readonly match: DuplicateMatch };

/** The same for customers that are there, by their ids. */
export function findMatchesOf(
  manager: EntityManager,
  customerIds: readonly string[],
  asked: Asked,
): Promise<Found[]> {
  if (customerIds.length === 0) return Promise.resolve([]);
  return matchesOf(
    manager,
    // Most values are of one customer alone, which takes a look to know and more to compare.
    sql`(SELECT held.customerId, held.field, held.value FROM duplicateKey held
      WHERE held.customerId IN (${customerIds.map(idToBytes)})
        AND EXISTS (SELECT /*+ NO_SEMIJOIN() */ 1 FROM duplicateKey other
          WHERE other.field = held.field AND other.value = held.value
            AND other.customerId <> held.customerId))`,
    asked,
  );
}

/** Of a value that very many customers share, no more than so many are looked at. */
const sharersMax = 50;

type Row = {
  readonly ofCustomer: Uint8Array;
  readonly id: Uint8Array;
  readonly teamId: Uint8Array | null;
  readonly isVisible: number;
  readonly evidence: readonly Evidence[];
};

/** Pairs that somebody has called no duplicates are left out. */
async function matchesOf(
  manager: EntityManager,
  own: Sql,
  { viewer, now }: Asked,
): Promise<Found[]> {
  const visible = scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now });
  const { text, values } = sql`
    SELECT own.customerId AS ofCustomer, t.id, t.teamId, (${visible}) AS isVisible,
      JSON_ARRAYAGG(JSON_OBJECT('field', rule.field, 'weight', rule.weight, 'onCreate', rule.onCreate))
        AS evidence
    FROM ${own} AS own
    JOIN duplicateRule rule ON rule.field = own.field AND rule.active = 1 AND rule.deletedAt IS NULL
    JOIN LATERAL (SELECT other.customerId FROM duplicateKey other
      WHERE other.field = own.field AND other.value = own.value
        AND other.customerId <> own.customerId
      LIMIT ${raw(String(sharersMax))}) AS other
    JOIN customer t ON t.id = other.customerId AND t.deletedAt IS NULL
    LEFT JOIN duplicateCandidate pair ON pair.firstId = LEAST(own.customerId, t.id)
      AND pair.secondId = GREATEST(own.customerId, t.id) AND pair.state = 'DISMISSED'
    WHERE pair.id IS NULL
    GROUP BY own.customerId, t.id`;
  const rows: Row[] = await manager.query(text, [...values]);
  return rows.map((row) => ({
    ofCustomer: row.ofCustomer.length === 0 ? null : idFromBytes(row.ofCustomer),
    match: {
      customerId: idFromBytes(row.id),
      teamId: row.teamId === null ? null : idFromBytes(row.teamId),
      isVisible: row.isVisible === 1,
      evidence: distinctEvidence(row.evidence),
    },
  }));
}
