import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { and, joinSql, or, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { InteractionEntity } from '../interaction/interaction.fields.ts';
import {
  DecisionMapEntity,
  DecisionNodeEntity,
  type DecisionMap,
  type DecisionNode,
} from './decision-map.fields.ts';

export type MapKey = { readonly customerId: string; readonly opportunityId: string | null };

/** Locks the live map of a customer about an opportunity, or about none. */
export async function lockMap(
  manager: EntityManager,
  { customerId, opportunityId }: MapKey,
): Promise<DecisionMap | null> {
  const [map] = await selectRows(
    manager,
    DecisionMapEntity,
    sql`WHERE t.customerId = ${idToBytes(customerId)}
      AND t.opportunityId <=> ${opportunityId === null ? null : idToBytes(opportunityId)}
      AND t.deletedAt IS NULL FOR UPDATE`,
  );
  return map ?? null;
}

/** The nodes of a map that have not been taken off, ended ones too. */
export const lockNodes = (manager: EntityManager, mapId: string): Promise<DecisionNode[]> =>
  selectRows(
    manager,
    DecisionNodeEntity,
    sql`WHERE t.mapId = ${idToBytes(mapId)} AND t.deletedAt IS NULL
      ORDER BY t.sequence, t.id FOR UPDATE`,
  );

/** That a person is, or was until a day, at a customer. */
export type Presence = { readonly personId: string; readonly customerId: string };

const isAt = (places: readonly Presence[]): Sql =>
  sql`(t.personId, t.customerId) IN (${joinSql(
    places.map(
      ({ personId, customerId }) => sql`(${[idToBytes(personId), idToBytes(customerId)]})`,
    ),
    ', ',
  )})`;

/**
 * The nodes that people have on maps of customers, and that have not ended; not those of who is there
 * still after the day.
 */
export const lockNodesOf = (
  manager: EntityManager,
  places: readonly (Presence & { readonly validTo: string })[],
): Promise<DecisionNode[]> =>
  selectRows(
    manager,
    DecisionNodeEntity,
    sql`WHERE ${isAt(places)} AND t.endedOn IS NULL AND t.deletedAt IS NULL
      AND NOT EXISTS (SELECT 1 FROM affiliation a
        WHERE a.personId = t.personId AND a.customerId = t.customerId AND a.deletedAt IS NULL
          AND (${or(places.map(({ personId, customerId, validTo }) => sql`(a.personId = ${idToBytes(personId)} AND a.customerId = ${idToBytes(customerId)} AND (a.validTo IS NULL OR a.validTo > ${validTo}))`))}))
      ORDER BY t.id FOR UPDATE`,
  );

/** The nodes that ended at this moment, with what was at these places. */
export const lockNodesEndedAt = (
  manager: EntityManager,
  places: readonly Presence[],
  at: Date,
): Promise<DecisionNode[]> =>
  selectRows(
    manager,
    DecisionNodeEntity,
    sql`WHERE ${isAt(places)} AND t.endedOn IS NOT NULL AND t.updatedAt = ${at}
      AND t.deletedAt IS NULL ORDER BY t.id FOR UPDATE`,
  );

/** The maps about these, whom the viewer may read. */
export function findMaps(
  { app, viewer }: RequestContext,
  keys: readonly MapKey[],
): Promise<DecisionMap[]> {
  const scope = scopeSql(viewer, 'read', {
    entity: DecisionMapEntity,
    alias: 't',
    now: app.now(),
  });
  const wanted = keys.map(
    ({ customerId, opportunityId }) => sql`(t.customerId = ${idToBytes(customerId)}
      AND t.opportunityId <=> ${opportunityId === null ? null : idToBytes(opportunityId)})`,
  );
  return selectRows(
    app.db.manager,
    DecisionMapEntity,
    sql`WHERE ${and([or(wanted), raw('t.deletedAt IS NULL'), scope])}`,
  );
}

export function findMapsOfOpportunities(
  { app, viewer }: RequestContext,
  opportunityIds: readonly string[],
): Promise<DecisionMap[]> {
  const scope = scopeSql(viewer, 'read', {
    entity: DecisionMapEntity,
    alias: 't',
    now: app.now(),
  });
  return selectRows(
    app.db.manager,
    DecisionMapEntity,
    sql`WHERE t.opportunityId IN (${opportunityIds.map(idToBytes)}) AND t.deletedAt IS NULL
      AND ${scope}`,
  );
}

/** The nodes of maps in their order, in one statement. */
export const findNodes = (
  { app }: RequestContext,
  mapIds: readonly string[],
): Promise<DecisionNode[]> =>
  selectRows(
    app.db.manager,
    DecisionNodeEntity,
    sql`WHERE t.mapId IN (${mapIds.map(idToBytes)}) AND t.deletedAt IS NULL
      ORDER BY t.mapId, t.sequence, t.id`,
  );

/** When people were last met, by the interactions that the viewer may read. */
export async function lastCovered(
  { app, viewer }: RequestContext,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const now = app.now();
  const { text, values } = sql`SELECT p.partyId, MAX(t.occurredAt) AS lastAt
    FROM interactionParty p JOIN interaction t ON t.id = p.interactionId
    WHERE p.partyId IN (${personIds.map(idToBytes)}) AND t.deletedAt IS NULL
      AND NOT (t.outcome <=> 'NOT_REACHED') AND t.occurredAt <= ${now}
      AND ${scopeSql(viewer, 'read', { entity: InteractionEntity, alias: 't', now })}
    GROUP BY p.partyId`;
  const rows: { partyId: Uint8Array; lastAt: Date }[] = await app.db.manager.query(text, [
    ...values,
  ]);
  return new Map(rows.map(({ partyId, lastAt }) => [idFromBytes(partyId), lastAt]));
}
