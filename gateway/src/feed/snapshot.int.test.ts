import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '@crm/kit/testing/until';
import { startFeedMesh, type FeedMesh } from '../testing/feed.ts';
import { openTestSocket, type TestFrame, type TestSocket } from '../testing/socket.ts';

const ownerId = '01936b2e-0000-7000-8000-000000000001';

let mesh: FeedMesh;
let admin: string;
/** More than two pages. */
let ids: readonly string[];
const sockets: TestSocket[] = [];

beforeAll(async () => {
  mesh = await startFeedMesh();
  admin = await mesh.gateway.issuer.sign({ roles: ['admin'] });
  ids = Array.from({ length: 250 }, (_, at) =>
    mesh.add({ name: `Customer ${at}`, ...(at < 3 && { ownerId }) }),
  );
});
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
});
afterAll(() => mesh.stop());

const snapshot = `subscription ($after: String, $filter: ChangeFilter! = {}, $snapshot: Boolean! = true) {
  changes(after: $after, filter: $filter, snapshot: $snapshot) {
    kind cursor eventId subject entityKind entityId version customerId changedFields gap
    entity { ... on Customer { id name mood } } } }`;

const customers = { entities: ['CUSTOMER'] };

async function subscribe(
  variables: object = {},
  { url, token }: { readonly url: string; readonly token: string } = {
    url: mesh.gateway.url,
    token: admin,
  },
): Promise<TestSocket> {
  const socket = await openTestSocket(url, token);
  sockets.push(socket);
  socket.subscribe(snapshot, { filter: customers, ...variables });
  return socket;
}

async function toEnd(socket: TestSocket): Promise<readonly TestFrame[]> {
  await until(() => socket.frames().some(({ kind }) => kind === 'CAUGHT_UP'), { what: 'the end' });
  return socket.frames();
}

const idsIn = (frames: readonly TestFrame[], kind = 'SNAPSHOT'): readonly unknown[] =>
  frames.filter((frame) => frame['kind'] === kind).map(({ entityId }) => entityId);

describe('A snapshot', () => {
  test('is all records by id with what is selected, then the end, then changes', async () => {
    const socket = await subscribe();
    const frames = await toEnd(socket);
    const eventId = await mesh.tell({ id: ids[0] ?? '' });
    await socket.received(252);

    expect(idsIn(frames)).toEqual(ids);
    expect(frames[0]).toEqual({
      kind: 'SNAPSHOT',
      cursor: expect.any(String),
      eventId: expect.any(String),
      subject: 'feed.snapshot',
      entityKind: 'CUSTOMER',
      entityId: ids[0],
      version: 1,
      customerId: ids[0],
      changedFields: [],
      gap: false,
      entity: { id: ids[0], name: 'Customer 0', mood: 'good' },
    });
    expect(socket.frames().slice(250)).toMatchObject([{ kind: 'CAUGHT_UP' }, { eventId }]);
  });

  test('is followed by what has changed while it was sent', async () => {
    mesh.slow.ms = 100;
    const socket = await subscribe();
    await socket.received(1);
    const [changed = ''] = ids;
    const eventId = await mesh.tell({ id: changed });
    const frames = await toEnd(socket);
    mesh.slow.ms = 0;
    expect(idsIn(frames)).toEqual(ids);
    const at = frames.findIndex((frame) => frame['eventId'] === eventId);
    expect(at).toBe(250);
    expect(frames[251]).toMatchObject({ kind: 'CAUGHT_UP' });
  });

  test('that was broken off is gone on with, through any gateway, and no change is missed', async () => {
    const first = await subscribe();
    const sent = await first.received(120);
    await first.close();
    const eventId = await mesh.tell({ id: ids[10] ?? '' });
    const another = await mesh.startGateway();
    const token = await another.issuer.sign({ roles: ['admin'] });
    const after = sent[119]?.['cursor'];

    // As one asks who does not know where it was broken off, and as one who does.
    for (const asked of [true, false]) {
      const again = await subscribe({ after, snapshot: asked }, { url: another.url, token });
      const frames = await toEnd(again);
      expect(idsIn(frames)).toEqual(ids.slice(120));
      expect(frames.map((frame) => frame['eventId'])).toContain(eventId);
      await again.close();
    }
    await another.stop();
  });

  test('is not sent to one who goes on after a change', async () => {
    const first = await subscribe();
    const after = (await toEnd(first)).at(-1)?.['cursor'];
    const again = await subscribe({ after });
    expect((await toEnd(again)).map(({ kind }) => kind)).toEqual(['CAUGHT_UP']);
  });

  test('holds what its reader may see, and what the filter names', async () => {
    const rep = await mesh.gateway.issuer.sign({ roles: ['rep'], staffId: ownerId });
    const own = await subscribe({}, { url: mesh.gateway.url, token: rep });
    const some = ids.slice(5, 8);
    const named = await subscribe({ filter: { ...customers, customerIds: some } });
    expect(idsIn(await toEnd(own))).toEqual(ids.slice(0, 3));
    expect(idsIn(await toEnd(named))).toEqual(some);
  });

  test('is read no faster than it is taken', async () => {
    // More than the system's own buffers take, which are up to 32 MB for a connection.
    const long = Array.from({ length: 600 }, () => mesh.add({ name: 'x'.repeat(150_000) }));
    mesh.calls.length = 0;
    const socket = await subscribe({ filter: { ...customers, customerIds: long } });
    socket.socket.pause();
    let seen = -1;
    const isSteady = async (): Promise<boolean> => {
      seen = mesh.calls.length;
      await wait(500);
      return seen === mesh.calls.length;
    };
    await until(isSteady, { what: 'a snapshot that waits', forMs: 20_000 });
    // A page of a hundred takes two.
    expect(seen).toBeLessThan(12);
    socket.socket.resume();
    expect(idsIn(await toEnd(socket))).toEqual(long);
    for (const id of long) mesh.customers.delete(id);
  });

  test('waits for a service that does not answer in time', async () => {
    mesh.slow.ms = 2500;
    const socket = await subscribe();
    await wait(3000);
    expect(socket.frames()).toEqual([]);
    mesh.slow.ms = 0;
    expect(idsIn(await toEnd(socket))).toEqual(ids);
  });
});

describe('What is asked for', () => {
  test('must name the kinds of records', async () => {
    const socket = await subscribe({ filter: {} });
    expect((await socket.told('error')).payload).toMatchObject([
      { extensions: { code: 'INVALID', fields: [{ path: 'filter.entities' }] } },
    ]);
  });

  test('is refused with the reason of the service that lists it', async () => {
    const socket = await subscribe({ filter: { ...customers, customerIds: ['none'] } });
    expect((await socket.told('error')).payload).toMatchObject([
      { message: '"none" is no id', extensions: { code: 'INVALID' } },
    ]);
  });

  test('in pages is changes alone', async () => {
    const socket = await subscribe();
    const [first] = await socket.received(1);
    const { errors } = await mesh.gateway.query(
      `query ($after: String, $filter: ChangeFilter!) {
        changeFeed(after: $after, filter: $filter) { nodes { eventId } } }`,
      { after: first?.['cursor'], filter: customers },
      { authorization: `Bearer ${admin}` },
    );
    expect(errors).toMatchObject([
      { extensions: { code: 'INVALID', fields: [{ path: 'after' }] } },
    ]);
  });
});
