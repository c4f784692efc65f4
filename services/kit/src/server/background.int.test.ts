import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { kitMigrations } from '../migrations/index.ts';
import type { Task } from '../task.ts';
import { testDatabase } from '../testing/database.ts';
import { until } from '../testing/until.ts';
import { startBackground } from './background.ts';

let db: DataSource;
const running: Task[] = [];

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: kitMigrations });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((task) => task.stop()));
});
afterAll(() => db.destroy());

const program = (text: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads';
      ${text}`)}`,
  );

/** Tells that it runs, and goes on until it is told to end. */
const patient = program(
  `parentPort.postMessage('recorded'); parentPort.once('message', () => parentPort.close());`,
);

type Begun = { readonly told: () => number; readonly asked: () => number; hasWork: boolean };

function begin(name: string, run: URL, hasWork = true): Begun {
  let told = 0;
  let asked = 0;
  const begun: Begun = { told: () => told, asked: () => asked, hasWork };
  running.push(
    startBackground(
      { db, log: pino({ level: 'silent' }), now: () => new Date() },
      {
        name,
        program: run,
        hasWork: () => {
          asked += 1;
          return Promise.resolve(begun.hasWork);
        },
        onRecorded: () => {
          told += 1;
        },
      },
    ),
  );
  return begun;
}

describe('work in a thread of its own', () => {
  test('has a thread when there is something to do, and tells of what it records', async () => {
    const begun = begin('some', patient, false);
    await until(() => begun.asked() > 1, { what: 'it looks for work' });
    expect(begun.told()).toBe(0);
    begun.hasWork = true;
    await until(() => begun.told() === 1, { what: 'its thread runs' });
    await running.splice(0)[0]?.stop();
    expect(begun.told()).toBe(1);
  });

  test('is done by one of several processes', async () => {
    const one = begin('shared', patient);
    const other = begin('shared', patient);
    await until(() => one.told() + other.told() > 0, { what: 'a thread runs' });
    expect(one.told() + other.told()).toBe(1);
  });

  test('is gone on with after the thread has died', async () => {
    const mortal = program(`parentPort.postMessage('recorded'); throw new Error('as if');`);
    const begun = begin('mortal', mortal);
    await until(() => begun.told() > 1, { what: 'another thread has begun', forMs: 15_000 });
    expect(begun.asked()).toBeGreaterThan(1);
  });

  test('is gone on with after its memory did not suffice', async () => {
    const greedy = program(
      `parentPort.postMessage('recorded'); const kept = []; setInterval(() => {
        for (let at = 0; at < 100; at += 1) kept.push(new Array(100_000).fill(at + 0.5));
      }, 1);`,
    );
    const begun = begin('greedy', greedy);
    await until(() => begun.told() > 1, { what: 'another thread has begun', forMs: 15_000 });
    expect(begun.asked()).toBeGreaterThan(1);
  });

  test('knows the lease under which it is done', async () => {
    const named = program(
      `if (workerData.lease.name === 'named' && workerData.lease.fence > 0) parentPort.postMessage('recorded');
       parentPort.once('message', () => parentPort.close());`,
    );
    const begun = begin('named', named);
    await until(() => begun.told() > 0, { what: 'the thread knows its lease' });
    expect(begun.told()).toBe(1);
  });
});
