import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '@crm/kit/testing/until';
import { z } from 'zod';
import {
  openTestEvents,
  type EventRequest,
  type TestEvent,
  type TestEventStream,
} from '../testing/event-stream.ts';
import { startFeedMesh, type FeedMesh } from '../testing/feed.ts';
import { openTestSocket } from '../testing/socket.ts';

let mesh: FeedMesh;
let admin: string;
/** Open from the beginning, to see what comes when nothing happens. */
let silent: TestEventStream;
const streams: TestEventStream[] = [];

beforeAll(async () => {
  mesh = await startFeedMesh();
  admin = await mesh.gateway.issuer.sign({ roles: ['admin'] });
  silent = await open({ variables: { filter: { customerIds: [mesh.add()] } } });
  await silent.received(1);
});
afterAll(async () => {
  for (const stream of streams) stream.close();
  await mesh.stop();
});

const everything = `subscription ($after: String, $filter: ChangeFilter! = {}) {
  changes(after: $after, filter: $filter) {
    kind cursor eventId entity { ... on Customer { id name mood } } } }`;

async function open(asked: Partial<EventRequest> = {}): Promise<TestEventStream> {
  const stream = await openTestEvents(mesh.gateway.url, {
    query: everything,
    token: admin,
    ...asked,
  });
  streams.push(stream);
  return stream;
}

const dataSchema = z.object({
  data: z.object({ changes: z.record(z.string(), z.unknown()) }).nullish(),
  errors: z.array(z.unknown()).optional(),
});
const changeIn = ({ data }: TestEvent): Readonly<Record<string, unknown>> =>
  dataSchema.parse(JSON.parse(data)).data?.changes ?? {};
const changesIn = (stream: TestEventStream): readonly Readonly<Record<string, unknown>>[] =>
  stream.events().flatMap((event) => (event.event === 'next' ? [changeIn(event)] : []));

