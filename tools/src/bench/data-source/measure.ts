import { createScope, runInScope } from '@crm/kit/data-source/index';
import { stopKeeper } from '@crm/kit/data-source/keeper/keeper';
import { openDataSource, openOurs, type OurClient } from '../../faults/clients/ours.ts';
import { clientOf } from '../../faults/clients/tables.ts';
import { openTypeormAt } from '../../faults/clients/typeorm.ts';
import { startLab, type Lab } from '../../faults/lab.ts';
import type { Client } from '../../faults/load.ts';
import { programVariables } from '../../mesh/test-environment.ts';
import { findToolchain } from '../../mesh/toolchain.ts';
import { atMost, shown, type Measurement, type Row } from '../measurement.ts';

const rounds = 5;
const callsARound = 400;
const callsToWarmUp = 1000;
const idleMs = 5000;
const readsAfterWrites = 1000;
const rows = 100;

/** What the indirection costs while nothing fails, and what it is for while a standby is behind. */
export const measurement: Measurement = {
  about: 'the data source beside TypeORM on mysql2: its cost, and reads after writes',
  run: async () => {
    Object.assign(process.env, programVariables(await findToolchain()));
    const lab = await startLab({ isDurable: true, rows });
    const ours = await openOurs(lab, { keepers: 2 });
    const { host, port } = lab.a.address;
    const theirs = await openTypeormAt({ host, port }, { host, port });
    try {
      const all = shown({ ...(await measureIdle()), id: 'data-source.idle-with-keepers' });
      const [cost, reads] = [await measureCost(ours, theirs), await measureReads(lab, ours)];
      await Promise.all(ours.keepers.map(stopKeeper));
      const alone = atMost(3, { ...(await measureIdle()), id: 'data-source.idle' });
      return [all, alone, ...cost, ...reads];
    } finally {
      await theirs.close();
      await ours.close();
      await lab.destroy();
    }
  },
};

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** What this process does while nobody asks it anything: as an application, with two keepers or without. */
async function measureIdle(): Promise<{ readonly value: number; readonly unit: string }> {
  await pause(1000);
  const before = process.cpuUsage();
  await pause(idleMs);
  const { user, system } = process.cpuUsage(before);
  return { value: (100 * (user + system)) / 1000 / idleMs, unit: '% of a core' };
}

type Samples = { readonly ours: number[]; readonly theirs: number[] };

/** Both take turns, so that what else the machine does falls on both. */
async function measureCost(ours: Client, theirs: Client): Promise<readonly Row[]> {
  const reads: Samples = { ours: [], theirs: [] };
  const writes: Samples = { ours: [], theirs: [] };
  let next = 0;
  const row = (): number => 1 + (next % rows);
  const write = (client: Client) => (): Promise<unknown> => client.write((next += 1), row());
  const read = (client: Client) => (): Promise<unknown> => {
    next += 1;
    return client.read(row());
  };
  for (const client of [ours, theirs]) await sample(read(client), callsToWarmUp);
  for (let round = 0; round < rounds; round += 1) {
    reads.ours.push(...(await sample(read(ours))));
    reads.theirs.push(...(await sample(read(theirs))));
    writes.ours.push(...(await sample(write(ours))));
    writes.theirs.push(...(await sample(write(theirs))));
  }
  return [
    shown({ id: 'data-source.read', value: median(reads.ours), unit: 'ms' }),
    cost('data-source.read-cost', reads, 5),
    shown({ id: 'data-source.transaction', value: median(writes.ours), unit: 'ms' }),
    cost('data-source.transaction-cost', writes, 7),
  ];
}

const cost = (id: string, { ours, theirs }: Samples, boundPercent: number): Row => {
  const value = 100 * (median(ours) / median(theirs) - 1);
  return atMost(boundPercent, { id, value, unit: '% of TypeORM on mysql2' });
};

/** How long each of many calls took, one after the other. */
async function sample(call: () => Promise<unknown>, calls = callsARound): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < calls; done += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return times;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function measureReads(lab: Lab, { cluster }: OurClient): Promise<readonly Row[]> {
  const db = await openDataSource(cluster, { readPreference: 'replica-first' });
  const client = clientOf(db);
  const idle = await countStale(lab, client);
  await delay(lab, 1);
  const behind = await countStale(lab, client);
  await delay(lab, 0);
  await client.close();
  const unit = `of ${readsAfterWrites} stale`;
  return [
    atMost(0, { id: 'data-source.stale-on-idle', value: idle, unit }),
    atMost(0, { id: 'data-source.stale-when-behind', value: behind, unit }),
  ];
}

const delay = ({ b }: Lab, seconds: number): Promise<unknown> =>
  b.sql(
    `STOP REPLICA SQL_THREAD; CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ${seconds};
     START REPLICA SQL_THREAD`,
  );

/** Writes a row and reads it at once, as one request does. */
async function countStale(lab: Lab, client: Client): Promise<number> {
  const before = await lab.a.sql('SELECT id, n FROM test.counter');
  const expected = new Map(before.map(({ id, n }) => [Number(id), Number(n)]));
  let stale = 0;
  for (let call = 0; call < readsAfterWrites; call += 1) {
    const row = 1 + (call % rows);
    const wanted = (expected.get(row) ?? 0) + 1;
    expected.set(row, wanted);
    await runInScope(createScope(), async () => {
      await client.write(1_000_000 + call, row);
      if (countOf(await client.read(row)) < wanted) stale += 1;
    });
  }
  return stale;
}

const countOf = (row: unknown): number =>
  typeof row === 'object' && row !== null && 'n' in row ? Number(row.n) : NaN;
