import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { readPid } from '../../src/mesh/pid.ts';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

let system: TestMesh;

beforeAll(async () => {
  system = await startTestMesh();
}, meshMsMax);

afterAll(() => system.stop(), meshMsMax);

const pidOf = (name: string): number => readPid(system.mesh.home, name) ?? 0;

const isReady = async (name: string): Promise<boolean> => {
  const { processes } = await system.status();
  return processes.find((process) => process.name === name)?.health === 'ready';
};

/** Tests run without waiting for the disk, and there root needs no password. */
async function onSource(sql: string): Promise<unknown> {
  const source = (await system.status()).mysql.find(({ role }) => role === 'source');
  if (!source) throw new Error('No server takes writes');
  const port = system.mesh.ports[source.name];
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' });
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}

describe('a mesh', () => {
  test('is ready, with a source and a standby that answers for commits', async () => {
    const { ready, mysql } = await system.status();

    expect(ready).toBe(true);
    expect(mysql.map(({ role, semiSync }) => ({ role, semiSync }))).toEqual([
      { role: 'source', semiSync: true },
      { role: 'standby', semiSync: true },
    ]);
  });

  test('brings a process that died back', async () => {
    const before = pidOf('nats');
    process.kill(before, 'SIGKILL');

    await eventually('NATS is back', async () => pidOf('nats') !== before && isReady('nats'));
  });

  test('keeps a killed process down until it is started', async () => {
    await system.command('kill', 'mail');
    await eventually('mail is down', () => pidOf('mail') === 0);
    const { processes } = await system.status();
    expect(processes.find(({ name }) => name === 'mail')?.health).toBe('kept down');

    await system.command('start', 'mail');
    expect(await isReady('mail')).toBe(true);
  });

  test(
    'goes on with the other server after the source crashed',
    async () => {
      const before = pidOf('mysql-a');
      process.kill(before, 'SIGKILL');

      await eventually(
        'mysql-b takes writes, and mysql-a follows it',
        async () => {
          const [standby, source] = (await system.status()).mysql;
          return source?.role === 'source' && source.attached === 1 && standby?.semiSync === true;
        },
        30_000,
      );
    },
    meshMsMax,
  );

  test(
    'needs no repair after everything was killed at once, whoever was the source',
    async () => {
      await onSource('CREATE DATABASE kept');
      await onSource('CREATE TABLE kept.word (word VARCHAR(20) PRIMARY KEY)');
      await onSource("INSERT INTO kept.word VALUES ('关系')");
      for (const name of ['supervisor', 'keeper', 'mysql-a', 'mysql-b', 'nats']) {
        process.kill(pidOf(name), 'SIGKILL');
      }
      await eventually('the supervisor is gone', () => pidOf('supervisor') === 0);

      system = await startTestMesh();

      expect((await system.status()).ready).toBe(true);
      expect((await system.status()).mysql.map(({ role }) => role)).toEqual(['standby', 'source']);
      expect(await onSource('SELECT word FROM kept.word')).toEqual([{ word: '关系' }]);
    },
    meshMsMax,
  );

  test(
    'leaves no process behind',
    async () => {
      const pids = (await system.status()).processes.map(({ pid }) => pid ?? 0);
      expect(pids).not.toContain(0);

      await system.stop();

      const { supervisor, processes } = await system.status();
      expect(supervisor.pid).toBeNull();
      expect(processes.every(({ pid }) => pid === null)).toBe(true);
      const alive = pids.filter((pid) => {
        try {
          return process.kill(pid, 0);
        } catch {
          return false;
        }
      });
      expect(alive).toEqual([]);
    },
    meshMsMax,
  );
});
