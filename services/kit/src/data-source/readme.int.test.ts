import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { haErrorCodes } from './errors.ts';
import { defaultKeeperTiming } from './keeper/options.ts';
import { defaultAccess, defaultTiming } from './options.ts';
import { startPair, type TestServers } from './testing/mysql-pair.ts';
import { startProcess } from './testing/process.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const lines = readme.split('\n');

describe('the README', () => {
  test('explains every error code, and no other', () => {
    const explained = [...readme.matchAll(/^\| `(HA_\w+)`/gm)].map(([, code]) => code);
    expect(new Set(explained)).toEqual(new Set(haErrorCodes));
  });

  test.each(Object.entries({ ...defaultTiming, ...defaultKeeperTiming, ...defaultAccess }))(
    'tells the default of %s',
    (name, value) => {
      const shown = typeof value === 'number' && value >= 10_000 ? grouped(value) : String(value);
      const rows = lines.filter((line) => new RegExp(`^\\|.*\\b${name}\\b`).test(line));
      expect(rows.some((row) => row.includes(shown))).toBe(true);
    },
  );
});

const grouped = (value: number): string => `${Math.floor(value / 1000)} 000`;

describe('the example in the README', () => {
  let pair: TestServers;
  beforeAll(async () => {
    pair = await startPair();
  }, 120_000);
  afterAll(() => pair.destroy(), 20_000);

  test('runs as it is written, and ends by itself', async () => {
    const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
    const addresses = pair.servers.map(({ address: a }) => `${a.name}=${a.host}:${a.port}`);
    const log = join(pair.folder, 'example.log');
    const program = startProcess(
      [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', example],
      log,
      { MYSQL: addresses.join(','), NODE_NO_WARNINGS: '1' },
    );
    await program.exited();
    expect(readFileSync(log, 'utf8')).toContain("[ { page: '/' } ]");
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(26);
  }, 60_000);
});
