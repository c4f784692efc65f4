import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Interaction } from './interaction.fields.ts';

/** Those of the ids that name members of staff. */
export async function knownStaff(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const wanted = [...new Set(ids)].filter(isId).map(idToBytes);
  if (wanted.length === 0) return new Set();
  const { text, values } = sql`SELECT id FROM staffMember WHERE id IN (${wanted})`;
  const rows: { id: Uint8Array }[] = await manager.query(text, [...values]);
  return new Set(rows.map(({ id }) => idFromBytes(id)));
}

const rowsPerStatement = 1000;

/** Writes who took part in interactions that have no parties yet. */
export async function insertParties(
  manager: EntityManager,
  interactions: readonly Interaction[],
): Promise<void> {
  const rows = interactions.flatMap(({ id, participantIds, staffIds }) =>
    [...participantIds, ...staffIds].map((partyId) => [idToBytes(partyId), idToBytes(id)]),
  );
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    await manager.query('INSERT INTO interactionParty (partyId, interactionId) VALUES ?', [
      rows.slice(at, at + rowsPerStatement),
    ]);
  }
}

export async function replaceParties(
  manager: EntityManager,
  interactions: readonly Interaction[],
): Promise<void> {
  if (interactions.length === 0) return;
  const { text, values } = sql`DELETE FROM interactionParty
    WHERE interactionId IN (${interactions.map(({ id }) => idToBytes(id))})`;
  await manager.query(text, [...values]);
  await insertParties(manager, interactions);
}
