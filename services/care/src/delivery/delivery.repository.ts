import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { rowWith } from '@crm/kit/record/entity';
import { newRow } from '@crm/kit/record/record';
import { insertRows, selectRows, updateRows } from '@crm/kit/record/store';
import { raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { sentChannels, type SentChannel } from './address.ts';
import { tellDeliveries } from './delivery.events.ts';
import { DeliveryEntity, type Delivery } from './delivery.fields.ts';
import type { Step } from './delivery.ts';

/** What is to be sent, as the task says it. */
export type NewDelivery = Pick<
  Delivery,
  | 'channel'
  | 'customerId'
  | 'dueAt'
  | 'expiresAt'
  | 'occasionId'
  | 'occasionOn'
  | 'personId'
  | 'purpose'
  | 'senderId'
  | 'taskId'
  | 'templateId'
>;

/** Queues deliveries. One that its task has already, by the same channel, stays the only one. */
export async function addDeliveries(work: Work, wanted: readonly NewDelivery[]): Promise<void> {
  if (wanted.length === 0) return;
  const taskIds = wanted.map(({ taskId }) => idToBytes(taskId));
  const there = await selectRows(
    work.manager,
    DeliveryEntity,
    sql`WHERE t.taskId IN (${taskIds}) FOR UPDATE`,
  );
  const known = new Set(there.map(keyOf));
  const rows = wanted
    .filter((each) => !known.has(keyOf(each)))
    .map((each) =>
      newRow(work, DeliveryEntity, {
        values: new Map(Object.entries({ ...each, status: 'QUEUED', attempts: 0 })),
        rules: {},
      }),
    );
  await insertRows(work.manager, DeliveryEntity, rows);
  await tellDeliveries(work, rows);
}

const keyOf = ({ taskId, channel }: Pick<Delivery, 'channel' | 'taskId'>): string =>
  `${taskId} ${channel}`;

type Due = { readonly now: Date; readonly limit: number };

/** Deliveries that are due, the oldest first, locked. */
export const lockDue = (
  manager: EntityManager,
  channel: SentChannel,
  { now, limit }: Due,
): Promise<Delivery[]> =>
  selectRows(
    manager,
    DeliveryEntity,
    sql`WHERE t.channel = ${channel} AND t.status = 'QUEUED' AND t.dueAt <= ${now}
      ORDER BY t.dueAt, t.id LIMIT ${raw(String(limit))} FOR UPDATE SKIP LOCKED`,
  );

/** Deliveries whose sending nobody has ended in time, locked. By the clock of the database. */
export const lockSilent = (manager: EntityManager, limit: number): Promise<Delivery[]> =>
  selectRows(
    manager,
    DeliveryEntity,
    sql`WHERE ${silentOnes} LIMIT ${raw(String(limit))} FOR UPDATE SKIP LOCKED`,
  );

export async function lockDelivery(manager: EntityManager, where: Sql): Promise<Delivery | null> {
  const { text, values } = where;
  const rest = { text: `WHERE ${text} LIMIT 1 FOR UPDATE`, values };
  const [delivery] = await selectRows(manager, DeliveryEntity, rest);
  return delivery ?? null;
}

export type Sending = {
  readonly delivery: Delivery;
  readonly textId: string;
  readonly addressHash: Buffer;
  readonly subject: string | null;
  readonly content: string;
};

/**
 * Says that a delivery is about to be handed over, which must be committed before it is. Nobody is told
 * of it, so the version stays.
 */
export async function markSending(
  manager: EntityManager,
  sending: readonly Sending[],
  silenceMs: number,
): Promise<void> {
  for (const { delivery, textId, addressHash, subject, content } of sending) {
    const { text, values } = sql`UPDATE delivery SET status = 'SENDING', attempts = attempts + 1,
        sendingUntil = UTC_TIMESTAMP(3) + INTERVAL ${silenceMs * 1000} MICROSECOND,
        textId = ${idToBytes(textId)}, addressHash = ${addressHash}, subject = ${subject},
        content = ${content}
      WHERE id = ${idToBytes(delivery.id)}`;
    await manager.query(text, [...values]);
  }
}

export const keepProviderMessageId = (
  manager: EntityManager,
  id: string,
  providerMessageId: string,
): Promise<unknown> =>
  manager.query('UPDATE delivery SET providerMessageId = ? WHERE id = ?', [
    providerMessageId.slice(0, 200),
    idToBytes(id),
  ]);

export type Move = { readonly before: Delivery; readonly step: Step };

/** Takes deliveries a step on, and tells of it. Gives them as they are then. */
export async function moveDeliveries(work: Work, moves: readonly Move[]): Promise<Delivery[]> {
  const updates = moves
    .filter(({ step }) => Object.keys(step).length > 0)
    .map(({ before, step }) => ({
      fields: Object.keys(step),
      row: rowWith(DeliveryEntity, before, {
        ...step,
        version: before.version + 1,
        updatedAt: work.now,
        updatedById: work.viewer.staffId,
      }),
    }));
  await updateRows(work.manager, DeliveryEntity, updates);
  const rows = updates.map(({ row }) => row);
  await tellDeliveries(work, rows);
  return rows;
}

/** The hash of the address that a delivery went to; null before it was first handed over. */
export async function addressHashOf(manager: EntityManager, id: string): Promise<Buffer | null> {
  const [row]: { addressHash: Buffer | null }[] = await manager.query(
    'SELECT addressHash FROM delivery WHERE id = ?',
    [idToBytes(id)],
  );
  return row?.addressHash ?? null;
}

/** A care task that is due and is sent by itself. */
export type DueTask = {
  readonly id: Uint8Array;
  readonly personId: Uint8Array;
  readonly customerId: Uint8Array | null;
  readonly occasionId: Uint8Array | null;
  readonly occasionOn: string;
  readonly purpose: string;
  readonly channel: SentChannel;
  readonly templateId: Uint8Array | null;
  readonly assigneeId: Uint8Array | null;
  readonly dueAt: Date;
  /** One that was never handed over, because something stood against it that is gone. */
  readonly deliveryId: Uint8Array | null;
};

const dueTasks = (now: Date): Sql => sql`careTask t
    LEFT JOIN delivery d ON d.taskId = t.id AND d.channel = t.channel
    WHERE t.state = 'SCHEDULED' AND t.dueAt <= ${now} AND t.channel IN (${sentChannels})
      AND t.deletedAt IS NULL AND (d.id IS NULL OR d.status = 'SUPPRESSED')`;

const silentOnes = raw("t.status = 'SENDING' AND t.sendingUntil < UTC_TIMESTAMP(3)");

/** One look without locks: most of the time there is nothing to do. */
export async function isAnythingDue(manager: EntityManager, now: Date): Promise<boolean> {
  const { text, values } = sql`SELECT EXISTS (SELECT 1 FROM delivery t WHERE ${silentOnes})
    OR EXISTS (SELECT 1 FROM delivery t
      WHERE t.channel IN (${sentChannels}) AND t.status = 'QUEUED' AND t.dueAt <= ${now})
    OR EXISTS (SELECT 1 FROM ${dueTasks(now)}) AS isDue`;
  const [row]: { isDue: number }[] = await manager.query(text, [...values]);
  return Number(row?.isDue) === 1;
}

/** Tasks that are due, are sent by itself and have no delivery that goes on, locked. */
export async function lockDueTasks(
  manager: EntityManager,
  { now, limit }: Due,
): Promise<readonly DueTask[]> {
  const { text, values } = sql`SELECT t.id, t.personId, t.customerId, t.occasionId, t.occasionOn,
      t.purpose, t.channel, t.templateId, t.assigneeId, t.dueAt,
      d.id AS deliveryId
    FROM ${dueTasks(now)}
    ORDER BY t.dueAt, t.id LIMIT ${raw(String(limit))} FOR UPDATE OF t SKIP LOCKED`;
  return manager.query(text, [...values]);
}
