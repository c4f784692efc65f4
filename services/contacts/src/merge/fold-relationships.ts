import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { removeRecords, restoreRecord } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import {
  relationshipEstablished,
  relationshipRemoved,
} from '../relationship/relationship.events.ts';
import {
  PersonRelationshipEntity,
  type PersonRelationship,
} from '../relationship/relationship.fields.ts';
import {
  deleteEdges,
  findRelationshipTypes,
  insertEdges,
} from '../relationship/relationship.repository.ts';

type Pair = { readonly survivorId: string; readonly mergedId: string };

/**
 * Takes away what one person cannot be: related to himself, or to somebody in the same way twice.
 * Gives the ids, for all of it comes back when the merge is undone.
 */
export async function foldRelationships(
  work: Work,
  { survivorId, mergedId }: Pair,
): Promise<readonly string[]> {
  const [kept, gone] = [idToBytes(survivorId), idToBytes(mergedId)];
  const rows = await selectRows(
    work.manager,
    PersonRelationshipEntity,
    sql`WHERE t.deletedAt IS NULL AND ${gone} IN (t.fromId, t.toId)
      AND (${kept} IN (t.fromId, t.toId) OR EXISTS (SELECT 1 FROM personRelationship own
        JOIN relationshipType type ON type.code = own.type
        WHERE own.type = t.type AND own.deletedAt IS NULL AND (
          (own.fromId = ${kept} AND own.toId = t.toId AND t.fromId = ${gone})
          OR (own.toId = ${kept} AND own.fromId = t.fromId AND t.toId = ${gone})
          OR (type.symmetric = 1 AND own.fromId = ${kept} AND own.toId = t.fromId)
          OR (type.symmetric = 1 AND own.toId = ${kept} AND own.fromId = t.toId))))
      ORDER BY t.id FOR UPDATE`,
  );
  const removed = await removeRecords(work, PersonRelationshipEntity, rows);
  await deleteEdges(work.manager, removed);
  await relationshipRemoved(work, removed);
  return removed.map(({ id }) => id);
}

export async function unfoldRelationships(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const types = await findRelationshipTypes(work.manager);
  const restored: PersonRelationship[] = [];
  for (const id of ids) restored.push(await restoreRecord(work, PersonRelationshipEntity, id));
  await insertEdges(
    work.manager,
    restored,
    (code) => types.find((type) => type.code === code)?.symmetric ?? false,
  );
  await relationshipEstablished(work, restored);
}
