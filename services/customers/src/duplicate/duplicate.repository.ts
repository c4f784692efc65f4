import { idFromBytes, idToBytes } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import type { Change } from '@crm/kit/record/record';
import { raw, sql } from '@crm/kit/sql';
import { mapInTurns } from '@crm/kit/turns';
import type { Viewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import {
  distinctEvidence,
  keysOf,
  printOf,
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
  const different = changed.filter(
    ({ before, after }) => textOf(keysOf(before)) !== textOf(keysOf(after)),
  );
  await deletePrints(manager, await printsOf(different.map(({ before }) => before)));
  const now = [...created, ...different.map(({ after }) => after)];
  await insertPrints(manager, await printsOf(now));
}

const textOf = (keys: readonly DuplicateKey[]): string =>
  keys
    .map(({ field, value }) => `${field} ${value}`)
    .toSorted()
    .join('\n');

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

type Print = readonly [print: Buffer, customerId: Buffer];

async function printsOf(customers: readonly Recognised[]): Promise<Print[]> {
  const prints = await mapInTurns(customers, (customer) => {
    const id = idToBytes(customer.id);
    return keysOf(customer).map((key) => [printOf(key), id] as const);
  });
  return prints.flat();
}

async function deletePrints(manager: EntityManager, prints: readonly Print[]): Promise<void> {
  if (prints.length === 0) return;
  await manager.query('DELETE FROM duplicatePrint WHERE (print, customerId) IN (?)', [prints]);
}

async function insertPrints(manager: EntityManager, prints: readonly Print[]): Promise<void> {
  if (prints.length === 0) return;
  // One that two releases have made for the same customer may be there.
  await manager.query('INSERT IGNORE INTO duplicatePrint (print, customerId) VALUES ?', [prints]);
}

/** Keeps the prints that are not there yet, as after a release that makes keys differently. */
export async function keepPrints(
  manager: EntityManager,
  customers: readonly Recognised[],
): Promise<void> {
  const prints = await printsOf(customers);
  if (prints.length === 0) return;
  const rows: { print: Buffer; customerId: Buffer }[] = await manager.query(
    'SELECT print, customerId FROM duplicatePrint WHERE (print, customerId) IN (?)',
    [prints],
  );
  const kept = new Set(rows.map(({ print, customerId }) => nameOf([print, customerId])));
  await insertPrints(
    manager,
    prints.filter((each) => !kept.has(nameOf(each))),
  );
}

const nameOf = ([print, customerId]: Print): string =>
  print.toString('latin1') + customerId.toString('latin1');

type Asked = {
  readonly viewer: Viewer;
  readonly now: Date;
};

/** Customers that share a key with one that is described, the most alike first. One statement. */
export async function findMatches(
  manager: EntityManager,
  described: Recognisable,
  asked: Asked,
): Promise<DuplicateMatch[]> {
  const found = await findMatchesOf(manager, [{ ...described, id: null }], asked);
  return found.map(({ match }) => match);
}

type Found = { readonly ofCustomer: string | null; readonly match: DuplicateMatch };

/** The same for many, those among them that are there by their ids. */
export async function findMatchesOf(
  manager: EntityManager,
  customers: readonly (Recognisable & { readonly id: string | null })[],
  asked: Asked,
): Promise<Found[]> {
  const own = customers.flatMap((customer) => {
    const keys = keysOf(customer).map((key) => ({
      field: key.field,
      print: printOf(key).toString('hex'),
    }));
    const id = customer.id === null ? '' : idToBytes(customer.id).toString('hex');
    return keys.length === 0 ? [] : [{ id, keys }];
  });
  return own.length === 0 ? [] : matchesOf(manager, JSON.stringify(own), asked);
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

/**
 * Pairs that somebody has called no duplicates are left out. Most values are of one customer alone,
 * which takes a look to know and more to compare.
 */
async function matchesOf(
  manager: EntityManager,
  own: string,
  { viewer, now }: Asked,
): Promise<Found[]> {
  const visible = scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now });
  const { text, values } = sql`
    SELECT own.customerId AS ofCustomer, t.id, t.teamId, (${visible}) AS isVisible,
      JSON_ARRAYAGG(JSON_OBJECT('field', rule.field, 'weight', rule.weight, 'onCreate', rule.onCreate))
        AS evidence
    FROM (SELECT UNHEX(given.id) AS customerId, given.field, UNHEX(given.print) AS print
      FROM JSON_TABLE(${own}, '$[*]' COLUMNS (id CHAR(32) PATH '$.id',
        NESTED PATH '$.keys[*]' COLUMNS (field VARCHAR(20) COLLATE utf8mb4_bin PATH '$.field',
          print CHAR(16) PATH '$.print'))) AS given
      WHERE EXISTS (SELECT /*+ NO_SEMIJOIN() */ 1 FROM duplicatePrint other
        WHERE other.print = UNHEX(given.print) AND other.customerId <> UNHEX(given.id))) AS own
    JOIN duplicateRule rule ON rule.field = own.field AND rule.active = 1 AND rule.deletedAt IS NULL
    JOIN LATERAL (SELECT other.customerId FROM duplicatePrint other
      WHERE other.print = own.print AND other.customerId <> own.customerId
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
