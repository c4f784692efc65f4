import { notFound } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { currentPerson } from '../merge/merged-people.ts';
import { PersonEntity, type Person } from '../person/person.fields.ts';

/** Only who answers for a person lets others to it: to whom it was shared does not. */
export async function lockOwnPerson(
  { manager, viewer, now }: Work,
  given: string,
): Promise<Person> {
  if (!isId(given)) throw notFound(PersonEntity.name, given);
  const id = await currentPerson(manager, given);
  const scope = scopeSql(viewer, 'write', {
    entity: PersonEntity,
    alias: 't',
    now,
    isShareEnough: false,
  });
  const [person] = await selectRows(
    manager,
    PersonEntity,
    sql`WHERE t.id = ${idToBytes(id)} AND t.deletedAt IS NULL AND ${scope} FOR UPDATE`,
  );
  if (!person) throw notFound(PersonEntity.name, given);
  return person;
}

/** Whether somebody who works here has this id, or a team that has anybody. */
export async function isGrantee(
  manager: EntityManager,
  kind: 'STAFF' | 'TEAM',
  id: string,
): Promise<boolean> {
  if (!isId(id)) return false;
  const column = kind === 'STAFF' ? 'id' : 'teamId';
  const rows: unknown[] = await manager.query(
    `SELECT 1 FROM staffMember WHERE ${column} = ? AND active = 1 LIMIT 1`,
    [idToBytes(id)],
  );
  return rows.length > 0;
}
