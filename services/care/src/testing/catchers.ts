import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { repository } from '@crm/tools/mesh/paths';
import { until } from '@crm/kit/testing/until';

/** What a catcher has caught. */
export type Caught = {
  readonly to: readonly string[];
  readonly title: string;
  readonly text: string;
  readonly html?: string | null;
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Catcher = {
  /** Of the protocol that messages come by. */
  readonly url: string;
  readonly caught: () => Promise<readonly Caught[]>;
  readonly clear: () => Promise<unknown>;
  /** Has it misbehave, see `tools/src/mesh/catcher/fault.ts`. */
  readonly fault: (fault: object) => Promise<unknown>;
  readonly reply: (from: string, text: string) => Promise<Response>;
  readonly stop: () => void;
};

/** The catchers of `npm start`, each a process of its own. */
export async function startMailCatcher(): Promise<Catcher> {
  const [port, page] = [await freePort(), await freePort()];
  const process = start('mail', { PORT: String(port), PAGE_PORT: String(page) });
  return catcherAt(process, { url: `smtp://127.0.0.1:${port}`, page: `http://127.0.0.1:${page}` });
}

export async function startSmsCatcher(env: Readonly<Record<string, string>>): Promise<Catcher> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const process = start('sms', { ...env, PORT: new URL(url).port });
  return catcherAt(process, { url, page: url });
}

async function catcherAt(
  catcher: ChildProcess,
  { url, page }: { readonly url: string; readonly page: string },
): Promise<Catcher> {
  const isReady = (): Promise<boolean> =>
    fetch(`${page}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isReady, { what: 'the catcher' });
  return {
    url,
    caught: async () => {
      const answer = await fetch(`${page}/messages?limit=5000`);
      return Object(await answer.json()).messages;
    },
    clear: () => fetch(`${page}/messages`, { method: 'DELETE' }),
    fault: (fault) => fetch(`${page}/faults`, { method: 'PUT', body: JSON.stringify(fault) }),
    reply: (from, text) =>
      fetch(`${page}/replies`, { method: 'POST', body: JSON.stringify({ from, text }) }),
    stop: () => void catcher.kill(),
  };
}

const start = (name: string, env: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', join(repository, `tools/src/mesh/${name}.ts`)], {
    cwd: repository,
    env: { ...env },
    stdio: 'inherit',
  });

/** A port where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
