import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import type { Change } from '@crm/kit/record/record';
import { joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import type { Viewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { isGuarded, PersonEntity, type Person } from '../person/person.fields.ts';
import { duplicateFields, keysOf, type PersonDuplicate, type PersonKey } from './duplicate.ts';

/** Children are recognised by nothing. */
export const keysKept = (person: Person): PersonKey[] =>
  isGuarded(person, new Date()) ? [] : keysOf(person);

export async function insertPersonKeys(
  manager: EntityManager,
  people: readonly Person[],
): Promise<void> {
  const rows = people.flatMap((person) =>
    keysKept(person).map(({ field, value }) => [field, value, idToBytes(person.id)]),
  );
  if (rows.length === 0) return;
  await manager.query('INSERT INTO personKey (field, value, personId) VALUES ?', [rows]);
}

/** Equal for keys that are. */
export const textOfKeys = (keys: readonly PersonKey[]): string =>
  keys
    .map(({ field, value }) => `${field} ${value.toString('hex')}`)
    .toSorted()
    .join();

const textOf = (person: Person): string => textOfKeys(keysKept(person));

export async function replacePersonKeys(
  manager: EntityManager,
  changes: readonly Change<Person>[],
): Promise<void> {
  const moved = changes
    .filter(({ before, after }) => textOf(before) !== textOf(after))
    .map(({ after }) => after);
  await replaceKeysOf(manager, moved);
}

export async function replaceKeysOf(
  manager: EntityManager,
  people: readonly Person[],
): Promise<void> {
  if (people.length === 0) return;
  const { text, values } = sql`DELETE FROM personKey
    WHERE personId IN (${people.map(({ id }) => idToBytes(id))})`;
  await manager.query(text, [...values]);
  await insertPersonKeys(manager, people);
}

type Asked = { readonly viewer: Viewer; readonly now: Date };

/** People who share a key with one that is described. One statement. */
export async function findDuplicates(
  manager: EntityManager,
  keys: readonly PersonKey[],
  asked: Asked,
): Promise<PersonDuplicate[]> {
  if (keys.length === 0) return [];
  const pairs = joinSql(
    keys.map(({ field, value }) => sql`(${field}, ${value})`),
    ', ',
  );
  const found = await matchesOf(
    manager,
    {
      own: raw(`UNHEX('')`),
      from: sql`personKey other WHERE (other.field, other.value) IN (${pairs})`,
    },
    asked,
  );
  return found.map(({ match }) => match);
}

type Found = { readonly ofPerson: string | null; readonly match: PersonDuplicate };

/** The same for people who are there, by their ids. */
export async function findDuplicatesOf(
  manager: EntityManager,
  personIds: readonly string[],
  asked: Asked,
): Promise<Found[]> {
  const known = personIds.filter(isId).map(idToBytes);
  if (known.length === 0) return [];
  return matchesOf(
    manager,
    {
      own: raw('own.personId'),
      from: sql`personKey own JOIN personKey other ON other.field = own.field
        AND other.value = own.value AND other.personId <> own.personId
        WHERE own.personId IN (${known})`,
    },
    asked,
  );
}

const matchesMax = 200;

type Row = {
  readonly ofPerson: Uint8Array;
  readonly id: Uint8Array;
  readonly teamId: Uint8Array | null;
  readonly isVisible: number;
  readonly fields: readonly string[];
};

async function matchesOf(
  manager: EntityManager,
  { own, from }: { readonly own: Sql; readonly from: Sql },
  { viewer, now }: Asked,
): Promise<Found[]> {
  const visible = scopeSql(viewer, 'read', { entity: PersonEntity, alias: 't', now });
  const { text, values } = sql`SELECT pair.ofPerson, t.id, t.teamId, (${visible}) AS isVisible,
      pair.fields
    FROM (SELECT ${own} AS ofPerson, other.personId, JSON_ARRAYAGG(other.field) AS fields
      FROM ${from} GROUP BY ofPerson, other.personId LIMIT ${raw(String(matchesMax))}) AS pair
    JOIN person t ON t.id = pair.personId AND t.deletedAt IS NULL`;
  const rows: Row[] = await manager.query(text, [...values]);
  return rows.map((row) => ({
    ofPerson: row.ofPerson.length === 0 ? null : idFromBytes(row.ofPerson),
    match: {
      personId: idFromBytes(row.id),
      teamId: row.teamId === null ? null : idFromBytes(row.teamId),
      isVisible: row.isVisible === 1,
      fields: duplicateFields.filter((field) => row.fields.includes(field)),
    },
  }));
}
