import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '@crm/kit/testing/until';
import { startFeedMesh, type FeedMesh } from '../testing/feed.ts';
import { openTestSocket, type TestFrame, type TestSocket } from '../testing/socket.ts';

let mesh: FeedMesh;
let admin: string;
const sockets: TestSocket[] = [];

beforeAll(async () => {
  mesh = await startFeedMesh();
  admin = await mesh.gateway.issuer.sign({ roles: ['admin'] });
  // The first frame of a process takes long on a busy machine, and an event has 2 s.
  const socket = await follow();
  await mesh.tell({ id: mesh.add() });
  await socket.received(2);
  await socket.close();
});
afterAll(async () => {
  await Promise.all(sockets.map((socket) => socket.close()));
  await mesh.stop();
});

async function connect(token = admin): Promise<TestSocket> {
  const socket = await openTestSocket(mesh.gateway.url, token);
  sockets.push(socket);
  return socket;
}

const selection =
  '{ kind cursor eventId subject changedFields gap entity { ... on Customer { id name mood } } }';
const everything = `subscription ($after: String, $filter: ChangeFilter! = {}, $ms: Int) {
  changes(after: $after, filter: $filter, coalesceMs: $ms) ${selection} }`;

/** A subscription that has reached the end of the stream. */
async function follow(variables: object = {}, token = admin): Promise<TestSocket> {
  const socket = await connect(token);
  socket.subscribe(everything, variables);
  await socket.received(1);
  return socket;
}

const changesOf = (socket: TestSocket): readonly TestFrame[] =>
  socket.frames().filter(({ kind }) => kind === 'UPDATED');

describe('A subscription to changes', () => {
  test('tells where it begins, then each change with what is selected from two services', async () => {
    const socket = await follow();
    const id = mesh.add({ name: 'Acme' });
    const eventId = await mesh.tell({ id, fact: 'created', version: 1 });

    const [first, second] = await socket.received(2);
    expect(first).toMatchObject({ kind: 'CAUGHT_UP', subject: 'feed.caught_up', entity: null });
    expect(second).toEqual({
      kind: 'CREATED',
      cursor: expect.any(String),
      eventId,
      subject: 'customer.created',
      changedFields: ['name'],
      gap: false,
      entity: { id, name: 'Acme', mood: 'good' },
    });
  });

  test('goes on after a cursor: each change once, in order, then live', async () => {
    const before = await follow();
    const after = before.frames()[0]?.['cursor'];
    await before.close();
    const id = mesh.add();
    const told: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const versions = Array.from({ length: 30 }, (_, index) => round * 30 + index + 2);
      told.push(...(await Promise.all(versions.map((version) => mesh.tell({ id, version })))));
    }

    const socket = await connect();
    socket.subscribe(everything, { after });
    await socket.received(301);
    told.push(await mesh.tell({ id, version: 302 }));
    const frames = await socket.received(302);
    const changes = frames.filter(({ kind }) => kind !== 'CAUGHT_UP');
    expect(changes.map(({ eventId }) => eventId)).toEqual(told);
    // Once, when it has all that the gateway had heard of by then.
    expect(frames).toHaveLength(told.length + 1);
  });

  test('is answered once for all who ask the same with the same rights', async () => {
    const followers = await Promise.all(Array.from({ length: 20 }, () => follow()));
    const id = mesh.add();
    await mesh.tell({ id });
    await Promise.all(followers.map((socket) => socket.received(2)));
    mesh.calls.length = 0;
    await mesh.tell({ id });
    await Promise.all(followers.map((socket) => socket.received(3)));
    // Whether it may be seen, and its name; the follower of the test above asks no more.
    expect(mesh.calls.length).toBeLessThanOrEqual(4);
  });

  test('makes one of the changes of a record within the time asked for', async () => {
    const id = mesh.add();
    const filter = { customerIds: [id], changedFieldsAny: ['owner', 'level'] };
    const socket = await follow({ ms: 2000, filter });
    const changed = [['ownerId'], ['name'], ['level']];
    await Promise.all(changed.map((changedFields) => mesh.tell({ id, changedFields })));
    expect((await socket.received(2))[1]).toMatchObject({ changedFields: ['ownerId', 'level'] });
  });
});

describe('A client that does not read', () => {
  test('is told that it was too slow, and gets what it missed once and in order', async () => {
    const id = mesh.add({ name: 'x'.repeat(30_000) });
    const filter = { customerIds: [id] };
    const slow = await follow({ filter });
    const quick = await follow({ filter });
    slow.socket.pause();
    const told: string[] = [];
    for (let round = 0; round < 100; round += 1) {
      const versions = Array.from({ length: 5 }, (_, index) => round * 5 + index + 2);
      told.push(...(await Promise.all(versions.map((version) => mesh.tell({ id, version })))));
    }
    await quick.received(501);
    slow.socket.resume();
    await until(() => changesOf(slow).length >= 500, { what: 'all changes', forMs: 40_000 });

    expect(changesOf(slow).map(({ eventId }) => eventId)).toEqual(told);
    expect(changesOf(quick).map(({ eventId }) => eventId)).toEqual(told);
    expect(slow.frames().map(({ kind }) => kind)).toContain('OVERFLOW');
    await until(() => slow.frames().at(-1)?.['kind'] === 'CAUGHT_UP', { what: 'the end' });
  });
});

