import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '@crm/kit/testing/until';
import {
  fileCursor,
  followChanges,
  memoryCursor,
  type FeedMessage,
  type FollowOptions,
  type Retry,
} from '@crm/partner-client';
import { startFeedMesh, type FeedMesh } from '../testing/feed.ts';

type Selected = { readonly entity: { readonly name: string } | null };

let mesh: FeedMesh;
let link: Link;
let folder: string;
let stop: AbortController;
let retries: Retry[];

beforeAll(async () => {
  mesh = await startFeedMesh();
  link = await openLink(mesh.gateway.port);
  folder = mkdtempSync(join(tmpdir(), 'partner-'));
});
afterAll(async () => {
  await mesh.stop();
  await link.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  stop = new AbortController();
  retries = [];
});
afterEach(() => stop.abort());

const optionsOf = (options: Partial<FollowOptions> = {}): FollowOptions => ({
  url: link.url,
  token: () => mesh.gateway.issuer.sign({ roles: ['admin'] }),
  cursor: memoryCursor(),
  select: 'entity { ... on Customer { name } }',
  signal: stop.signal,
  onRetry: (retry) => retries.push(retry),
  ...options,
});

type Followed = { readonly messages: FeedMessage<Selected>[]; readonly over: Promise<void> };

/** Collects what comes, and deals with each message as `handle` does. */
function follow(
  options: Partial<FollowOptions> = {},
  handle: (message: FeedMessage<Selected>) => unknown = () => undefined,
): Followed {
  const messages: FeedMessage<Selected>[] = [];
  const run = async (): Promise<void> => {
    for await (const message of followChanges<Selected>(optionsOf(options))) {
      messages.push(message);
      await handle(message);
    }
  };
  return { messages, over: run() };
}

async function followToEnd(...args: Parameters<typeof follow>): Promise<Followed> {
  const followed = follow(...args);
  await until(() => followed.messages.some(({ kind }) => kind === 'CAUGHT_UP'), {
    what: 'the end of the changes',
  });
  return followed;
}

const eventsIn = ({ messages }: Followed): readonly string[] =>
  messages.flatMap(({ kind, eventId }) => (kind === 'UPDATED' ? [eventId] : []));

async function tellMany(id: string, count: number): Promise<readonly string[]> {
  const told: string[] = [];
  while (told.length < count) {
    const versions = Array.from({ length: Math.min(20, count - told.length) }, (_, at) => at + 2);
    told.push(
      ...(await Promise.all(
        versions.map((version) => mesh.tell({ id, version: told.length + version })),
      )),
    );
  }
  return told;
}

