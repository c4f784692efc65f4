import { sleep } from '../../mesh/wait.ts';
import { startChanges } from '../../subscribers/changes.ts';
import { percentile } from '../../subscribers/latency.ts';
import { atLeast, atMost, shown, type Measurement, type Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { measureApplied } from './applied.ts';
import { measureCost } from './cost.ts';
import { countMisplaced, createTeller, openOutbox, untilPublished, type Outbox } from './outbox.ts';

const backlog = 100_000;
const aggregates = 20_000;
/** A little more than has to be carried. */
const steady = { transactionsPerSecond: 50, eventsEach: 32, forMs: 60_000 };
const calm = { perSecond: 100, warmUpMs: 5000, forMs: 20_000 };

/** What the relay carries, how soon others know, and what it costs a write that events are told. */
export const measurement: Measurement = {
  about: 'events: relay and its backlog, from commit to stream and to analytics, cost of a write',
  run: (place) =>
    withMesh(place, async (mesh, graph) => {
      const outbox = await openOutbox(mesh);
      try {
        return [
          ...(await measureApplied(mesh, graph, outbox)),
          ...(await measureCost(graph, outbox)),
          ...(await measureAcknowledged(outbox)),
          ...(await measureSteady(outbox)),
          ...(await measureBacklog(outbox)),
          atMost(0, {
            id: 'events.misplaced',
            value: await countMisplaced(outbox),
            unit: 'events',
          }),
        ];
      } finally {
        await outbox.close();
      }
    }),
};

/** From an event's recording, before its commit, to its arrival from the stream. */
async function measureAcknowledged(outbox: Outbox): Promise<readonly Row[]> {
  const teller = createTeller(outbox, aggregates);
  const waits: number[] = [];
  const { lastSeq } = await outbox.bus.streamState();
  const following = await outbox.bus.follow(
    { subject: 'crm.evt.probe.>', afterSeq: lastSeq },
    ({ headers }) => waits.push(Date.now() - Date.parse(headers['ce-time'] ?? '')),
  );
  const changes = startChanges(() => teller.tell(1), calm.perSecond);
  await sleep(calm.warmUpMs);
  waits.length = 0;
  await sleep(calm.forMs);
  const measured = [...waits];
  await changes.stop();
  await following.stop();
  return [
    shown({ id: 'events.acknowledged.p50', value: percentile(measured, 0.5), unit: 'ms' }),
    atMost(80, { id: 'events.acknowledged.p99', value: percentile(measured, 0.99), unit: 'ms' }),
    shown({
      id: 'events.acknowledged.rate',
      value: measured.length / (calm.forMs / 1000),
      unit: 'events/s',
    }),
  ];
}

async function measureSteady(outbox: Outbox): Promise<readonly Row[]> {
  const teller = createTeller(outbox, aggregates);
  const changes = startChanges(() => teller.tell(steady.eventsEach), steady.transactionsPerSecond);
  await sleep(steady.forMs);
  const published = teller.told() - (await outbox.unpublished());
  await changes.stop();
  const behindS = await untilPublished(outbox);
  return [
    atLeast(1500, {
      id: 'events.relay',
      value: published / (steady.forMs / 1000),
      unit: 'events/s',
    }),
    shown({ id: 'events.relay.behind', value: behindS, unit: 's after the last' }),
  ];
}

async function measureBacklog(outbox: Outbox): Promise<readonly Row[]> {
  await createTeller(outbox, aggregates).tell(backlog);
  const drainedS = await untilPublished(outbox);
  return [atMost(70, { id: `events.backlog.${backlog}`, value: drainedS, unit: 's' })];
}
