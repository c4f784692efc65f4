import { idToBytes } from '@crm/kit/id';
import type { Change } from '@crm/kit/record/record';
import { lockByIds, selectRows } from '@crm/kit/record/store';
import { joinSql, raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { PersonRelationshipEntity, type PersonRelationship } from './relationship.fields.ts';
import { RelationshipTypeEntity, type RelationshipType } from './relationship-type.fields.ts';
import { edgesOf, type Edge } from './relationship.ts';

/** The types in their order, retired ones last. */
export const findRelationshipTypes = (manager: EntityManager): Promise<RelationshipType[]> =>
  selectRows(
    manager,
    RelationshipTypeEntity,
    raw('WHERE t.deletedAt IS NULL ORDER BY t.active DESC, t.`order`, t.code LIMIT 200'),
  );

/**
 * Locks types: relationships of an acyclic one are changed one after the other, so that two of
 * them never close a circle.
 */
export const lockRelationshipTypes = (
  manager: EntityManager,
  types: readonly RelationshipType[],
): Promise<RelationshipType[]> =>
  lockByIds(
    manager,
    RelationshipTypeEntity,
    types.map(({ id }) => id),
  );

export async function isTypeUsed(manager: EntityManager, code: string): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    'SELECT 1 FROM personRelationship WHERE type = ? AND deletedAt IS NULL LIMIT 1',
    [code],
  );
  return rows.length > 0;
}

/** The relationships of these types among these people. */
export const findRelationshipsAmong = (
  manager: EntityManager,
  types: readonly string[],
  ids: readonly string[],
): Promise<PersonRelationship[]> => {
  const people = ids.map(idToBytes);
  return selectRows(
    manager,
    PersonRelationshipEntity,
    sql`WHERE t.fromId IN (${people}) AND t.type IN (${types}) AND t.toId IN (${people})
      AND t.deletedAt IS NULL`,
  );
};

const rowsPerStatement = 500;

/** Has relationships be found from both of their people. */
export async function insertEdges(
  manager: EntityManager,
  relationships: readonly PersonRelationship[],
  isSymmetric: (type: string) => boolean,
): Promise<void> {
  const edges = relationships.flatMap((each) => edgesOf(each, isSymmetric(each.type)));
  for (let at = 0; at < edges.length; at += rowsPerStatement) {
    const rows = edges.slice(at, at + rowsPerStatement).map(rowOf);
    const { text, values } =
      sql`INSERT INTO personEdge (personId, weakness, relationshipId, otherId,
      category, direction, validFrom, validTo) VALUES ${joinSql(rows, ', ')}`;
    await manager.query(text, [...values]);
  }
}

const rowOf = (edge: Edge): ReturnType<typeof sql> =>
  sql`(${[
    idToBytes(edge.personId),
    100 - edge.strength,
    idToBytes(edge.relationshipId),
    idToBytes(edge.otherId),
    edge.category,
    edge.direction,
    edge.validFrom,
    edge.validTo,
  ]})`;

export async function deleteEdges(
  manager: EntityManager,
  relationships: readonly PersonRelationship[],
): Promise<void> {
  const keys = relationships.flatMap((each) => edgesOf(each, false));
  for (let at = 0; at < keys.length; at += rowsPerStatement) {
    const marks = keys
      .slice(at, at + rowsPerStatement)
      .map(
        ({ personId, strength, relationshipId }) =>
          sql`(${[idToBytes(personId), 100 - strength, idToBytes(relationshipId)]})`,
      );
    const { text, values } = sql`DELETE FROM personEdge
      WHERE (personId, weakness, relationshipId) IN (${joinSql(marks, ', ')})`;
    await manager.query(text, [...values]);
  }
}

/** What the two sides of a relationship are made of. */
const edgeFields: readonly string[] = [
  'category',
  'fromId',
  'strength',
  'toId',
  'validFrom',
  'validTo',
];

export async function replaceEdges(
  manager: EntityManager,
  changes: readonly Change<PersonRelationship>[],
  isSymmetric: (type: string) => boolean,
): Promise<void> {
  const moved = changes.filter(({ changedFields }) =>
    changedFields.some((field) => edgeFields.includes(field)),
  );
  await deleteEdges(
    manager,
    moved.map(({ before }) => before),
  );
  await insertEdges(
    manager,
    moved.map(({ after }) => after),
    isSymmetric,
  );
}
