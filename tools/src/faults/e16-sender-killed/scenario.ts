import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { kill, start } from '../../mesh/control.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { startChanges } from '../../subscribers/changes.ts';
import { change } from '../feed/audience.ts';
import { sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { holds, none, seconds, type Measure, type Scenario } from '../scenario.ts';
import { startReceiver, type Receiver, type Taken } from './receiver.ts';

const service = 'customers';
const customers = 10;
const perSecond = 20;
const kills = 4;
/** Enough of them to see that it is sending, and no longer than two leases of the dead one. */
const sentBetweenKills = 10;
const sendingMsMax = 15_000;
const wholeMsMax = 45_000;

export const scenario: Scenario = {
  id: 'E16',
  title: `the process that sends webhooks is killed ${kills} times while changes come`,
  onMesh: async (stage) => {
    const receiver = await startReceiver();
    try {
      return await killOften(stage, receiver);
    } finally {
      await receiver.stop();
    }
  },
};

async function killOften(stage: MeshStage, receiver: Receiver): Promise<readonly Measure[]> {
  const mark = `e16-${randomUUID().slice(0, 8)}`;
  const ids = await createCustomers(stage.graph, mark, customers);
  const webhookId = await follow(stage, receiver, ids);
  const changes = startChanges(
    (turn) => change(stage, { id: ids[turn % customers] ?? '', name: `${mark} ${turn}` }),
    perSecond,
  );
  let struck = 0;
  for (let round = 0; round < kills; round += 1) {
    const before = receiver.taken.length;
    const isSending = (): boolean => receiver.taken.length >= before + sentBetweenKills;
    if (await until(isSending, { forMs: sendingMsMax, everyMs: 10 })) struck += 1;
    await sleep(500 * Math.random());
    kill(stage.mesh, service);
    await start(stage.mesh, service);
  }
  await changes.stop();

  const endedAt = performance.now();
  const told = await changesTold(stage, ids);
  const isWhole = await until(() => missing(receiver.taken, told) === 0, { forMs: wholeMsMax });
  const tookMs = isWhole ? performance.now() - endedAt : Infinity;
  await stage.graph.ask(z.unknown(), pause, {
    variables: { input: { id: webhookId, active: false } },
  });
  return [
    none(`changes of ${told.size} that never arrived`, missing(receiver.taken, told)),
    seconds('until all had arrived after the last return', tookMs, wholeMsMax / 1000),
    none('changes out of order', countMisplaced(receiver.taken)),
    none('messages with a wrong signature', receiver.forged()),
    holds('some were refused', receiver.refused() > 0),
    none('lives in which nothing was sent', kills - struck),
  ];
}

const madeSchema = z.object({
  createWebhook: z.object({ webhook: z.object({ id: z.string() }), secret: z.string() }),
});
const make = `mutation ($input: CreateWebhookInput!) {
  createWebhook(input: $input) { webhook { id } secret } }`;
const pause = 'mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { state } }';

async function follow(
  { graph }: MeshStage,
  { url, trust }: Receiver,
  customerIds: readonly string[],
): Promise<string> {
  const filter = { customerIds, kinds: ['UPDATED'] };
  const { createWebhook } = await graph.ask(madeSchema, make, {
    variables: { input: { name: 'E16', url, filter } },
  });
  trust(createWebhook.secret);
  return createWebhook.webhook.id;
}

/** The ids of all events of the changes, those included whose caller was not told of success. */
async function changesTold(stage: MeshStage, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql(
    stage,
    await writerOf(stage),
    `SELECT BIN_TO_UUID(eventId) AS id FROM crm_customers.outbox
     WHERE type = 'customer.updated'
       AND aggregateId IN (${ids.map((id) => `UUID_TO_BIN('${id}')`).join(', ')})`,
  );
  return new Set(rows.map(({ id }) => String(id)));
}

function missing(taken: readonly Taken[], told: ReadonlySet<string>): number {
  const arrived = new Set(taken.map(({ eventId }) => eventId));
  return [...told].filter((id) => !arrived.has(id)).length;
}

/** A customer's changes come in the order of its versions, but for one that comes again. */
function countMisplaced(taken: readonly Taken[]): number {
  const versions = new Map<string | null, number>();
  const seen = new Set<string>();
  let misplaced = 0;
  for (const { eventId, customerId, version } of taken) {
    if (seen.has(eventId)) continue;
    seen.add(eventId);
    if ((version ?? 0) < (versions.get(customerId) ?? 0)) misplaced += 1;
    versions.set(customerId, version ?? 0);
  }
  return misplaced;
}
