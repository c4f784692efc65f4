import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFeedMesh, type FeedMesh } from '../testing/feed.ts';
import { openTestSocket, type TestSocket } from '../testing/socket.ts';
import { socketLimits } from './socket-limits.ts';

let mesh: FeedMesh;
let admin: string;

beforeAll(async () => {
  mesh = await startFeedMesh();
  admin = await mesh.gateway.issuer.sign({ roles: ['admin'] });
});
afterAll(() => mesh.stop());

const connect = (token?: string): Promise<TestSocket> => openTestSocket(mesh.gateway.url, token);

const changes = 'subscription { changes { kind } }';

describe('A connection', () => {
  test('is closed when its token expires, and not before', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3;
    const socket = await connect(await mesh.gateway.issuer.sign({ roles: ['admin'], exp }));
    socket.subscribe(changes);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'The token has expired' });
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000 - 20);
    expect(Date.now()).toBeLessThan(exp * 1000 + 1000);
  });

  test('that never says who it is is closed after 3 s', async () => {
    const startedAt = Date.now();
    const socket = await connect();
    expect((await socket.closed).code).toBe(4408);
    expect(Date.now() - startedAt).toBeGreaterThan(2900);
  });

  test.each<[string, number, (socket: TestSocket) => void]>([
    ['asks before it says who it is', 4401, (socket) => socket.subscribe(changes)],
    ['has no good token', 4403, (socket) => socket.say({ type: 'connection_init' })],
    ['sends no JSON', 4400, (socket) => socket.socket.send('{')],
    ['sends an unknown type', 4400, (socket) => socket.say({ type: 'start' })],
    ['sends bytes', 1003, (socket) => socket.socket.send(Buffer.from('{}'))],
    ['sends a message over 60 KiB', 1009, (socket) => socket.socket.send('x'.repeat(62_000))],
    [
      'sends what is not UTF-8',
      1007,
      (socket) => socket.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false }),
    ],
    [
      'sends a message in a thousand pieces',
      1008,
      (socket) => {
        for (let count = 0; count < 1000; count += 1) socket.socket.send(' ', { fin: false });
      },
    ],
    [
      'asks without end whether anybody is there',
      4429,
      (socket) => {
        for (let count = 0; count < 200; count += 1) socket.say({ type: 'ping' });
      },
    ],
    [
      'pings without end',
      4429,
      (socket) => {
        for (let count = 0; count < 200; count += 1) socket.socket.ping('x'.repeat(125));
      },
    ],
    [
      'answers what nobody asked',
      4429,
      (socket) => {
        for (let count = 0; count < 200; count += 1) socket.socket.pong();
      },
    ],
  ])('that %s is closed with %i', async (_, code, act) => {
    const socket = await connect();
    act(socket);
    expect((await socket.closed).code).toBe(code);
  });

  test.each<[string, number, (socket: TestSocket) => void]>([
    [
      'says twice who it is',
      4429,
      (socket) => socket.say({ type: 'connection_init', payload: {} }),
    ],
    [
      'uses one id twice',
      4409,
      (socket) => {
        socket.subscribe(changes);
        socket.subscribe(changes);
      },
    ],
    [
      'has too many subscriptions',
      4429,
      (socket) => {
        for (let count = 0; count <= socketLimits.subscriptionsPerSocketMax; count += 1) {
          socket.subscribe(changes, {}, String(count));
        }
      },
    ],
  ])('that %s is closed with %i, and others go on', async (_, code, act) => {
    const other = await connect(admin);
    const socket = await connect(admin);
    act(socket);
    expect((await socket.closed).code).toBe(code);
    other.subscribe(changes);
    await other.received(1);
    await other.close();
  });
});

describe('An operation', () => {
  test.each([
    ['{ customer(id: "1") { id } }', 'BAD_REQUEST'],
    ['subscription { changes { nothing } }', 'BAD_REQUEST'],
    ['subscription { changes(filter: { subjects: ["a.*"] }) { kind } }', 'INVALID'],
    ['subscription { changes(filter: { colour: "red" }) { kind } }', 'BAD_REQUEST'],
    ['subscription { changes(filter: { entities: [UNICORN] }) { kind } }', 'BAD_REQUEST'],
    ['subscription { changes(filter: { subjects: ["unicorn.*"] }) { kind } }', 'INVALID'],
    ['subscription { changes(after: "made up") { kind } }', 'INVALID'],
    ['subscription { changes(coalesceMs: 60000) { kind } }', 'INVALID'],
  ])('that is refused leaves its connection: %s', async (query, code) => {
    const socket = await connect(admin);
    socket.subscribe(query);
    expect((await socket.told('error')).payload).toMatchObject([{ extensions: { code } }]);
    socket.subscribe(changes, {}, '2');
    await socket.received(1, '2');
    await socket.close();
  });
});

describe('A release', () => {
  test('sends clients elsewhere', async () => {
    const another = await startFeedMesh();
    const token = await another.gateway.issuer.sign({ roles: ['admin'] });
    const socket = await openTestSocket(another.gateway.url, token);
    socket.subscribe(changes);
    const stopped = another.stop();
    expect((await socket.closed).code).toBe(1012);
    await stopped;
  });
});
