import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, type Lease, type LeaseKeeper } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import type { Bell } from '@crm/kit/event/bell';
import { startLoop } from '@crm/kit/loop';
import type { EntityManager } from 'typeorm';
import {
  disable,
  findActiveWebhook,
  findDueLanes,
  findOverfull,
  frontOf,
  hasFailedFor,
  postponeLane,
  pruneDeliveries,
  saveDelivered,
  saveFailed,
  withdraw,
  type Lane,
} from './delivery.repository.ts';
import { judge, viewerOf } from './rights.repository.ts';
import { send } from './send.ts';
import type { WebhookSettings } from './webhook.config.ts';
import type { Webhook, WebhookDelivery } from './webhook.fields.ts';
import { bodyOf, retryDelayS, type Answer } from './webhook.ts';

const sendingMax = 64;
const sendingPerWebhookMax = 4;
/** So many deliveries of one lane are sent before others have their turn. */
const turnMax = 20;
const upkeepMs = 60_000;
const pruneRoundsMax = 100;

export type DeliveryScope = App & {
  readonly settings: WebhookSettings;
  readonly lease: LeaseKeeper;
  /** Rings when there may be something to send. */
  readonly bell: Bell;
};

export type Delivering = { readonly stop: () => Promise<void> };

/** Sends what is due: one at a time in each lane, a few lanes of each webhook, some webhooks at once. */
export function startDelivering(scope: DeliveryScope): Delivering {
  const { lease, bell, settings, db, log } = scope;
  const sending = new Map<string, { readonly lane: Lane; readonly done: Promise<void> }>();
  const upkeep = createUpkeep(scope);
  let isStopping = false;

  const begin = (lane: Lane, held: Lease): void => {
    const key = keyOf(lane);
    const done = takeTurn(scope, lane, () => !isStopping && lease.current()?.fence === held.fence)
      .catch((error: unknown) => log.warn({ error: describeError(error) }, 'webhook not served'))
      .then(() => {
        sending.delete(key);
        bell.ring();
      });
    sending.set(key, { lane, done });
  };
  const step = async (): Promise<void> => {
    const held = lease.current();
    if (held) {
      await upkeep();
      for (const lane of await findFree(db.manager, sending)) begin(lane, held);
    }
    await bell.wait(settings.pollMs);
  };
  const loop = startLoop({
    step,
    onFailure: (error, failures) =>
      log.warn({ error: describeError(error), failures }, 'webhooks not served'),
  });
  return {
    stop: async () => {
      isStopping = true;
      bell.ring();
      await loop.stop();
      await Promise.all([...sending.values()].map(({ done }) => done));
    },
  };
}

/** Lanes that are due and may be begun beside those that are being sent. */
async function findFree(
  manager: EntityManager,
  sending: ReadonlyMap<string, { readonly lane: Lane }>,
): Promise<readonly Lane[]> {
  const room = sendingMax - sending.size;
  if (room <= 0) return [];
  const busy = new Map<string, number>();
  const take = ({ webhookId }: Lane): boolean => {
    const count = (busy.get(webhookId) ?? 0) + 1;
    busy.set(webhookId, count);
    return count <= sendingPerWebhookMax;
  };
  for (const { lane } of sending.values()) take(lane);
  // Those that are being sent are due too, and stand in front.
  const due = await findDueLanes(manager, {
    perWebhook: 2 * sendingPerWebhookMax,
    limit: 2 * sendingMax,
  });
  return due.filter((lane) => !sending.has(keyOf(lane)) && take(lane)).slice(0, room);
}

const keyOf = ({ webhookId, laneId }: Lane): string => `${webhookId} ${laneId}`;

