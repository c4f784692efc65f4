import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMarkerTable } from '../marker-table.ts';
import type { KeeperProcessSettings } from '../testing/keeper-process.ts';
import { keeperDefaults, startKeptPair, type KeptPair } from '../testing/kept-pair.ts';
import { startProcess, until, type TestProcess } from '../testing/process.ts';
import { openTestAccess, query } from '../testing/session.ts';
import { requestKeeper } from './client.ts';
import { stopKeeper } from './keeper.ts';

const program = fileURLToPath(new URL('../testing/keeper-process.ts', import.meta.url));

let pair: KeptPair;
let paused: TestProcess | undefined;
let log: string;

/** Starts a keeper whose clock is ten minutes ahead, and lets it be the one that acts. */
beforeAll(async () => {
  pair = await startKeptPair({ keeper: { timing: { failoverGapMs: 0 } } });
  const [a] = pair.servers;
  await a?.sql(`USE test; ${createMarkerTable}; CREATE TABLE entry (id INT PRIMARY KEY)`);
  log = join(pair.folder, 'paused-keeper.log');
  const nodes = pair.servers.map(({ address }) => address);
  const settings: KeeperProcessSettings = {
    options: { ...keeperDefaults, id: 'paused', cluster: 'test', nodes },
    nats: pair.nats.urls,
    clockShiftMs: 600_000,
    pausesBeforeOpening: true,
  };
  paused = startProcess([process.execPath, '--import', 'tsx', program], log, {
    KEEPER_PROCESS: JSON.stringify(settings),
  });
  const [first] = pair.keepers;
  if (first) await stopKeeper(first);
  await until('it acts', () => said('lease'), 30_000);
  await pair.addKeeper('other', { timing: { failoverGapMs: 0 } });
}, 180_000);
afterAll(async () => {
  await paused?.kill();
  await pair.destroy();
}, 20_000);

const said = (type: string): boolean => readFileSync(log, 'utf8').includes(`{"type":"${type}"`);

describe('a keeper that is paused right before it opens the new writer', () => {
  test('is followed by another one, which finishes what it began', async () => {
    const access = openTestAccess(pair.cluster, { writerWaitMs: 20_000, writeDeadlineMs: 25_000 });
    await until('a is the writer', () => pair.cluster.record?.writer === 'a');
    await pair.servers[0]?.process().kill();
    const writing = query(access, 'INSERT INTO entry VALUES (1)');
    expect(await pair.happens('promoted', 'b', 30_000)).toMatchObject({ keeper: 'other', term: 2 });
    await writing;
    expect(said('failover')).toBe(true);
    expect(said('promoted')).toBe(false);
  }, 40_000);

  test('opens nothing when it goes on: the other one has ended its connection', async () => {
    const address = { servers: pair.nats.urls, cluster: 'test' };
    await pair.servers[0]?.start();
    await pair.happens('standby', 'a', 30_000);
    await requestKeeper(address, { do: 'switchover', to: 'a' });
    await pair.happens('standby', 'b', 30_000);
    const before = await pair.record();

    paused?.resume();
    await until('it has gone on', () => said('error'));
    const [row] = (await pair.servers[1]?.sql('SELECT @@super_read_only isClosed')) ?? [];
    expect(row?.['isClosed']).toBe(1);
    expect(before).toMatchObject({ writer: 'a', standby: ['b'] });
    expect(await pair.record()).toEqual(before);
  }, 60_000);
});
