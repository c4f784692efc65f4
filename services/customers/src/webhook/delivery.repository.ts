import { idFromBytes, idToBytes, newId } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import {
  WebhookDeliveryEntity,
  WebhookEntity,
  type Webhook,
  type WebhookDelivery,
} from './webhook.fields.ts';
import type { Answer } from './webhook.ts';

type Query = Pick<EntityManager, 'query'>;

/** What is to be told to a webhook. */
export type NewDelivery = Pick<
  WebhookDelivery,
  | 'changedFields'
  | 'customerId'
  | 'entityId'
  | 'entityKind'
  | 'eventId'
  | 'kind'
  | 'occurredAt'
  | 'recordVersion'
  | 'subject'
  | 'webhookId'
>;

/** Deliveries of one webhook that are sent one after the other. */
export type Lane = { readonly webhookId: string; readonly laneId: string };

/** The order is kept for each customer, and for each record that is no customer's. */
const laneIdOf = ({ customerId, entityId, webhookId }: NewDelivery): string =>
  customerId ?? entityId ?? webhookId;

/** Puts deliveries at the end of their lanes, in the order given. One that is known stays as it is. */
export async function addDeliveries(
  manager: EntityManager,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const lanes = deliveries.map((each) => ({ webhookId: each.webhookId, laneId: laneIdOf(each) }));
  await openLanes(manager, lanes);
  await manager.query(
    `INSERT INTO webhookDelivery (id, webhookId, laneId, eventId, subject, kind, entityKind,
       entityId, recordVersion, customerId, changedFields, occurredAt)
     VALUES ? AS fresh ON DUPLICATE KEY UPDATE eventId = fresh.eventId`,
    [
      deliveries.map((each) => [
        idToBytes(newId()),
        idToBytes(each.webhookId),
        idToBytes(laneIdOf(each)),
        idToBytes(each.eventId),
        each.subject,
        each.kind,
        each.entityKind,
        each.entityId && idToBytes(each.entityId),
        each.recordVersion,
        each.customerId && idToBytes(each.customerId),
        JSON.stringify(each.changedFields),
        each.occurredAt,
      ]),
    ],
  );
}

/** Locks the lanes too, in one order, so that none is closed by another while something is added. */
async function openLanes(manager: Query, lanes: readonly Lane[]): Promise<void> {
  const distinct = new Map(lanes.map((lane) => [`${lane.webhookId} ${lane.laneId}`, lane]));
  const sorted = [...distinct].toSorted(([one], [other]) => (one < other ? -1 : 1));
  await manager.query(
    `INSERT INTO webhookLane (webhookId, laneId, dueAt)
     VALUES ${sorted.map(() => '(?, ?, UTC_TIMESTAMP(3))').join(', ')} AS fresh
     ON DUPLICATE KEY UPDATE webhookId = fresh.webhookId`,
    sorted.flatMap(([, { webhookId, laneId }]) => [idToBytes(webhookId), idToBytes(laneId)]),
  );
}

type Room = { readonly perWebhook: number; readonly limit: number };

/** Lanes of active webhooks in which something is due, so many of each webhook, the oldest first. */
export async function findDueLanes(
  manager: Query,
  { perWebhook, limit }: Room,
): Promise<readonly Lane[]> {
  const rows = await manager.query<
    readonly { readonly webhookId: Uint8Array; readonly laneId: Uint8Array }[]
  >(
    `SELECT due.webhookId, due.laneId FROM webhook w, LATERAL (
       SELECT webhookId, laneId, dueAt FROM webhookLane
       WHERE webhookId = w.id AND dueAt <= UTC_TIMESTAMP(3) ORDER BY dueAt LIMIT ?) AS due
     WHERE w.active AND w.deletedAt IS NULL ORDER BY due.dueAt LIMIT ?`,
    [perWebhook, limit],
  );
  return rows.map((row) => ({
    webhookId: idFromBytes(row.webhookId),
    laneId: idFromBytes(row.laneId),
  }));
}

export const findActiveWebhooks = (manager: EntityManager): Promise<Webhook[]> =>
  selectRows(manager, WebhookEntity, sql`WHERE t.active AND t.deletedAt IS NULL ORDER BY t.id`);

export async function findActiveWebhook(
  manager: EntityManager,
  id: string,
): Promise<Webhook | null> {
  const [webhook] = await selectRows(
    manager,
    WebhookEntity,
    sql`WHERE t.id = ${idToBytes(id)} AND t.active AND t.deletedAt IS NULL`,
  );
  return webhook ?? null;
}

/** The delivery in front of a lane. Takes the lane away when nothing waits in it. */
export async function frontOf(manager: EntityManager, lane: Lane): Promise<WebhookDelivery | null> {
  const ids = [idToBytes(lane.webhookId), idToBytes(lane.laneId)] as const;
  await manager.query(
    'SELECT dueAt FROM webhookLane WHERE webhookId = ? AND laneId = ? FOR UPDATE',
    [...ids],
  );
  const [front] = await selectRows(
    manager,
    WebhookDeliveryEntity,
    sql`WHERE t.webhookId = ${ids[0]} AND t.laneId = ${ids[1]} AND t.isOpen = 1
      ORDER BY t.position LIMIT 1`,
  );
  if (front) return front;
  await manager.query('DELETE FROM webhookLane WHERE webhookId = ? AND laneId = ?', [...ids]);
  return null;
}

/** The lane goes behind those that are due, or waits. */
export async function postponeLane(manager: Query, lane: Lane, delayS: number): Promise<void> {
  await manager.query(
    `UPDATE webhookLane SET dueAt = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND
     WHERE webhookId = ? AND laneId = ?`,
    [Math.round(delayS * 1000), idToBytes(lane.webhookId), idToBytes(lane.laneId)],
  );
}

