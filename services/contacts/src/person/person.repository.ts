import type { Work } from '@crm/kit/record/command';
import { notFound } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { scopeSql, type Action } from '@crm/kit/record/policy';
import { sql } from '@crm/kit/sql';
import { findByIds, selectRows } from '@crm/kit/record/store';
import type { EntityManager } from 'typeorm';
import { currentPerson } from '../merge/merged-people.ts';
import { PersonEntity, type Person } from './person.fields.ts';

/**
 * Locks the live person that an id means, which may be another since it was merged, and with whom
 * the viewer may do `action`; NOT_FOUND for every other.
 */
export async function lockPerson(
  { manager, viewer, now }: Work,
  action: Action,
  given: string,
): Promise<Person> {
  if (!isId(given)) throw notFound('Person', given);
  const id = await currentPerson(manager, given);
  const scope = scopeSql(viewer, action, { entity: PersonEntity, alias: 't', now });
  const [person] = await selectRows(
    manager,
    PersonEntity,
    sql`WHERE t.id = ${idToBytes(id)} AND t.deletedAt IS NULL AND ${scope} FOR UPDATE`,
  );
  if (!person) throw notFound('Person', id);
  return person;
}

/** Those of the ids that name live people whom the viewer may read. */
export async function readablePeople(
  { manager, viewer, now }: Work,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const scope = scopeSql(viewer, 'read', { entity: PersonEntity, alias: 't', now });
  const people = await findByIds(manager, PersonEntity, {
    ids: [...new Set(ids)].filter(isId),
    scope,
  });
  return new Set(people.map(({ id }) => id));
}

type Reference = { readonly source: string; readonly externalRef: string };

/** Codes of live people by their key in another system, as `keyOfReference` writes it. */
export async function codesByReference(
  manager: EntityManager,
  references: readonly Reference[],
): Promise<ReadonlyMap<string, string>> {
  if (references.length === 0) return new Map();
  const { text, values } = sql`SELECT code, source, externalRef FROM person
    WHERE deletedAt IS NULL AND externalRef IN (${references.map(({ externalRef }) => externalRef)})`;
  const rows: (Reference & { readonly code: string })[] = await manager.query(text, [...values]);
  return new Map(rows.map((row) => [keyOfReference(row), row.code]));
}

export const keyOfReference = ({ source, externalRef }: Reference): string =>
  JSON.stringify([source.toLowerCase(), externalRef.toLowerCase()]);

type Namesake = { readonly customerId: string; readonly name: string };

/** Codes of live people by name within a customer, as `keyOfNamesake` writes it. */
export async function codesByNamesake(
  manager: EntityManager,
  namesakes: readonly Namesake[],
): Promise<ReadonlyMap<string, string>> {
  const customerIds = [...new Set(namesakes.map(({ customerId }) => customerId))].filter(isId);
  if (customerIds.length === 0) return new Map();
  const { text, values } = sql`SELECT t.code, t.name, a.customerId
    FROM affiliation a JOIN person t ON t.id = a.personId
    WHERE a.deletedAt IS NULL AND t.deletedAt IS NULL
      AND a.customerId IN (${customerIds.map(idToBytes)})
      AND t.name IN (${namesakes.map(({ name }) => name)})
    ORDER BY t.id DESC`;
  const rows: { code: string; name: string; customerId: Uint8Array }[] = await manager.query(text, [
    ...values,
  ]);
  return new Map(
    rows.map(({ code, name, customerId }) => [
      keyOfNamesake({ name, customerId: idFromBytes(customerId) }),
      code,
    ]),
  );
}

export const keyOfNamesake = ({ customerId, name }: Namesake): string =>
  JSON.stringify([customerId, name.trim()]);

/** The ids of live people by their codes. */
export async function idsByCode(
  manager: EntityManager,
  codes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (codes.length === 0) return new Map();
  const { text, values } =
    sql`SELECT id, code FROM person WHERE deletedAt IS NULL AND code IN (${codes}) ORDER BY id FOR UPDATE`;
  const rows: { id: Uint8Array; code: string }[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ id, code }) => [code.toLowerCase(), idFromBytes(id)]));
}
