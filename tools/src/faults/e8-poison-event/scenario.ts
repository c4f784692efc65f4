import type { Database } from '@crm/kit/database/database';
import { startConsumers, type Consuming } from '@crm/kit/event/consume';
import { listDeadLetters, replayDeadLetter } from '@crm/kit/event/dead-letter';
import { recordMany } from '@crm/kit/event/outbox';
import { startRelay } from '@crm/kit/event/relay';
import { until } from '../../mesh/wait.ts';
import { openEventLab, type EventLab } from '../events/lab.ts';
import { moved, newProbes, probeConsumer, ProbeMoved, ProbeMovedV2 } from '../events/probe.ts';
import { holds, none, type Measure, type Scenario } from '../scenario.ts';

const probes = 250;
const versions = 4;
const total = probes * versions;
/** In the middle: the poison is the last event of its probe, but for one that waits behind it. */
const poisoned = { probe: 125, version: versions };
const appliedMsMax = 60_000;

export const scenario: Scenario = {
  id: 'E8',
  title: `one event of ${total} is of a form that its consumer does not know`,
  isFast: true,
  onPair: async () => {
    const lab = await openEventLab();
    try {
      return await poison(lab);
    } finally {
      await lab.destroy();
    }
  },
};

async function poison(lab: EventLab): Promise<readonly Measure[]> {
  const { log } = lab;
  const owner = await lab.database();
  const reader = await lab.database();
  const relay = startRelay({ db: owner, bus: await lab.connect(), service: 'owner', log });
  let consuming = await listen(lab, reader, 'of before');
  try {
    await tell(owner);
    const wasApplied = await until(async () => (await countApplied(reader)) >= total - 1, {
      forMs: appliedMsMax,
    });
    const isSettled = await until(async () => (await count(reader, 'deadLetter')) === 2, {
      forMs: appliedMsMax,
    });
    const applied = await countApplied(reader);
    const letters = await listDeadLetters(reader);
    const parked = await count(reader, 'inbox WHERE isParked');

    await consuming.stop();
    consuming = await listen(lab, reader, 'that knows');
    for (const { id } of letters) await replayDeadLetter(reader, id);
    const isMended = await until(async () => (await countApplied(reader)) === total + 1, {
      forMs: appliedMsMax,
    });
    return [
      none('events not applied beside the poison', wasApplied ? total - 1 - applied : Infinity),
      holds('one dead letter', letters.length === 1 && letters[0]?.state === 'dead'),
      holds('one event waits behind it', isSettled),
      none('other aggregates parked', parked - 1),
      holds('replay repairs, and applies what waited', isMended),
      none('letters left', await count(reader, 'deadLetter')),
      none('aggregates left parked', await count(reader, 'inbox WHERE isParked')),
      none('events applied twice', await count(reader, 'probeEvent WHERE times > 1')),
      none('totals that are wrong', await countWrong(reader)),
    ];
  } finally {
    await consuming.stop();
    await relay.stop();
  }
}

/** A release of the consumer: one that does not know the second version of the event, or one that does. */
const listen = async (
  { connect, log }: EventLab,
  db: Database,
  release: 'of before' | 'that knows',
): Promise<Consuming> => {
  const types = release === 'of before' ? [ProbeMoved] : [ProbeMoved, ProbeMovedV2];
  const consumers = [probeConsumer(types)];
  return startConsumers({ db, bus: await connect(), service: 'reader', consumers, log });
};

async function tell(owner: Database): Promise<void> {
  const ids = newProbes(probes);
  for (let version = 1; version <= versions; version += 1) {
    await owner.transaction((manager) =>
      recordMany(
        manager,
        ids.map((id, probe) => {
          const isPoison = probe === poisoned.probe && version === poisoned.version;
          return moved(id, version, isPoison ? ProbeMovedV2 : ProbeMoved);
        }),
      ),
    );
  }
  const behind = moved(ids[poisoned.probe] ?? '', versions + 1);
  await owner.transaction((manager) => recordMany(manager, [behind]));
}

async function count(db: Database, from: string): Promise<number> {
  const [row] = await db.query<readonly { count: string }[]>(
    `SELECT COUNT(*) AS count FROM ${from}`,
  );
  return Number(row?.count);
}

const countApplied = (db: Database): Promise<number> => count(db, 'probeEvent');

/** The total of a probe is the sum of its versions. */
const countWrong = (db: Database): Promise<number> =>
  count(db, 'probe WHERE total <> version * (version + 1) / 2');