export async function saveDelivered(
  manager: Query,
  { id, webhookId }: WebhookDelivery,
  { status }: Answer,
): Promise<void> {
  await manager.query(
    `UPDATE webhookDelivery SET state = 'DELIVERED', attempts = attempts + 1, lastStatus = ?,
       problem = NULL, nextAttemptAt = NULL, deliveredAt = UTC_TIMESTAMP(3),
       updatedAt = UTC_TIMESTAMP(3) WHERE id = ?`,
    [status, idToBytes(id)],
  );
  await manager.query(
    'UPDATE webhook SET failingSince = NULL WHERE id = ? AND failingSince IS NOT NULL',
    [idToBytes(webhookId)],
  );
}

type Failure = {
  readonly answer: Answer;
  /** Null when it is not sent again. */
  readonly delayS: number | null;
};

export async function saveFailed(
  manager: Query,
  { id, webhookId }: WebhookDelivery,
  { answer, delayS }: Failure,
): Promise<void> {
  await manager.query(
    `UPDATE webhookDelivery SET state = ?, attempts = attempts + 1, lastStatus = ?, problem = ?,
       nextAttemptAt = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND,
       updatedAt = UTC_TIMESTAMP(3) WHERE id = ?`,
    [
      delayS === null ? 'DEAD' : 'RETRYING',
      answer.status,
      answer.problem,
      delayS === null ? null : Math.round(delayS * 1000),
      idToBytes(id),
    ],
  );
  await manager.query(
    'UPDATE webhook SET failingSince = UTC_TIMESTAMP(3) WHERE id = ? AND failingSince IS NULL',
    [idToBytes(webhookId)],
  );
}

/** Takes away what its webhook's account may no longer be told, as if it had never been. */
export const withdraw = (manager: Query, { id }: WebhookDelivery): Promise<unknown> =>
  manager.query('DELETE FROM webhookDelivery WHERE id = ?', [idToBytes(id)]);

/** Stops a webhook, for a reason that its owner is shown. */
export async function disable(manager: Query, webhookId: string, reason: string): Promise<void> {
  await manager.query(
    `UPDATE webhook SET active = 0, disabledReason = ?, inactiveSince = UTC_TIMESTAMP(3)
     WHERE id = ? AND active = 1`,
    [reason, idToBytes(webhookId)],
  );
}

/** Whether a webhook has failed for so long that it is to be disabled. */
export async function hasFailedFor(
  manager: Query,
  webhookId: string,
  seconds: number,
): Promise<boolean> {
  const [row] = await manager.query<readonly { isLong: number }[]>(
    `SELECT failingSince < UTC_TIMESTAMP(3) - INTERVAL ? SECOND AS isLong FROM webhook WHERE id = ?`,
    [seconds, idToBytes(webhookId)],
  );
  return Boolean(row?.isLong);
}

/** Webhooks for which more waits than may. */
export async function findOverfull(manager: Query, waitingMax: number): Promise<readonly string[]> {
  const rows = await manager.query<readonly { webhookId: Uint8Array }[]>(
    `SELECT d.webhookId FROM webhookDelivery d JOIN webhook w ON w.id = d.webhookId AND w.active
     WHERE d.state IN ('PENDING', 'RETRYING') GROUP BY d.webhookId HAVING COUNT(*) > ?`,
    [waitingMax],
  );
  return rows.map(({ webhookId }) => idFromBytes(webhookId));
}

const prunedAtOnce = 1000;

/**
 * Deletes some of the old deliveries. Those that arrived are kept longer than the log keeps events,
 * so that a log that is read again tells none of them again.
 */
export async function pruneDeliveries(manager: Query): Promise<number> {
  const { affectedRows } = await manager.query<{ affectedRows: number }>(
    `DELETE FROM webhookDelivery WHERE createdAt < UTC_TIMESTAMP(3) - INTERVAL 8 DAY
       AND (state = 'DELIVERED' OR createdAt < UTC_TIMESTAMP(3) - INTERVAL 30 DAY)
     ORDER BY createdAt LIMIT ${prunedAtOnce}`,
  );
  return affectedRows;
}

const replayedAtOnce = 1000;

/** Has deliveries sent again: those named, else dead ones, the oldest first. Gives their number. */
export async function replay(
  manager: EntityManager,
  webhookId: string,
  deliveryIds: readonly string[] | null,
): Promise<number> {
  const which = deliveryIds
    ? sql`id IN (${deliveryIds.map(idToBytes)}) AND state IN ('DEAD', 'DELIVERED')`
    : sql`state = 'DEAD'`;
  const { text, values } = sql`SELECT id, laneId FROM webhookDelivery
    WHERE webhookId = ${idToBytes(webhookId)} AND ${which}
    ORDER BY position LIMIT ${replayedAtOnce} FOR UPDATE`;
  const rows = await manager.query<
    readonly { readonly id: Uint8Array; readonly laneId: Uint8Array }[]
  >(text, [...values]);
  if (rows.length === 0) return 0;
  await openLanes(
    manager,
    rows.map(({ laneId }) => ({ webhookId, laneId: idFromBytes(laneId) })),
  );
  await manager.query(
    `UPDATE webhookDelivery SET state = 'PENDING', attempts = 0, nextAttemptAt = NULL,
       updatedAt = UTC_TIMESTAMP(3) WHERE id IN (?)`,
    [rows.map(({ id }) => id)],
  );
  return rows.length;
}
