import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { startProcess, until, type TestProcess } from './process.ts';
import { natsProgram } from './programs.ts';

export type TestNats = {
  readonly urls: readonly string[];
  readonly processes: readonly TestProcess[];
  readonly destroy: () => Promise<void>;
};

/** JetStream servers: one, or a quorum of three. */
export async function startNats(count: 1 | 3 = 1): Promise<TestNats> {
  const folder = mkdtempSync(join(tmpdir(), 'nats-test-'));
  const indexes = Array.from({ length: count }, (_, index) => index);
  const ports = await Promise.all(indexes.map(() => freePort()));
  const routes = await Promise.all(indexes.map(() => freePort()));
  const processes = indexes.map((index) => {
    const file = join(folder, `${index}.conf`);
    writeFileSync(file, configuration({ folder, ports, routes, index }));
    return startProcess([...natsProgram(), '--config', file], join(folder, `${index}.log`));
  });
  for (const port of ports) await until('NATS listens', () => listens(port));
  return {
    urls: ports.map((port) => `nats://127.0.0.1:${port}`),
    processes,
    destroy: async () => {
      await Promise.all(processes.map((process) => process.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Place = {
  readonly folder: string;
  readonly ports: readonly number[];
  readonly routes: readonly number[];
  readonly index: number;
};

/** Routes notice a silent neighbour within seconds; without these settings it takes minutes. */
function configuration({ folder, ports, routes, index }: Place): string {
  const cluster = `cluster {
  name: ha, ping_interval: "1s", ping_max: 2
  listen: 127.0.0.1:${routes[index]}
  routes: [${routes.map((port) => `nats://127.0.0.1:${port}`).join(', ')}]
}`;
  return `listen: 127.0.0.1:${ports[index]}
server_name: n${index}
jetstream { store_dir: ${JSON.stringify(join(folder, String(index)))}, max_file: 128M }
${ports.length > 1 ? cluster : ''}
`;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
