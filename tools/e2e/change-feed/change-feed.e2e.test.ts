import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

const customers = 50;
const rounds = 20;
const followMsMax = 15_000;
/** An update of each customer a round, and one deletion. */
const changesMade = customers * rounds + 1;

let system: TestMesh;
let token: string;
let customerIds: readonly string[];
/** Where the subscriber was when it was cut off. */
let leftAt: string;

const selection =
  'kind cursor eventId entityId version changedFields entity { ... on Customer { name } }';
const subscription = `subscription ($after: String, $filter: ChangeFilter! = {}) {
  changes(after: $after, filter: $filter) { ${selection} } }`;

const changeSchema = z.object({
  kind: z.string(),
  cursor: z.string(),
  eventId: z.string(),
  entityId: z.string().nullable(),
  version: z.number().nullable(),
  changedFields: z.array(z.string()),
  entity: z.object({ name: z.string() }).nullable(),
});
type Change = z.infer<typeof changeSchema>;

beforeAll(async () => {
  system = await startTestMesh();
  token = await system.token({ roles: ['admin'] });
  customerIds = await writeCustomers(0);
  leftAt = await findCreated();
  for (let round = 1; round <= rounds; round += 1) await writeCustomers(round);
  await graphql('mutation ($id: ID!) { deleteCustomer(input: { id: $id }) { id } }', {
    id: customerIds[0],
  });
}, meshMsMax);

const mark = randomUUID().slice(0, 8);

async function graphql(
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { data, errors } = await system.graphql({ token, query, variables });
  expect(errors).toEqual([]);
  return data;
}

const writtenSchema = z.object({
  upsertCustomers: z.object({ rows: z.array(z.object({ id: z.string() })) }),
});

async function writeCustomers(round: number): Promise<readonly string[]> {
  const rows = Array.from({ length: customers }, (_, at) => ({
    code: `${mark}-${at}`,
    name: `${mark} ${at} ${round}`,
  }));
  const data = await graphql(
    'mutation ($input: UpsertCustomersInput!) { upsertCustomers(input: $input) { rows { id } } }',
    { input: { rows } },
  );
  return writtenSchema.parse(data).upsertCustomers.rows.map(({ id }) => id);
}

const filter = (): object => ({ customerIds, entities: ['CUSTOMER'] });

/** Follows as a partner does, until it has what it wants; then it is gone without a word. */
async function follow(after: string, isEnough: (changes: readonly Change[]) => boolean) {
  const client = createClient({
    url: `ws://127.0.0.1:${system.mesh.ports.gateway}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const giveUp = setTimeout(() => client.terminate(), followMsMax);
  const changes: Change[] = [];
  const asked = { query: subscription, variables: { after, filter: filter() } };
  for await (const { data } of client.iterate(asked)) {
    changes.push(z.object({ changes: changeSchema }).parse(data).changes);
    if (isEnough(changes)) break;
  }
  clearTimeout(giveUp);
  client.terminate();
  return changes;
}

/** The place after the customers' creation, once all of that is in the feed. */
async function findCreated(): Promise<string> {
  const created = await follow('earliest', (all) => ofRecords(all).length === customers);
  return created.at(-1)?.cursor ?? '';
}

const ofRecords = (changes: readonly Change[]): readonly Change[] =>
  changes.filter(({ kind }) => !['GAP', 'OVERFLOW', 'CAUGHT_UP'].includes(kind));

const hasCaughtUp = (changes: readonly Change[]): boolean =>
  changes.some(({ kind }) => kind === 'CAUGHT_UP');

const hasAll = (changes: readonly Change[]): boolean => ofRecords(changes).length === changesMade;

/** What a subscriber has of each customer, and how many events that was. */
const historyOf = (changes: readonly Change[]) => ({
  events: new Set(changes.map(({ eventId }) => eventId)).size,
  customers: customerIds.map((id) =>
    changes
      .filter(({ entityId }) => entityId === id)
      .map(({ version, kind }) => `${version} ${kind}`),
  ),
});

/** What has happened, whatever the subscriber did meanwhile. */
function wholeHistory(): ReturnType<typeof historyOf> {
  const updates = Array.from({ length: rounds }, (_, round) => `${round + 2} UPDATED`);
  const deletion = `${rounds + 2} DELETED`;
  return {
    events: changesMade,
    customers: customerIds.map((_, at) => (at === 0 ? [...updates, deletion] : updates)),
  };
}

describe('A subscriber that was away for 1,000 changes', () => {
  test('gets each of them in order when it comes back with its cursor, and comes to the end', async () => {
    // It may come to the end before the last changes have come to the feed.
    const changes = await follow(leftAt, (all) => hasAll(all) && hasCaughtUp(all));
    expect(historyOf(ofRecords(changes))).toEqual(wholeHistory());
  });

  test('that is cut off again goes on after the last change that it has dealt with', async () => {
    const received = await follow(leftAt, ({ length }) => length === 400);
    const dealtWith = received.slice(0, 390);
    const rest = await follow(
      dealtWith.at(-1)?.cursor ?? '',
      (all) => ofRecords([...dealtWith, ...all]).length === changesMade,
    );
    const again = rest.slice(0, 10).map(({ eventId }) => eventId);
    expect(again).toEqual(received.slice(390).map(({ eventId }) => eventId));
    expect(historyOf(ofRecords([...dealtWith, ...rest]))).toEqual(wholeHistory());
  });

  test('reads the same in pages over HTTP, by the same cursor', async () => {
    const pages = await readPages(leftAt);
    expect(pages).toEqual(ofRecords(await follow(leftAt, hasAll)));
    expect(historyOf(pages)).toEqual(wholeHistory());
  });
});

const pageSchema = z.object({
  changeFeed: z.object({
    nodes: z.array(changeSchema),
    pageInfo: z.object({ endCursor: z.string(), hasNextPage: z.boolean() }),
  }),
});

async function readPages(after: string): Promise<readonly Change[]> {
  const data = await graphql(
    `query ($after: String!, $filter: ChangeFilter!) {
      changeFeed(after: $after, first: 100, filter: $filter) {
        nodes { ${selection} } pageInfo { endCursor hasNextPage } } }`,
    { after, filter: filter() },
  );
  const { nodes, pageInfo } = pageSchema.parse(data).changeFeed;
  return pageInfo.hasNextPage ? [...nodes, ...(await readPages(pageInfo.endCursor))] : nodes;
}

/** Whoever has no Python can still run everything else. */
const describeWithPython =
  spawnSync('python3', ['--version']).status === 0 ? describe : describe.skip;

describeWithPython('A client in another language', () => {
  test('that knows the protocol alone receives the same', async () => {
    const frames = await followWithPython();
    expect(ofRecords(frames)).toEqual(ofRecords(await follow(leftAt, hasAll)));
  });
});

const program = fileURLToPath(new URL('follow.py', import.meta.url));

const followWithPython = (): Promise<readonly Change[]> =>
  new Promise((resolve, reject) => {
    const child = execFile('python3', [program], { timeout: 15_000 }, (error, stdout) => {
      if (error) return reject(error);
      const lines = stdout.trim().split('\n');
      resolve(lines.map((line) => changeSchema.parse(JSON.parse(line))));
    });
    child.stdin?.end(
      JSON.stringify({
        host: '127.0.0.1',
        port: system.mesh.ports.gateway,
        token,
        query: subscription,
        variables: { after: leftAt, filter: filter() },
        changes: changesMade,
      }),
    );
  });
