import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Database } from '@crm/kit/database/database';
import type { Bus } from '@crm/kit/event/bus';
import { recordMany } from '@crm/kit/event/outbox';
import { startRelay } from '@crm/kit/event/relay';
import { bundle } from '../../build.ts';
import { repository } from '../../mesh/paths.ts';
import { until } from '../../mesh/wait.ts';
import { openEventLab, type EventLab } from '../events/lab.ts';
import { moved, newProbes } from '../events/probe.ts';
import { none, type Scenario } from '../scenario.ts';

const killsMin = 100;
/** Processes at once, and the relays in each, which die together. */
const lanes = 2;
const relaysPerLane = 5;
const deathsPerLane = killsMin / (lanes * relaysPerLane);
const probesPerRelay = 5;
const drainMsMax = 60_000;
const program = 'tools/dist/relay-process.js';

export const scenario: Scenario = {
  id: 'E3',
  title: `a relay is killed ${killsMin} times when the stream has an event and the outbox does not know`,
  isFast: true,
  onPair: async () => {
    // A hundred starts from sources take minutes.
    await bundle(repository, { [program]: 'tools/src/faults/e3-relay-killed/relay-process.ts' });
    const lab = await openEventLab();
    try {
      const bus = await lab.connect();
      await bus.ensureStream();
      const work = Array.from({ length: lanes }, () => killOften(lab));
      const databases = (await Promise.all(work)).flat();
      await Promise.all(databases.map((db) => drain(lab, db)));
      const { lost, doubled, misplaced } = await compare(bus, databases);
      return [
        none('events doubled in the stream', doubled),
        none('events lost', lost),
        none('events out of order', misplaced),
      ];
    } finally {
      await lab.destroy();
    }
  },
};

/** Services whose relays die one after the other, each with what it has just published. */
async function killOften(lab: EventLab): Promise<readonly Database[]> {
  const owners: Owner[] = [];
  for (let made = 0; made < relaysPerLane; made += 1) {
    owners.push({ db: await lab.database(), probes: newProbes(probesPerRelay) });
  }
  const schemas = await Promise.all(owners.map(schemaOf));
  const options = [schemas.join(','), lab.mysqlNodes, lab.natsUrl];
  for (let version = 1; version <= deathsPerLane; version += 1) {
    for (const owner of owners) await tell(owner, version);
    const relays = fork(join(repository, program), options, { execArgv: [] });
    const [, signal] = await once(relays, 'exit');
    if (signal !== 'SIGKILL') throw new Error('A relay ended before it was killed');
  }
  return owners.map(({ db }) => db);
}

type Owner = { readonly db: Database; readonly probes: readonly string[] };

async function schemaOf({ db }: Owner): Promise<string> {
  const [row] = await db.query<readonly { schemaName: string }[]>(
    'SELECT DATABASE() AS schemaName',
  );
  return row?.schemaName ?? '';
}

const tell = ({ db, probes }: Owner, version: number): Promise<void> =>
  db.transaction((manager) =>
    recordMany(
      manager,
      probes.map((id) => moved(id, version)),
    ),
  );

/** The last relay lives. */
async function drain({ connect, log }: EventLab, db: Database): Promise<void> {
  const relay = startRelay({ db, bus: await connect(), service: 'last', log, leaseMs: 300 });
  const isDrained = await until(async () => (await countUnpublished(db)) === 0, {
    forMs: drainMsMax,
  });
  await relay.stop();
  if (!isDrained) throw new Error('Events were not published');
}

async function countUnpublished(db: Database): Promise<number> {
  const [row] = await db.query<readonly { count: string }[]>(
    'SELECT COUNT(*) AS count FROM outbox WHERE publishedSeq IS NULL',
  );
  return Number(row?.count);
}

type Compared = { readonly lost: number; readonly doubled: number; readonly misplaced: number };

/** What the stream holds, beside what the outboxes do. */
async function compare(bus: Bus, databases: readonly Database[]): Promise<Compared> {
  const times = new Map<string, number>();
  const versions = new Map<string, number>();
  let misplaced = 0;
  const { firstSeq, lastSeq } = await bus.streamState();
  for (let seq = firstSeq; seq <= lastSeq; seq += 1) {
    const message = await bus.messageAt(seq);
    if (!message) continue;
    const id = message.headers['ce-id'] ?? '';
    times.set(id, (times.get(id) ?? 0) + 1);
    const version = Number(message.headers['ce-version']);
    if (version !== (versions.get(message.subject) ?? 0) + 1) misplaced += 1;
    versions.set(message.subject, version);
  }
  const told = await Promise.all(
    databases.map((db) =>
      db.query<readonly { id: string }[]>('SELECT BIN_TO_UUID(eventId) AS id FROM outbox'),
    ),
  );
  return {
    lost: told.flat().filter(({ id }) => !times.has(id)).length,
    doubled: [...times.values()].filter((count) => count > 1).length,
    misplaced,
  };
}
