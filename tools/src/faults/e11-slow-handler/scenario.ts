import { startConsumers } from '@crm/kit/event/consume';
import type { Database } from '@crm/kit/database/database';
import { recordMany } from '@crm/kit/event/outbox';
import { startRelay } from '@crm/kit/event/relay';
import { sleep, until } from '../../mesh/wait.ts';
import { openEventLab, type EventLab } from '../events/lab.ts';
import { moved, newProbes, probeConsumer, ProbeMoved } from '../events/probe.ts';
import { none, seconds, type Measure, type Scenario } from '../scenario.ts';

const events = 20;
/** NATS hands an event out again when it has heard nothing of it for 30 s. */
const slowMs = 40_000;
const appliedMsMax = 60_000;

export const scenario: Scenario = {
  id: 'E11',
  title: 'applying an event takes longer than NATS waits for its acknowledgement',
  onPair: async () => {
    const lab = await openEventLab();
    try {
      return await applySlowly(lab);
    } finally {
      await lab.destroy();
    }
  },
};

async function applySlowly(lab: EventLab): Promise<readonly Measure[]> {
  const { log } = lab;
  const owner = await lab.database();
  const reader = await lab.database();
  let calls = 0;
  const consumers = [
    probeConsumer([ProbeMoved], async () => {
      calls += 1;
      if (calls === 1) await sleep(slowMs);
    }),
  ];
  const relay = startRelay({ db: owner, bus: await lab.connect(), service: 'owner', log });
  // Two processes, of which the second would go on where the first is slow.
  const consuming = await Promise.all(
    [1, 2].map(async () =>
      startConsumers({ db: reader, bus: await lab.connect(), service: 'reader', consumers, log }),
    ),
  );
  try {
    const startedAt = performance.now();
    const ids = newProbes(events);
    await owner.transaction((manager) =>
      recordMany(
        manager,
        ids.map((id) => moved(id, 1)),
      ),
    );
    await until(async () => (await countApplied(reader, 'times = 1')) === events, {
      forMs: slowMs + appliedMsMax,
    });
    const tookMs = performance.now() - startedAt;
    return [
      none('events applied twice', await countApplied(reader, 'times > 1')),
      none('handlings that were repeated', calls - events),
      none('events lost', events - (await countApplied(reader, 'times > 0'))),
      seconds('until all were applied', tookMs, (slowMs + 10_000) / 1000),
    ];
  } finally {
    await Promise.all(consuming.map((each) => each.stop()));
    await relay.stop();
  }
}

async function countApplied(db: Database, condition: string): Promise<number> {
  const [row] = await db.query<readonly { count: string }[]>(
    `SELECT COUNT(*) AS count FROM probeEvent WHERE ${condition}`,
  );
  return Number(row?.count);
}