describe('A partner', () => {
  test('is told where the changes begin, then each of them, and ends with the signal', async () => {
    const id = mesh.add({ name: 'Acme' });
    const followed = await followToEnd({ filter: { customerIds: [id] } });
    const eventId = await mesh.tell({ id });
    await until(() => followed.messages.length === 2, { what: 'a change' });
    expect(followed.messages[0]).toMatchObject({ kind: 'CAUGHT_UP', reason: null });
    expect(followed.messages[1]).toEqual({
      kind: 'UPDATED',
      cursor: expect.any(String),
      eventId,
      reason: null,
      entity: { name: 'Acme' },
      errors: [],
    });
    stop.abort();
    await followed.over;
    expect(retries).toEqual([]);
  });

  test('misses nothing and gets nothing twice, however often the connection is cut', async () => {
    const id = mesh.add();
    const followed = await followToEnd({ filter: { customerIds: [id] } });
    const told: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      told.push(...(await tellMany(id, 20)));
      link.cut();
      told.push(...(await tellMany(id, 20)));
      await until(() => eventsIn(followed).length >= told.length, { what: 'all changes' });
    }
    expect(retries).toHaveLength(5);
    expect(eventsIn(followed)).toEqual(told);
  });

  test('gets again, after a crash, what was not dealt with to the end, and no other', async () => {
    const id = mesh.add();
    const cursor = fileCursor(join(folder, 'crash'));
    const filter = { customerIds: [id] };
    let changes = 0;
    const first = await followToEnd({ filter, cursor }, ({ kind }) => {
      if (kind === 'UPDATED') changes += 1;
      if (changes === 3) throw new Error('crash');
    });
    first.over.catch(() => undefined);
    const told = await tellMany(id, 5);
    await expect(first.over).rejects.toThrow('crash');

    const second = await followToEnd({ filter, cursor });
    expect(eventsIn(second)).toEqual(told.slice(2));
    stop.abort();
    await second.over;
    const stored = readFileSync(join(folder, 'crash'), 'utf8').trim();
    expect(stored).toBe(second.messages.at(-1)?.cursor);
  });

  test('that begins with the oldest change is told of those before it came', async () => {
    const id = mesh.add();
    const told = await tellMany(id, 3);
    const followed = await followToEnd({ filter: { customerIds: [id] }, start: 'earliest' });
    expect(eventsIn(followed)).toEqual(told);
  });

  test('that wants a snapshot gets all there is, then what changes, and no part of it twice', async () => {
    const ids = Array.from({ length: 250 }, () => mesh.add());
    const cursor = memoryCursor();
    const options = {
      cursor,
      snapshot: true,
      filter: { entities: ['CUSTOMER'], customerIds: ids },
    } as const;
    let dealtWith = 0;
    const first = follow(options, () => {
      dealtWith += 1;
      if (dealtWith === 120) link.cut();
    });
    await until(() => first.messages.some(({ kind }) => kind === 'CAUGHT_UP'), { what: 'the end' });
    const kinds = first.messages.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'SNAPSHOT')).toHaveLength(250);
    expect(kinds.at(-1)).toBe('CAUGHT_UP');
    expect(retries).toHaveLength(1);
    stop.abort();
    await first.over;

    stop = new AbortController();
    const second = await followToEnd(options);
    const eventId = await mesh.tell({ id: ids[0] ?? '' });
    await until(() => eventsIn(second).includes(eventId), { what: 'a change' });
    expect(second.messages.map(({ kind }) => kind)).toEqual(['CAUGHT_UP', 'UPDATED']);
  });

  test('that is slow takes what it can, and the rest waits at the server', async () => {
    // More than the system's own buffers take, which are up to 32 MB for a connection.
    const id = mesh.add({ name: 'x'.repeat(150_000) });
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const followed = await followToEnd({ filter: { customerIds: [id] } }, ({ kind }) =>
      kind === 'UPDATED' ? held : undefined,
    );
    const before = link.received();
    const told = await tellMany(id, 400);
    expect(link.received() - before).toBeLessThan(400 * 150_000 * 0.7);
    release?.();
    await until(() => eventsIn(followed).length === told.length, { what: 'all', forMs: 30_000 });
    expect(eventsIn(followed)).toEqual(told);
    expect(followed.messages.map(({ kind }) => kind)).toContain('OVERFLOW');
    expect(retries).toEqual([]);
  });

  test('is told of a gap', async () => {
    const other = await startFeedMesh();
    const token = (): Promise<string> => other.gateway.issuer.sign({ roles: ['admin'] });
    const cursor = memoryCursor();
    const first = await followToEnd({ url: wsOf(other.gateway.port), token, cursor });
    const before = await other.tell({ id: other.add() });
    await until(() => eventsIn(first).includes(before), { what: 'the change' });
    stop.abort();
    await first.over;
    stop = new AbortController();

    await other.stream.wipe();
    await other.told(async () => {
      await other.ensureStream();
      return other.tell({ id: other.add() });
    });
    const second = follow({ url: wsOf(other.gateway.port), token, cursor });
    const gap = (): unknown => second.messages.find(({ kind }) => kind === 'GAP');
    await until(() => gap() !== undefined, { what: 'a gap' });
    expect(gap()).toMatchObject({ reason: expect.stringContaining('made anew') });
    await other.stop();
    await until(() => retries.length > 1, { what: 'attempts at the stopped gateway' });
    expect(retries[0]?.reason).toBe('Service restart (1012)');
    expect(retries[1]).toMatchObject({
      reason: expect.stringContaining('ECONNREFUSED'),
      attempt: 2,
    });
  });
});

