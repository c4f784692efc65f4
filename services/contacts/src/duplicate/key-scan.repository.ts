import { idFromBytes, idToBytes } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { PersonEntity, type Person } from '../person/person.fields.ts';
import { keysKept, replaceKeysOf, textOfKeys } from './duplicate.repository.ts';
import { keyRules, type PersonKey } from './duplicate.ts';

const peopleAtOnce = 200;

/** Children grow up, and what they are recognised by is kept from then on. */
const againAfterMs = 7 * 86_400_000;

/**
 * Looks whether the next people are recognised by what they should be, and keeps it where they are
 * not: those of before there were keys, and everybody's when keys are made differently. Tells whether
 * a round is under way.
 */
export async function scanKeys(manager: EntityManager, now: Date): Promise<boolean> {
  const after = await nextOf(manager, now);
  if (after === null) return false;
  const people = await selectRows(
    manager,
    PersonEntity,
    sql`WHERE t.id > ${after} AND t.deletedAt IS NULL
      ORDER BY t.id LIMIT ${raw(String(peopleAtOnce))} FOR UPDATE`,
  );
  const known = await findKeysOf(manager, people);
  await replaceKeysOf(
    manager,
    people.filter(
      (person) => textOfKeys(keysKept(person)) !== textOfKeys(known.get(person.id) ?? []),
    ),
  );
  const last = people.length < peopleAtOnce ? null : (people.at(-1)?.id ?? null);
  const { text, values } = sql`UPDATE personKeyScan SET rules = ${keyRules},
    cursorId = ${last === null ? null : idToBytes(last)}, finishedAt = ${last === null ? now : null}`;
  await manager.query(text, [...values]);
  return true;
}

type Scan = {
  readonly rules: number;
  readonly cursorId: Uint8Array | null;
  readonly finishedAt: Date | null;
};

/** After whom the scan goes on; null when there is nothing to do. */
async function nextOf(manager: EntityManager, now: Date): Promise<Buffer | null> {
  const [scan]: Scan[] = await manager.query(
    'SELECT rules, cursorId, finishedAt FROM personKeyScan FOR UPDATE',
  );
  if (!scan) throw new Error('The row of the scan is missing');
  const { rules, cursorId, finishedAt } = scan;
  const isSame = rules === keyRules;
  if (isSame && finishedAt !== null && now.getTime() - finishedAt.getTime() < againAfterMs) {
    return null;
  }
  return isSame && cursorId !== null ? Buffer.from(cursorId) : Buffer.alloc(16);
}

async function findKeysOf(
  manager: EntityManager,
  people: readonly Person[],
): Promise<ReadonlyMap<string, readonly PersonKey[]>> {
  const known = new Map<string, PersonKey[]>(people.map(({ id }) => [id, []]));
  if (people.length === 0) return known;
  const { text, values } = sql`SELECT personId, field, value FROM personKey
    WHERE personId IN (${people.map(({ id }) => idToBytes(id))})`;
  const rows: (PersonKey & { readonly personId: Uint8Array })[] = await manager.query(text, [
    ...values,
  ]);
  for (const { personId, field, value } of rows)
    known.get(idFromBytes(personId))?.push({ field, value });
  return known;
}