describe('A reader', () => {
  const staffId = '01936b2e-0000-7000-8000-000000000001';

  test('is told of own records as long as they are, and of their end', async () => {
    const rep = await mesh.gateway.issuer.sign({ roles: ['rep'], staffId });
    const socket = await follow({}, rep);
    const mine = mesh.add({ name: 'Mine', ownerId: staffId });
    const other = mesh.add();
    await mesh.tell({ id: other });
    await mesh.tell({ id: mine });
    await socket.received(2);

    const lost = mesh.customers.get(mine);
    if (lost) lost.ownerId = null;
    await mesh.tell({ id: mine });
    const gone = mesh.add({ ownerId: staffId });
    mesh.customers.delete(gone);
    const data = { ownerId: staffId, teamId: null };
    await mesh.tell({ id: gone, fact: 'deleted', version: 3, data });

    const frames = await socket.received(3);
    expect(frames.map(({ kind, entity }) => ({ kind, entity }))).toEqual([
      { kind: 'CAUGHT_UP', entity: null },
      { kind: 'UPDATED', entity: { id: mine, name: 'Mine', mood: 'good' } },
      { kind: 'DELETED', entity: null },
    ]);
  });

  test('without a role is refused, in both ways of asking', async () => {
    const nobody = await mesh.gateway.issuer.sign({ roles: [] });
    const socket = await connect(nobody);
    socket.subscribe(everything);
    const { errors } = await mesh.gateway.query(
      '{ changeFeed(after: "earliest") { nodes { eventId } } }',
      {},
      { authorization: `Bearer ${nobody}` },
    );
    expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect((await socket.told('error')).payload).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});

const changeOneByte = (cursor: string): string => {
  const bytes = Buffer.from(cursor, 'base64url');
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  return bytes.toString('base64url');
};

describe('A cursor', () => {
  test.each<[string, (cursor: string) => string, object]>([
    ['was forged', changeOneByte, {}],
    ['is cut off', (cursor) => cursor.slice(0, -4), {}],
    ['belongs to another filter', (cursor) => cursor, { kinds: ['CREATED'] }],
  ])('that %s is refused, in both ways of asking', async (_, change, filter) => {
    const before = await follow();
    const after = change(String(before.frames()[0]?.['cursor']));
    await before.close();

    const socket = await connect();
    socket.subscribe(everything, { after, filter });
    const error = { extensions: { code: 'INVALID', fields: [{ path: 'after' }] } };
    expect((await socket.told('error')).payload).toMatchObject([error]);
    const { errors } = await mesh.gateway.query(
      `query ($after: String, $filter: ChangeFilter!) {
        changeFeed(after: $after, filter: $filter) { nodes { eventId } } }`,
      { after, filter },
      { authorization: `Bearer ${admin}` },
    );
    expect(errors).toMatchObject([error]);
  });
});

describe('changeFeed', () => {
  test('gives pages by the cursors of the subscription', async () => {
    const socket = await follow();
    const after = socket.frames()[0]?.['cursor'];
    const id = mesh.add();
    const told = [await mesh.tell({ id }), await mesh.tell({ id }), await mesh.tell({ id })];
    await socket.received(4);

    const query = `query ($after: String!) { changeFeed(after: $after, first: 2) {
      pageInfo { endCursor hasNextPage } nodes { eventId entity { ... on Customer { id } } } } }`;
    const headers = { authorization: `Bearer ${admin}` };
    const first = await mesh.gateway.query(query, { after }, headers);
    expect(first.data).toEqual({
      changeFeed: {
        pageInfo: { endCursor: socket.frames()[2]?.['cursor'], hasNextPage: true },
        nodes: told.slice(0, 2).map((eventId) => ({ eventId, entity: { id } })),
      },
    });
    const next = { after: socket.frames()[2]?.['cursor'] };
    expect((await mesh.gateway.query(query, next, headers)).data).toMatchObject({
      changeFeed: { pageInfo: { hasNextPage: false }, nodes: [{ eventId: told[2] }] },
    });
  });
});

describe('A stream', () => {
  test('that is out of reach for a while costs nothing', async () => {
    const id = mesh.add();
    const socket = await follow({ filter: { customerIds: [id] } });
    mesh.stream.cut();
    await mesh.stream.heal();
    const eventId = await mesh.told(() => mesh.tell({ id }));
    expect((await socket.received(2))[1]).toMatchObject({ eventId });
  });

  test('that is made anew is told of as a gap to who follows, and then followed', async () => {
    const id = mesh.add();
    const filter = { customerIds: [id] };
    const followers = [await follow({ filter }), await follow({ filter })];
    await mesh.tell({ id });
    await Promise.all(followers.map((socket) => socket.received(2)));

    await mesh.stream.wipe();
    const eventId = await mesh.told(async () => {
      await mesh.ensureStream();
      return mesh.tell({ id });
    });
    for (const socket of followers) {
      const has = (frame: object): boolean =>
        socket.frames().some((each) => Object.entries(frame).every(([key, v]) => each[key] === v));
      await until(() => has({ kind: 'GAP' }), { what: 'a gap' });
      await until(() => has({ eventId }), { what: 'the first change of the new stream' });
      expect(socket.frames()[1]).toMatchObject({ kind: 'UPDATED' });
    }
  });

  test('whose changes after a cursor are kept no longer is told of as a gap', async () => {
    const id = mesh.add();
    const filter = { customerIds: [id] };
    const socket = await follow({ filter });
    const after = socket.frames()[0]?.['cursor'];
    await mesh.tell({ id });
    await socket.received(2);
    await mesh.stream.purge();

    // The first one still has it in memory.
    const another = await mesh.startGateway();
    const again = await openTestSocket(
      another.url,
      await another.issuer.sign({ roles: ['admin'] }),
    );
    again.subscribe(everything, { after, filter });
    await again.received(1);
    const eventId = await mesh.tell({ id });
    const frames = await again.received(3);
    expect(frames[0]).toMatchObject({ kind: 'GAP', gap: true });
    expect(frames[2]).toMatchObject({ eventId });
    await again.close();
    await another.stop();
  });

  test('whose older part is gone is told of as a gap', async () => {
    const socket = await follow();
    const after = socket.frames()[0]?.['cursor'];
    await socket.close();
    const id = mesh.add();
    await mesh.tell({ id });
    await mesh.stream.wipe();
    await mesh.told(async () => {
      await mesh.ensureStream();
      return mesh.tell({ id });
    });
    const again = await connect();
    again.subscribe(everything, { after });
    const kinds = (): readonly unknown[] => again.frames().map(({ kind }) => kind);
    await until(() => kinds().includes('CAUGHT_UP'), { what: 'the end' });
    // Never the end before the gap: what follows would be taken for all there is.
    expect(kinds().indexOf('GAP')).toBeGreaterThanOrEqual(0);
    expect(kinds().indexOf('GAP')).toBeLessThan(kinds().indexOf('CAUGHT_UP'));
  });
});

describe('A follower to whom nothing happens', () => {
  test('is given a younger cursor when others have heard of changes', async () => {
    const quiet = await startFeedMesh({ CURSOR_RENEW_MS: '500' });
    const token = await quiet.gateway.issuer.sign({ roles: ['admin'] });
    const socket = await openTestSocket(quiet.gateway.url, token);
    socket.subscribe(everything, { filter: { customerIds: [quiet.add()] } });
    const [first] = await socket.received(1);
    await quiet.tell({ id: quiet.add() });
    const [, second] = await socket.received(2);
    expect(second).toMatchObject({ kind: 'CAUGHT_UP' });
    expect(second?.['cursor']).not.toBe(first?.['cursor']);
    // And none again before there is something to go on after.
    await wait(6000);
    expect(socket.frames()).toHaveLength(2);
    await quiet.stop();
  });
});

describe('A service that is down', () => {
  test('leaves its own fields out of the frame, which says so', async () => {
    const id = mesh.add({ name: 'Acme' });
    const socket = await follow({ filter: { customerIds: [id] } });
    await mesh.moods.stop();
    await mesh.tell({ id });
    const frames = await socket.received(2);
    expect(frames[1]).toMatchObject({ entity: { name: 'Acme', mood: null } });
    expect(socket.messages.at(-1)?.payload).toMatchObject({
      errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', service: 'moods' } }],
    });
  });

  test('holds up those alone whose rights it decides on', async () => {
    const staffId = '01936b2e-0000-7000-8000-000000000001';
    const id = mesh.add({ name: 'Acme', ownerId: staffId });
    const filter = { customerIds: [id] };
    const owner = await follow(
      { filter },
      await mesh.gateway.issuer.sign({ roles: ['rep'], staffId }),
    );
    const socket = await follow({ filter });
    await mesh.owners.stop();
    const eventId = await mesh.tell({ id });
    const frames = await socket.received(2);
    expect(frames[1]).toMatchObject({ eventId, entity: null });
    expect(JSON.stringify(socket.messages.at(-1)?.payload)).toContain('"service":"customers"');
    expect(owner.frames()).toHaveLength(1);
  });
});