describe('A token', () => {
  test('that expires is replaced, and no change is missed', async () => {
    const id = mesh.add();
    const asked: boolean[] = [];
    const token: FollowOptions['token'] = ({ wasRefused }) => {
      asked.push(wasRefused);
      const exp = Math.floor(Date.now() / 1000) + (asked.length === 1 ? 3 : 600);
      return mesh.gateway.issuer.sign({ roles: ['admin'], exp });
    };
    const followed = await followToEnd({ filter: { customerIds: [id] }, token });
    await until(() => retries.length === 1, { what: 'the end of the token' });
    const told = await tellMany(id, 3);
    await until(() => eventsIn(followed).length === 3, { what: 'the changes' });
    expect(eventsIn(followed)).toEqual(told);
    expect(asked).toEqual([false, true]);
    expect(retries[0]).toMatchObject({ reason: 'The token has expired (4403)', attempt: 1 });
  });

  test('that is never accepted ends the iteration', async () => {
    const followed = follow({ token: () => 'none' });
    await expect(followed.over).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  });

  test('that cannot be had for a while is asked for again', async () => {
    let attempts = 0;
    const followed = await followToEnd({
      token: () => {
        attempts += 1;
        if (attempts === 1) throw new Error('issuer is down');
        return mesh.gateway.issuer.sign({ roles: ['admin'] });
      },
    });
    expect(retries[0]?.reason).toBe('There is no token: issuer is down');
    expect(followed.messages).toHaveLength(1);
  });
});

describe('What the graph does not accept', () => {
  test.each<[string, Partial<FollowOptions>, string]>([
    ['selection', { select: 'nothing' }, 'Cannot query field'],
    ['cursor', { cursor: memoryCursor('made up') }, 'cursor'],
    ['filter', { filter: { customerIds: Array.from({ length: 1001 }, String) } }, 'at most 1000'],
  ])('ends the iteration with its reason: %s', async (_, options, message) => {
    await expect(follow(options).over).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining(message),
    });
  });
});

describe('The example in the README of the client', () => {
  test('runs as it is written', async () => {
    const readme = new URL('../../../tools/partner-client/README.md', import.meta.url);
    const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(readme, 'utf8')) ?? [];
    const token = await mesh.gateway.issuer.sign({ roles: ['admin'] });
    const program = spawn(
      'env',
      [
        `URL=${wsOf(mesh.gateway.port)}`,
        `TOKEN=${token}`,
        `CURSOR=${join(folder, 'example')}`,
        process.execPath,
        '--import',
        'tsx',
        '--input-type=module',
        '--eval',
        example,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    program.stdout.on('data', (data) => {
      output += String(data);
    });
    await until(() => output.includes('what follows is live'), { what: 'the end', forMs: 30_000 });
    await mesh.tell({ id: mesh.add({ name: 'Acme' }) });
    await until(() => output.includes('UPDATED'), { what: 'a change' });
    program.kill();
    expect(output).toContain("name: 'Acme'");
  });
});

type Link = {
  readonly url: string;
  /** Ends all connections at once, as a network does. */
  readonly cut: () => void;
  /** Bytes that came from the gateway. */
  readonly received: () => number;
  readonly close: () => Promise<void>;
};

const wsOf = (port: number): string => `ws://127.0.0.1:${port}/graphql`;

async function openLink(gatewayPort: number): Promise<Link> {
  const sockets = new Set<Socket>();
  let bytes = 0;
  const server = createServer((client) => {
    const upstream = connect(gatewayPort, '127.0.0.1');
    upstream.on('data', (data) => {
      bytes += data.length;
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: wsOf(portOf(server.address())),
    cut,
    received: () => bytes,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The link has no port');
  return address.port;
}
