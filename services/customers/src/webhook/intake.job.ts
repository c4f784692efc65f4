import { transact } from '@crm/kit/database/database';
import { assertLease, type LeaseKeeper } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import type { Bell } from '@crm/kit/event/bell';
import type { Bus } from '@crm/kit/event/bus';
import type { EventReader } from '@crm/kit/event/bus-reader';
import type { StreamMessage } from '@crm/kit/event/bus-stream';
import { decode } from '@crm/kit/event/envelope';
import {
  movePosition,
  positionOf,
  readPosition,
  seqToReadAfter,
  type Position,
  type StoredPosition,
} from '@crm/kit/event/position';
import { startLoop } from '@crm/kit/loop';
import type { App } from '@crm/kit/context';
import { changeOf, type Change } from '@crm/schemas/changes/change';
import { readChangeFilter } from '@crm/schemas/changes/filter';
import type { EntityManager } from 'typeorm';
import {
  addDeliveries,
  disable,
  findActiveWebhooks,
  type NewDelivery,
} from './delivery.repository.ts';
import { isJudged, judge, viewerOf, type Target } from './rights.repository.ts';
import type { Webhook } from './webhook.fields.ts';

/** Its name in NATS, and of its place in the log. */
const reader = 'webhooks';
const messagesAtOnce = 500;
const waitMs = 500;
/** How far the place is left behind while there is nothing to record. */
const unsavedMax = 500;

export type IntakeScope = App & {
  readonly bus: Bus;
  readonly lease: LeaseKeeper;
  /** Rung when something was recorded. */
  readonly bell: Bell;
};

export type Intake = { readonly stop: () => Promise<void> };

/**
 * Follows the log of events and records what is to be told to whom, each once: what it records and
 * its place in the log are written together.
 */
export function startIntake(scope: IntakeScope): Intake {
  let session: Session | null = null;
  const end = async (): Promise<void> => {
    await session?.stop();
    session = null;
  };
  const step = async (): Promise<void> => {
    if (!scope.lease.current() || !scope.bus.isConnected()) {
      await end();
      return new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    session ??= await openSession(scope);
    await session.next();
  };
  const loop = startLoop({
    step: () =>
      step().catch(async (error: unknown) => {
        await end();
        throw error;
      }),
    onFailure: (error, failures) =>
      scope.log.warn({ error: describeError(error), failures }, 'changes not taken for webhooks'),
  });
  return {
    stop: async () => {
      await loop.stop();
      await end();
    },
  };
}

type Session = { readonly next: () => Promise<void>; readonly stop: () => Promise<void> };

async function openSession(scope: IntakeScope): Promise<Session> {
  const { db, bus, log } = scope;
  await bus.ensureStream();
  let saved = await readPosition(db, reader);
  const source: EventReader = await bus.read({
    name: reader,
    subjects: ['crm.evt.>'],
    afterSeq: await seqToReadAfter(bus, saved, log),
  });
  let unsaved: Position | null = null;

  const save = (manager: Pick<EntityManager, 'query'>, to: Position): Promise<StoredPosition> =>
    movePosition(manager, { consumer: reader, from: saved, to });
  return {
    next: async () => {
      const messages = await source.take(messagesAtOnce, waitMs);
      const last = messages.at(-1);
      if (!last) return;
      const to = positionOf(last);
      const deliveries = await deliveriesFor(scope, messages);
      const isFar = Math.abs(to.seq - saved.seq) >= unsavedMax;
      if (deliveries.length > 0 || isFar) {
        saved = await record(scope, deliveries, (manager) => save(manager, to));
        unsaved = null;
      } else {
        unsaved = to;
      }
      source.done(messages);
    },
    stop: async () => {
      await source.stop();
      if (unsaved && scope.lease.current()) await save(db, unsaved);
    },
  };
}

async function record(
  { db, lease, bell }: IntakeScope,
  deliveries: readonly NewDelivery[],
  savePlace: (manager: EntityManager) => Promise<StoredPosition>,
): Promise<StoredPosition> {
  const held = lease.current();
  if (!held) throw new Error('The lease was lost');
  const saved = await transact(db, async (manager) => {
    await assertLease(manager, held);
    await addDeliveries(manager, deliveries);
    return savePlace(manager);
  });
  if (deliveries.length > 0) bell.ring();
  return saved;
}

async function deliveriesFor(
  scope: IntakeScope,
  messages: readonly StreamMessage[],
): Promise<NewDelivery[]> {
  const webhooks = await findActiveWebhooks(scope.db.manager);
  if (webhooks.length === 0) return [];
  const changes = messages.flatMap((message) => read(scope, message) ?? []);
  const found = [];
  for (const webhook of webhooks) found.push(...(await deliveriesOf(scope, webhook, changes)));
  return found;
}

/** A message that is no event of ours is left to the consumers, who set it aside. */
function read({ log }: App, message: StreamMessage): Change | null {
  try {
    return changeOf(decode(message), message.seq);
  } catch (error) {
    log.warn({ seq: message.seq, error: describeError(error) }, 'a message is no event');
    return null;
  }
}

/**
 * A log that is read again holds what was told before a webhook was there. The event has its time
 * from another clock than the webhook.
 */
const clockSkewMs = 60_000;

const leftReason = 'the member of staff that it belongs to is no longer active';

/** What its account may be told now of what it asked for. */
async function deliveriesOf(
  { db, now }: App,
  webhook: Webhook,
  changes: readonly Change[],
): Promise<NewDelivery[]> {
  const filter = readChangeFilter(webhook.filter);
  const since = webhook.createdAt.getTime() - clockSkewMs;
  const wanted = changes.filter(
    (change) =>
      isJudged(change.entity.kind) &&
      new Date(change.occurredAt).getTime() >= since &&
      filter.matches(change),
  );
  if (wanted.length === 0) return [];
  const viewer = await viewerOf(db, webhook);
  if (!viewer) {
    await disable(db, webhook.id, leftReason);
    return [];
  }
  const isVisible = await judge(db, wanted.map(targetOf), { viewer, now: now() });
  return wanted
    .filter((change) => isVisible(targetOf(change)))
    .map((change) => deliveryOf(webhook, change));
}

const targetOf = ({ entity, entityId, customerId }: Change): Target => ({
  entityKind: entity.kind,
  entityId,
  customerId,
});

const deliveryOf = ({ id }: Webhook, change: Change): NewDelivery => ({
  webhookId: id,
  eventId: change.eventId,
  subject: change.subject,
  kind: change.kind,
  entityKind: change.entity.kind,
  entityId: change.entityId,
  recordVersion: change.version,
  customerId: change.customerId,
  changedFields: change.changedFields,
  occurredAt: new Date(change.occurredAt),
});