describe.each(['POST', 'GET'] as const)('A subscription by %s', (method) => {
  test('tells where it begins, then each change, with cursors as ids', async () => {
    const id = mesh.add({ name: 'Acme' });
    const stream = await open({ method, variables: { filter: { customerIds: [id] } } });
    await stream.received(1);
    const eventId = await mesh.tell({ id });
    const events = await stream.received(2);

    expect(stream.response.statusCode).toBe(200);
    expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(events.map(({ event }) => event)).toEqual(['next', 'next']);
    expect(events.map(({ id: cursor }) => cursor)).toEqual(
      changesIn(stream).map(({ cursor }) => cursor),
    );
    expect(changesIn(stream)).toEqual([
      expect.objectContaining({ kind: 'CAUGHT_UP', entity: null }),
      expect.objectContaining({
        kind: 'UPDATED',
        eventId,
        entity: { id, name: 'Acme', mood: 'good' },
      }),
    ]);
  });

  test('goes on after the id of the last event, whatever the operation says', async () => {
    const id = mesh.add();
    const variables = { filter: { customerIds: [id] } };
    const first = await open({ method, variables });
    const [begin] = await first.received(1);
    first.close();
    const told = [await mesh.tell({ id }), await mesh.tell({ id })];

    const again = await open({
      method,
      variables: { ...variables, after: 'none' },
      lastEventId: begin?.id ?? '',
    });
    // The end of the feed is told too, before the changes when these are still on their way.
    await again.received(3);
    const ids = changesIn(again).map(({ eventId }) => eventId);
    expect(ids.filter((each) => told.some((one) => one === each))).toEqual(told);
  });

  test('is refused without a token, before it starts', async () => {
    const stream = await openTestEvents(mesh.gateway.url, { query: everything, method });
    await stream.ended;
    expect(stream.response.statusCode).toBe(401);
    expect(JSON.parse(stream.text())).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test.each([
    ['{ customer(id: "1") { id } }', {}, 'BAD_REQUEST'],
    ['subscription { changes { nothing } }', {}, 'BAD_REQUEST'],
    ['subscription {', {}, 'BAD_REQUEST'],
    [everything, { filter: { subjects: ['a.*'] } }, 'INVALID'],
    [everything, { after: 'made up' }, 'INVALID'],
  ])('that is refused says why in an event: %s %j', async (query, variables, code) => {
    const stream = await open({ method, query, variables });
    await stream.ended;
    const [refusal, end, ...more] = stream.events();
    expect(stream.response.statusCode).toBe(200);
    expect(refusal?.event).toBe('next');
    expect(JSON.parse(refusal?.data ?? '')).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(end).toEqual({ event: 'complete', id: '', data: '' });
    expect(more).toEqual([]);
  });
});

describe('A request for events', () => {
  test.each<[string, string, RequestInit]>([
    ['that is no JSON', '', { method: 'POST', body: '{' }],
    ['that has no operation', '?variables={}', {}],
    ['whose variables are no JSON', '?query={__typename}&variables={', {}],
  ])('%s is refused with 400', async (_, search, options) => {
    const { status } = await fetch(mesh.gateway.url + search, {
      ...options,
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${admin}`,
        'content-type': 'application/json',
      },
    });
    expect(status).toBe(400);
  });

  test('is not one that takes JSON as well', async () => {
    const result = await mesh.gateway.query(
      '{ __typename }',
      {},
      { accept: 'application/json, text/event-stream' },
    );
    expect(result.data).toEqual({ __typename: 'Query' });
  });
});

describe('Events', () => {
  test('end with the token, and say so', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3;
    const token = await mesh.gateway.issuer.sign({ roles: ['admin'], exp });
    const stream = await open({ token });
    await stream.ended;
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000 - 20);
    expect(Date.now()).toBeLessThan(exp * 1000 + 1000);
    expect(stream.text()).toContain('The token has expired');
    expect(stream.text()).toContain('"code":"UNAUTHENTICATED"');
    expect(stream.events().at(-1)?.event).toBe('complete');
  });

  test('are made once for those who follow by socket and by events', async () => {
    const id = mesh.add();
    const variables = { filter: { customerIds: [id] } };
    const socket = await openTestSocket(mesh.gateway.url, admin);
    socket.subscribe(everything, variables);
    await socket.received(1);
    const stream = await open({ variables });
    await stream.received(1);
    mesh.calls.length = 0;
    await mesh.tell({ id });
    await Promise.all([socket.received(2), stream.received(2)]);
    // Whether it may be seen, and its name.
    expect(mesh.calls).toHaveLength(2);
    expect(changesIn(stream)[1]).toEqual(socket.frames()[1]);
    await socket.close();
  });

  test('wait for a client that does not read, which then gets all of them in order', async () => {
    const id = mesh.add({ name: 'x'.repeat(30_000) });
    const variables = { filter: { customerIds: [id] } };
    const slow = await open({ variables });
    const quick = await open({ variables });
    await Promise.all([slow.received(1), quick.received(1)]);
    slow.response.pause();
    const told: string[] = [];
    for (let round = 0; round < 100; round += 1) {
      const versions = Array.from({ length: 5 }, (_, index) => round * 5 + index + 2);
      told.push(...(await Promise.all(versions.map((version) => mesh.tell({ id, version })))));
    }
    await until(() => updatesIn(quick).length === 500, { what: 'all at once', forMs: 40_000 });
    slow.response.resume();
    await until(() => updatesIn(slow).length >= 500, { what: 'all at last', forMs: 40_000 });
    expect(updatesIn(slow)).toEqual(told);
    expect(updatesIn(quick)).toEqual(told);
    expect(changesIn(slow).map(({ kind }) => kind)).toContain('OVERFLOW');
  });

  test('leave nothing behind when their client goes', async () => {
    const id = mesh.add();
    const stream = await open({ variables: { filter: { customerIds: [id] } } });
    await stream.received(1);
    stream.close();
    await stream.ended;
    mesh.calls.length = 0;
    const witness = await open({
      variables: { filter: { customerIds: [id], kinds: ['UPDATED'] } },
    });
    await witness.received(1);
    await mesh.tell({ id });
    await witness.received(2);
    expect(mesh.calls).toHaveLength(2);
  });

  test('are kept alive by comments while nothing happens', async () => {
    await until(() => silent.text().includes('\n\n:\n\n'), { what: 'a comment', forMs: 20_000 });
    expect(silent.events()).toHaveLength(1);
  });
});

const updatesIn = (stream: TestEventStream): readonly unknown[] =>
  changesIn(stream).flatMap(({ kind, eventId }) => (kind === 'UPDATED' ? [eventId] : []));

describe('A release', () => {
  test('ends events without saying that they are complete, and takes no more', async () => {
    const another = await startFeedMesh({ DRAIN_DELAY_MS: '1500' });
    const token = await another.gateway.issuer.sign({ roles: ['admin'] });
    const stream = await openTestEvents(another.gateway.url, { query: everything, token });
    await stream.received(1);
    const stopped = another.stop();
    await stream.ended;
    expect(stream.response.complete).toBe(true);
    expect(stream.events().map(({ event }) => event)).toEqual(['next']);
    const late = await openTestEvents(another.gateway.url, { query: everything, token });
    await late.ended;
    expect(late.response.statusCode).toBe(503);
    expect(late.response.headers['retry-after']).toBe('1');
    await stopped;
  });
});

describe('The example in the README', () => {
  test('runs as it is written', async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const [command = ''] = /^curl -N (?:[^\n]*\\\n)*[^\n]*/m.exec(readme) ?? [];
    const here = command.replace('http://127.0.0.1:4000/graphql', mesh.gateway.url);
    expect(here).not.toBe(command);
    let output = '';
    const child = execFile('bash', ['-c', `export TOKEN=${admin}; exec ${here}`]);
    child.stdout?.on('data', (chunk) => {
      output += String(chunk);
    });
    await until(() => output.includes('CAUGHT_UP'), { what: 'the end' });
    await mesh.tell({ id: mesh.add({ name: 'Acme' }) });
    await until(() => output.includes('"name":"Acme"'), { what: 'a change' });
    child.kill();
  });
});