/** Sends what waits in a lane until one fails, or its turn is over. */
async function takeTurn(scope: DeliveryScope, lane: Lane, mayGoOn: () => boolean): Promise<void> {
  const inLease = <Value>(run: (manager: EntityManager) => Promise<Value>): Promise<Value> =>
    transact(scope.db, async (manager) => {
      const held = scope.lease.current();
      if (!held) throw new Error('The lease was lost');
      await assertLease(manager, held);
      return run(manager);
    });

  let front = await inLease((manager) => frontOf(manager, lane));
  for (let count = 0; front && count < turnMax && mayGoOn(); count += 1) {
    const delivery = front;
    const outcome = await attempt(scope, delivery);
    if (!outcome) return;
    front = await inLease(async (manager) => {
      const isOver = await settle(manager, { scope, lane, delivery, outcome });
      return isOver ? frontOf(manager, lane) : null;
    });
  }
  if (front) await postponeLane(scope.db, lane, 0);
}

type Outcome = { readonly webhook: Webhook; readonly answer: Answer | 'forbidden' };

/** Sends a delivery if its account may still be told. Null when its webhook is not active any more. */
async function attempt(
  { db, settings, now }: DeliveryScope,
  delivery: WebhookDelivery,
): Promise<Outcome | null> {
  const webhook = await findActiveWebhook(db.manager, delivery.webhookId);
  if (!webhook) return null;
  const { entityKind, entityId, customerId } = delivery;
  if (entityKind !== null && entityId !== null) {
    const target = { entityKind, entityId, customerId };
    const viewer = await viewerOf(db, webhook);
    const isVisible = viewer && (await judge(db, [target], { viewer, now: now() }))(target);
    if (!isVisible) return { webhook, answer: 'forbidden' };
  }
  const message = { webhook, id: delivery.eventId, body: bodyOf(delivery) };
  return { webhook, answer: await send(message, settings) };
}

type Settling = {
  readonly scope: DeliveryScope;
  readonly lane: Lane;
  readonly delivery: WebhookDelivery;
  readonly outcome: Outcome;
};

const gone = 410;

/** Writes down what came of an attempt. Tells whether the next in the lane may be sent. */
async function settle(
  manager: EntityManager,
  { scope, lane, delivery, outcome: { answer } }: Settling,
): Promise<boolean> {
  if (answer === 'forbidden') {
    await withdraw(manager, delivery);
    return true;
  }
  if (answer.problem === null) {
    await saveDelivered(manager, delivery, answer);
    return true;
  }
  const { retryDelaysS, disableAfterS } = scope.settings;
  const attempts = delivery.attempts + 1;
  const { retryAfterS } = answer;
  const delayS = retryDelayS(retryDelaysS, { attempts, retryAfterS }, Math.random());
  await saveFailed(manager, delivery, { answer, delayS });
  await postponeLane(manager, lane, delayS ?? 0);
  const reason = await reasonToDisable(manager, delivery.webhookId, { answer, disableAfterS });
  if (reason !== null) await disable(manager, delivery.webhookId, reason);
  const { webhookId, eventId } = delivery;
  scope.log.warn(
    { webhookId, eventId, attempts, problem: answer.problem, isLast: delayS === null, reason },
    'webhook failed',
  );
  return delayS === null && reason === null;
}

async function reasonToDisable(
  manager: EntityManager,
  webhookId: string,
  { answer, disableAfterS }: { readonly answer: Answer; readonly disableAfterS: number },
): Promise<string | null> {
  if (answer.status === gone) return 'its receiver answered 410: it wants nothing more';
  const isLong = await hasFailedFor(manager, webhookId, disableAfterS);
  return isLong ? `nothing has arrived for ${spanOf(disableAfterS)}` : null;
}

const spanOf = (seconds: number): string =>
  seconds >= 86_400 ? `${Math.round(seconds / 86_400)} days` : `${seconds} s`;

/** What is done once a minute. */
function createUpkeep({ db, settings }: DeliveryScope): () => Promise<void> {
  let dueMs = 0;
  return async () => {
    if (performance.now() < dueMs) return;
    dueMs = performance.now() + upkeepMs;
    for (const webhookId of await findOverfull(db, settings.waitingMax)) {
      await disable(db, webhookId, `more than ${settings.waitingMax} changes wait for it`);
    }
    for (let round = 0; round < pruneRoundsMax; round += 1) {
      if ((await pruneDeliveries(db)) === 0) break;
    }
  };
}
