import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, keepLease, type Lease } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import { createBell, type Bell } from '@crm/kit/event/bell';
import { newId } from '@crm/kit/id';
import { startLoop } from '@crm/kit/loop';
import type { Work } from '@crm/kit/record/command';
import { systemViewer } from '@crm/kit/viewer';
import { sentChannels, type SentChannel } from './address.ts';
import { claimDue, type Claimed } from './claim.commands.ts';
import type { DeliverySettings } from './delivery.config.ts';
import { afterSilence } from './delivery.ts';
import { takeDueTasks } from './intake.commands.ts';
import { isAnythingDue, lockSilent } from './delivery.repository.ts';
import { createLimiter } from './limiter.ts';
import type { Outcome } from './outcome.ts';
import { saveOutcome } from './outcome.commands.ts';
import { settle } from './settle.commands.ts';

export type DeliveryJob = {
  /** Hands nothing over any more, and waits for the outcomes of what was. */
  readonly stop: () => Promise<void>;
};

const inFlightMax = 10;
/** Fewer are not worth a transaction. */
const roomMin = 5;
const silentAtOnce = 100;
const tasksAtOnce = 200;

/**
 * Sends what is due, in one of the service's processes at a time. That a message is about to be handed
 * over is committed before it is, so whatever dies at whatever moment, nothing is handed over twice.
 */
export function startDeliveryJob(app: App, settings: DeliverySettings): DeliveryJob {
  const { db, log } = app;
  const lease = keepLease({ db, name: 'deliveries', log, ttlMs: settings.leaseMs });
  const flight = createFlight(app, settings);
  const claim = createClaim(app, settings, flight);

  const step = async (): Promise<void> => {
    const held = lease.current();
    const isBusy = held !== null && (await claim(held));
    if (!isBusy) await flight.bell.wait(settings.pollMs);
  };
  const loop = startLoop({
    step,
    onFailure: (error, failures) =>
      log.warn({ error: describeError(error), failures }, 'deliveries not sent'),
  });
  return {
    stop: async () => {
      flight.bell.ring();
      await loop.stop();
      await flight.landed();
      await lease.stop();
      await Promise.all(sentChannels.map((channel) => settings.senders[channel].close()));
    },
  };
}

type Flight = {
  /** Rings when there is room again. */
  readonly bell: Bell;
  readonly room: () => number;
  readonly begin: (claimed: Claimed) => void;
  /** Waits for the outcomes of all that was handed over. */
  readonly landed: () => Promise<unknown>;
};

/** What is being handed over. */
function createFlight(app: App, settings: DeliverySettings): Flight {
  const bell = createBell();
  const inFlight = new Set<Promise<void>>();
  return {
    bell,
    room: () => inFlightMax - inFlight.size,
    landed: () => Promise.all(inFlight),
    begin: (claimed) => {
      const sending = handOver(app, settings, claimed)
        .catch((error: unknown) =>
          app.log.warn(
            { deliveryId: claimed.delivery.id, error: describeError(error) },
            'outcome of a delivery not kept',
          ),
        )
        .then(() => {
          inFlight.delete(sending);
          bell.ring();
        });
      inFlight.add(sending);
    },
  };
}

/** Takes what is due and has it handed over. Tells whether there may be more at once. */
function createClaim(
  app: App,
  settings: DeliverySettings,
  flight: Flight,
): (held: Lease) => Promise<boolean> {
  const limiters = {
    EMAIL: createLimiter(settings.perSecond.EMAIL),
    SMS: createLimiter(settings.perSecond.SMS),
  };
  const claimFor = async (held: Lease, channel: SentChannel): Promise<number> => {
    const limit = limiters[channel].take(flight.room(), performance.now());
    if (limit <= 0) return 0;
    const claiming = { channel, limit, settings };
    const { looked, claimed } = await inWork(app, held, (work) => claimDue(work, claiming));
    claimed.forEach(flight.begin);
    return looked;
  };
  const takeTasks = createTaking(app, settings);
  return async (held) => {
    if (flight.room() < roomMin || !(await isAnythingDue(app.db.manager, app.now()))) return false;
    let taken = 0;
    const silent = await inWork(app, held, endSilent);
    const due = await takeTasks(held);
    for (const channel of sentChannels) taken += await claimFor(held, channel);
    return taken > 0 || silent === silentAtOnce || due === tasksAtOnce;
  };
}

/** The share of its time that it may take to look for tasks. */
const lookingShare = 0.05;
const restMsMax = 5000;

/**
 * Takes tasks that are due. It reads all of which the messages are not sent yet, which may be very many:
 * once it has found less than there may be, it looks again the later the longer that took.
 */
function createTaking(app: App, { pollMs }: DeliverySettings): (held: Lease) => Promise<number> {
  let nextAt = 0;
  return async (held) => {
    const startedAt = performance.now();
    if (startedAt < nextAt) return 0;
    const due = await inWork(app, held, (work) => takeDueTasks(work, tasksAtOnce));
    const endedAt = performance.now();
    const restMs = Math.min(restMsMax, (endedAt - startedAt) / lookingShare);
    nextAt = due === tasksAtOnce ? endedAt : endedAt + Math.max(pollMs, restMs);
    return due;
  };
}

const inWork = <Value>(
  app: App,
  held: Lease | null,
  run: (work: Work) => Promise<Value>,
): Promise<Value> =>
  transact(app.db, async (manager) => {
    if (held) await assertLease(manager, held);
    const viewer = systemViewer('care:deliveries');
    return run({ manager, viewer, now: app.now(), requestId: newId() });
  });

/** Sending takes less; whoever began it is gone. */
async function endSilent(work: Work): Promise<number> {
  const silent = await lockSilent(work.manager, silentAtOnce);
  await settle(
    work,
    silent.map((before) => ({ before, step: afterSilence })),
  );
  return silent.length;
}

/** What came of it is kept whether or not the lease still is: it is this process that knows. */
async function handOver(app: App, settings: DeliverySettings, claimed: Claimed): Promise<void> {
  const outcome = await withDeadline(send(settings, claimed), settings.sendMsMax);
  const { id, attempts } = claimed.delivery;
  const saved = { deliveryId: id, attempts, outcome, to: claimed.to };
  await inWork(app, null, (work) => saveOutcome(work, saved));
  if (outcome.kind !== 'ACCEPTED') {
    const { kind, problem } = outcome;
    app.log.warn({ deliveryId: id, attempts, outcome: kind, problem }, 'delivery not accepted');
  }
}

function send(
  { senders }: DeliverySettings,
  { delivery, template, to, message, unsubscribeUrl }: Claimed,
): Promise<Outcome> {
  const { id, channel } = delivery;
  const { subject, text, html } = message;
  if (channel === 'SMS') {
    return senders.SMS.send({ id, to, text, providerTemplateId: template.providerTemplateId });
  }
  return senders.EMAIL.send({
    id,
    to,
    subject: subject ?? '',
    text,
    html: html ?? '',
    unsubscribeUrl,
  });
}

async function withDeadline(sending: Promise<Outcome>, ms: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'UNKNOWN', problem: 'took too long' }), ms);
  });
  try {
    return await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
  }
}
