import { idToBytes } from '@crm/kit/id';
import type { Change } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { joinSql, raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { CustomerRelationEntity, type CustomerRelation } from './relation.fields.ts';
import { RelationTypeEntity, type RelationType } from './relation-type.fields.ts';

/** The types in their order, retired ones last. */
export const findRelationTypes = (manager: EntityManager): Promise<RelationType[]> =>
  selectRows(
    manager,
    RelationTypeEntity,
    raw('WHERE t.deletedAt IS NULL ORDER BY t.active DESC, t.`order`, t.code LIMIT 200'),
  );

/**
 * Locks the type that has this code or inverse code: relations of one type are changed one after
 * the other, so that two of them never close a circle.
 */
export async function lockRelationType(
  manager: EntityManager,
  name: string,
): Promise<RelationType | null> {
  const [type] = await selectRows(
    manager,
    RelationTypeEntity,
    sql`WHERE (t.code = ${name} OR t.inverseCode = ${name}) AND t.deletedAt IS NULL
      ORDER BY t.code LIMIT 1 FOR UPDATE`,
  );
  return type ?? null;
}

export async function isTypeUsed(manager: EntityManager, code: string): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    'SELECT 1 FROM customerRelation WHERE type = ? AND deletedAt IS NULL LIMIT 1',
    [code],
  );
  return rows.length > 0;
}

/** The relations of a type that begin at one of these organisations. */
export const findRelationsFrom = (
  manager: EntityManager,
  type: string,
  ids: readonly string[],
): Promise<CustomerRelation[]> =>
  selectRows(
    manager,
    CustomerRelationEntity,
    sql`WHERE t.type = ${type} AND t.fromId IN (${ids.map(idToBytes)}) AND t.deletedAt IS NULL`,
  );

/** Locks the relations of an organisation. */
export const lockRelationsOf = (
  manager: EntityManager,
  partyId: string,
): Promise<CustomerRelation[]> =>
  selectRows(
    manager,
    CustomerRelationEntity,
    sql`WHERE (t.fromId = ${idToBytes(partyId)} OR t.toId = ${idToBytes(partyId)})
      AND t.deletedAt IS NULL ORDER BY t.id FOR UPDATE`,
  );

type Side = {
  readonly partyId: string;
  /** What the relation is called from this side. */
  readonly name: string;
  readonly direction: string;
};

/** Lets a relation be found from both of its organisations. */
export async function insertSides(
  manager: EntityManager,
  relationId: string,
  sides: readonly Side[],
): Promise<void> {
  const rows = sides.map(
    ({ partyId, name, direction }) =>
      sql`(${[idToBytes(partyId), idToBytes(relationId), name, direction]})`,
  );
  const { text, values } =
    sql`INSERT INTO customerRelationSide (partyId, relationId, name, direction) VALUES ${joinSql(rows, ', ')}`;
  await manager.query(text, [...values]);
}

/** Has relations be found from where they begin and end now. */
export async function moveSidesOf(
  manager: EntityManager,
  changes: readonly Change<CustomerRelation>[],
): Promise<void> {
  for (const { before, after } of changes) {
    const moved =
      before.fromId === after.fromId
        ? ([before.toId, after.toId] as const)
        : ([before.fromId, after.fromId] as const);
    await manager.query(
      'UPDATE customerRelationSide SET partyId = ? WHERE relationId = ? AND partyId = ?',
      [idToBytes(moved[1]), idToBytes(after.id), idToBytes(moved[0])],
    );
  }
}

export async function moveSides(
  manager: EntityManager,
  fromPartyId: string,
  toPartyId: string,
): Promise<void> {
  await manager.query('UPDATE customerRelationSide SET partyId = ? WHERE partyId = ?', [
    idToBytes(toPartyId),
    idToBytes(fromPartyId),
  ]);
}
