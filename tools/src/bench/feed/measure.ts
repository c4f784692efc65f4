import { untilCaughtUp } from '../../backlog.ts';
import { graphqlUrl } from '../../mesh/demo.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { signToken } from '../../mesh/mint.ts';
import { issuerUrl } from '../../mesh/plan.ts';
import { sleep, until } from '../../mesh/wait.ts';
import type { GraphClient } from '../../graph-client.ts';
import { startChanges } from '../../subscribers/changes.ts';
import { startFleet, subjectsFor, untilWhole, type Fleet } from '../../subscribers/fleet.ts';
import type { FleetHistory } from '../../subscribers/fleet.ts';
import { latencies, percentile } from '../../subscribers/latency.ts';
import { startSubscriber } from '../../subscribers/subscriber.ts';
import { peakMib } from '../../subscribers/usage.ts';
import { atLeast, atMost, shown, type Measurement, type Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { newMark, readVersions, rename, writeCustomers } from './customers.ts';

/** Processes that have just started have not compiled yet what they run often. */
const coldMs = 30_000;
const warmMs = 3000;
const forMs = 15_000;
const liveMsMax = 60_000;
const wholeMsMax = 20_000;
const followedCustomers = 50;
/** Each changes so often before it is read again: 20,000 events. */
const replayCustomers = 2000;
const replayTurns = 10;
const replayMsMax = 60_000;

/** How soon a change is told, to few and to many, and how fast one catches up. */
export const measurement: Measurement = {
  about: 'change feed: 100 subscribers at 50 and at 10 events/s, 1,000 at 10 events/s, replay',
  run: (place) =>
    withMesh(place, async (mesh, graph) => {
      const hundred = await follow(mesh, graph, {
        subscribers: 100,
        perSecond: 50,
        warmUpMs: coldMs,
      });
      const calm = await follow(mesh, graph, { subscribers: 100, perSecond: 10, warmUpMs: warmMs });
      const thousand = await follow(mesh, graph, {
        subscribers: 1000,
        perSecond: 10,
        warmUpMs: warmMs,
      });
      return [
        atMost(30, ms('feed.100.p50', percentile(hundred.waits, 0.5))),
        atMost(200, ms('feed.100.p99', percentile(hundred.waits, 0.99))),
        // Less than was sent, where a machine does not carry the writes.
        shown({ id: 'feed.100.rate', value: hundred.rate, unit: 'events/s' }),
        ...lossesOf('feed.100', hundred.history),
        shown(ms('feed.100.calm.p50', percentile(calm.waits, 0.5))),
        shown(ms('feed.100.calm.p99', percentile(calm.waits, 0.99))),
        shown(ms('feed.1000.p50', percentile(thousand.waits, 0.5))),
        atMost(1000, ms('feed.1000.p99', percentile(thousand.waits, 0.99))),
        atMost(600, { id: 'feed.1000.memory', value: thousand.peakMib, unit: 'MiB' }),
        ...lossesOf('feed.1000', thousand.history),
        ...(await replay(mesh, graph)),
      ];
    }),
};

const ms = (id: string, value: number) => ({ id, value, unit: 'ms' });

const lossesOf = (id: string, { missing, misplaced, gaps }: FleetHistory): readonly Row[] => [
  atMost(0, { id: `${id}.missing`, value: missing, unit: 'changes' }),
  shown({ id: `${id}.gaps`, value: gaps, unit: 'frames' }),
  atMost(0, { id: `${id}.misplaced`, value: misplaced, unit: 'changes' }),
];

type Load = {
  readonly subscribers: number;
  readonly perSecond: number;
  readonly warmUpMs: number;
};

type Followed = {
  readonly waits: readonly number[];
  /** Changes that one subscriber was told of, a second. */
  readonly rate: number;
  readonly peakMib: number;
  readonly history: FleetHistory;
};

/** From a change's recording, before its commit, to its frame at each subscriber. */
async function follow(mesh: Mesh, graph: GraphClient, load: Load): Promise<Followed> {
  const ids = await writeCustomers(graph, newMark(), { count: followedCustomers, turn: 0 });
  const from = await readVersions(graph, ids);
  const fleet = await openFleet(mesh, ids, load.subscribers);
  const changes = startChanges(
    (turn) => rename(graph, ids[turn % ids.length] ?? '', turn),
    load.perSecond,
  );
  await sleep(load.warmUpMs);
  const beganAt = Date.now();
  const peak = await peakMib(mesh.ports.gateway, sleep(forMs));
  const endedAt = Date.now();
  await changes.stop();
  const to = await readVersions(graph, ids);
  const truth = new Map(ids.map((id) => [id, { from: from.get(id) ?? 0, to: to.get(id) ?? 0 }]));
  const history = await untilWhole(fleet.subscribers, truth, wholeMsMax);
  const waits = latencies(fleet.subscribers, beganAt, endedAt);
  fleet.end();
  const rate = waits.length / load.subscribers / (forMs / 1000);
  return { waits, rate, peakMib: peak, history };
}

async function openFleet(
  mesh: Mesh,
  customerIds: readonly string[],
  count: number,
): Promise<Fleet> {
  const tokens = await Promise.all(
    Array.from({ length: subjectsFor(count) }, (_, at) => tokenOf(mesh, `follower-${at}`)),
  );
  const filter = { customerIds, entities: ['CUSTOMER'] };
  const fleet = await startFleet(count, { url: socketUrl(mesh), filter }, tokens);
  if (!(await fleet.untilLive(liveMsMax))) throw new Error('Not all could begin to follow');
  return fleet;
}

/** One subscriber reads what happened long ago, with the keys alone and with values of the record. */
async function replay(mesh: Mesh, graph: GraphClient): Promise<readonly Row[]> {
  const mark = newMark();
  for (let turn = 0; turn < replayTurns; turn += 1) {
    await writeCustomers(graph, mark, { count: replayCustomers, turn });
  }
  await untilCaughtUp(mesh);
  const keys = await readAgain(mesh, '__typename');
  const values = await readAgain(mesh, '... on Customer { name owner { name } }');
  return [
    atLeast(5000, { id: 'feed.replay.keys', value: keys, unit: 'events/s' }),
    atLeast(5000, { id: 'feed.replay.values', value: values, unit: 'events/s' }),
  ];
}

async function readAgain(mesh: Mesh, entity: string): Promise<number> {
  const token = await tokenOf(mesh, 'replay');
  const subscriber = startSubscriber({
    url: socketUrl(mesh),
    token: () => token,
    filter: { entities: ['CUSTOMER'] },
    entity,
    after: 'earliest',
  });
  await until(subscriber.isLive, { forMs: replayMsMax });
  subscriber.end();
  const [first] = subscriber.acceptedAt;
  const last = subscriber.told.at(-1);
  return subscriber.told.length / (((last?.at ?? 0) - (first ?? 0)) / 1000);
}

const socketUrl = (mesh: Mesh): string => graphqlUrl(mesh).replace('http', 'ws');

const tokenOf = (mesh: Mesh, subject: string): Promise<string> =>
  signToken(
    mesh.home,
    { sub: subject, iss: issuerUrl(mesh), roles: ['admin'], staffId: null, teamIds: [] },
    '1h',
  );
