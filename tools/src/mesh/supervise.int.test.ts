import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHome, type Home, homeAt } from './paths.ts';
import { isRunning, readPid, signal } from './pid.ts';
import { downFile, nextBackoff, type Plan, type Supervised, supervise } from './supervise.ts';
import { until } from './wait.ts';

let home: Home;
let supervised: Supervised | undefined;

beforeEach(() => {
  home = homeAt(mkdtempSync(join(tmpdir(), 'supervise-')));
  createHome(home);
});

afterEach(async () => {
  await supervised?.stop();
  supervised = undefined;
  rmSync(home.root, { recursive: true, force: true });
});

const plan = (program: string, changes: Partial<Plan> = {}): Plan => ({
  name: 'subject',
  command: [process.execPath, '-e', program],
  isReady: async () => readPid(home, 'subject') !== null,
  readyMsMax: 5000,
  graceMs: 300,
  ...changes,
});

const sleeper = 'setInterval(() => {}, 1000)';

const pid = (): number => readPid(home, 'subject') ?? 0;

describe('a supervised process', () => {
  test('returns after it was killed', async () => {
    supervised = supervise(home, plan(sleeper));
    await supervised.ready;
    const first = pid();

    signal(first, 'SIGKILL');

    expect(await until(() => pid() !== 0 && pid() !== first, { forMs: 5000 })).toBe(true);
  });

  test('stays down while it is kept down', async () => {
    supervised = supervise(home, plan(sleeper));
    await supervised.ready;

    writeFileSync(downFile(home, 'subject'), '');
    signal(pid(), 'SIGKILL');

    expect(await until(() => pid() === 0, { forMs: 5000 })).toBe(true);
    expect(await until(() => pid() !== 0, { forMs: 700 })).toBe(false);
    rmSync(downFile(home, 'subject'));
    expect(await until(() => pid() !== 0, { forMs: 5000 })).toBe(true);
  });

  test('that ends before it is ready fails with the end of its log', async () => {
    supervised = supervise(
      home,
      plan('console.error("no such file"); process.exit(3)', { isReady: async () => false }),
    );

    await expect(supervised.ready).rejects.toThrow(/ended with status 3[^]*no such file/);
  });

  test('that does not become ready in time fails', async () => {
    supervised = supervise(home, plan(sleeper, { isReady: async () => false, readyMsMax: 200 }));

    await expect(supervised.ready).rejects.toThrow('subject was not ready after 0.2 s');
  });

  test('that cannot be started fails', async () => {
    supervised = supervise(home, plan('', { command: ['/no/such/program'] }));

    await expect(supervised.ready).rejects.toThrow('could not be started');
  });

  test('that will not end is killed after its grace', async () => {
    const stubborn = `process.on("SIGTERM", () => {}); ${sleeper}`;
    supervised = supervise(home, plan(stubborn));
    await supervised.ready;
    const running = pid();

    await supervised.stop();

    expect(isRunning(running)).toBe(false);
  });
});

describe('the delay before a restart', () => {
  test('grows with each quick death, to ten seconds', () => {
    const delays = [0, 0, 0, 0, 0, 0, 0, 0].reduce<number[]>(
      (all) => [...all, nextBackoff(all.at(-1) ?? 0, 100)],
      [],
    );
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  test('is none after a long run', () => {
    expect(nextBackoff(8000, 60_000)).toBe(0);
  });
});
