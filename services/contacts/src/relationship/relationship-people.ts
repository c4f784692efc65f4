import type { FieldProblem } from '@crm/kit/errors';
import { idFromBytes, isId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { scopeSql } from '@crm/kit/record/policy';
import { writableIds } from '@crm/kit/record/record';
import type { Pair } from '@crm/kit/record/relation';
import { findByIds } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { PersonEntity, type Person } from '../person/person.fields.ts';

/** What is wrong with the people of pairs: both must be readable, and one of them is to be changed. */
export async function partyProblems(work: Work, pairs: readonly Pair[]): Promise<FieldProblem[][]> {
  const ids = [...new Set(pairs.flatMap(({ fromId, toId }) => [fromId, toId]))];
  const readable = new Set((await readablePeople(work, ids)).map(({ id }) => id));
  const writable = await writableIds(work, PersonEntity, ids);
  return pairs.map(({ fromId, toId }) => {
    const unknown = Object.entries({ fromId, toId }).filter(([, id]) => !readable.has(id));
    if (unknown.length > 0)
      return unknown.map(([path]) => ({ path, message: 'is no person whom you may relate' }));
    return writable.has(fromId) || writable.has(toId)
      ? []
      : [{ path: 'fromId', message: 'and toId: you may change neither of them' }];
  });
}

/** Those that the viewer may not read stay unnamed. */
export async function readableNames(work: Work, ids: readonly string[]): Promise<string[]> {
  const names = new Map((await readablePeople(work, ids)).map(({ id, name }) => [id, name]));
  return ids.map((id) => names.get(id) ?? '…');
}

const readablePeople = (
  { manager, viewer, now }: Work,
  ids: readonly string[],
): Promise<Person[]> =>
  findByIds(manager, PersonEntity, {
    ids: ids.filter(isId),
    scope: scopeSql(viewer, 'read', { entity: PersonEntity, alias: 't', now }),
  });

/** The ids of live people by their codes. */
export async function idsOfCodes(
  { manager }: Work,
  codes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { text, values } =
    sql`SELECT id, code FROM person WHERE deletedAt IS NULL AND code IN (${codes})`;
  const rows: { id: Uint8Array; code: string }[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ id, code }) => [code.toLowerCase(), idFromBytes(id)]));
}
