import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

const followMsMax = 20_000;
/** Tells what this run makes from what others have made on the same mesh. */
const mark = `G${randomUUID().slice(0, 8)}`;
const segment = `segment_${mark}`;
const partnerId = randomUUID();

let system: TestMesh;
let admin: string;
let partner: string;
/** Both are in the segment at first; the partner may read one of them. */
let shared: string;
let unshared: string;
/** Shared with the partner, and not in the segment: one comes into it. */
let outside: string;
let stranger: string;

beforeAll(async () => {
  system = await startTestMesh();
  admin = await system.token({ roles: ['admin'] });
  partner = await system.token({ roles: ['partner'], partner: partnerId });
  await make('saveSegment', {
    code: segment,
    labels: { zh: mark, en: mark },
    criteria: { all: [{ name: { contains: mark } }, { level: { eq: 'KEY' } }] },
  });
  shared = await make('createCustomer', { name: `${mark} 共享`, level: 'KEY' });
  unshared = await make('createCustomer', { name: `${mark} 不共享`, level: 'KEY' });
  outside = await make('createCustomer', { name: `${mark} 其他`, level: 'REGULAR' });
  stranger = await make('createCustomer', { name: `${mark} 从不`, level: 'REGULAR' });
  for (const customerId of [shared, outside, stranger]) {
    await make('shareCustomer', {
      customerId,
      granteeKind: 'PARTNER',
      granteeId: partnerId,
      access: 'READ',
    });
  }
  await eventually('both are members', async () => (await membersOf(admin)).length === 2);
  await eventually('the partner is known', async () => (await membersOf(partner)).length === 1);
}, meshMsMax);

type Variables = Readonly<Record<string, unknown>>;

async function ask(token: string, query: string, variables: Variables): Promise<unknown> {
  const { data, errors } = await system.graphql({ token, query, variables });
  expect(errors).toEqual([]);
  return data;
}

async function make(mutation: string, input: Variables): Promise<string> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
  const data = await ask(admin, query, { input });
  return z.object({ made: z.object({ id: z.string() }) }).parse(data).made.id;
}

const listSchema = z.object({
  customers: z.object({ nodes: z.array(z.object({ id: z.string(), isInSegment: z.boolean() })) }),
});

/** Of the customers of this run that the viewer sees. */
async function membersOf(token: string): Promise<readonly string[]> {
  const data = await ask(
    token,
    `query ($mark: String!, $code: String!) { customers(where: { name: { contains: $mark } }) {
      nodes { id isInSegment(code: $code) } } }`,
    { mark, code: segment },
  );
  const { nodes } = listSchema.parse(data).customers;
  return nodes.filter(({ isInSegment }) => isInSegment).map(({ id }) => id);
}

const changeSchema = z.object({
  kind: z.string(),
  subject: z.string(),
  cursor: z.string(),
  entityId: z.string().nullable(),
  changedFields: z.array(z.string()),
  entity: z.object({ level: z.object({ code: z.string() }) }).nullable(),
});
type Change = z.infer<typeof changeSchema>;

const selection = `kind subject cursor entityId changedFields
  entity { ... on Customer { level { code } } }`;
const filter = { entities: ['CUSTOMER'], changedFieldsAny: ['level'], segment };

type Following = {
  readonly token: string;
  readonly variables: Variables;
  readonly onChange: (change: Change) => Promise<boolean>;
};

/** Follows until `onChange` has enough. */
async function follow({ token, variables, onChange }: Following): Promise<readonly Change[]> {
  const client = createClient({
    url: `ws://127.0.0.1:${system.mesh.ports.gateway}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const giveUp = setTimeout(() => client.terminate(), followMsMax);
  const seen: Change[] = [];
  const query = `subscription ($filter: ChangeFilter!, $snapshot: Boolean! = false) {
    changes(filter: $filter, snapshot: $snapshot) { ${selection} } }`;
  try {
    for await (const { data, errors } of client.iterate({ query, variables })) {
      expect(errors ?? []).toEqual([]);
      const change = z.object({ changes: changeSchema }).parse(data).changes;
      seen.push(change);
      if (await onChange(change)) break;
    }
  } finally {
    clearTimeout(giveUp);
    client.terminate();
  }
  return seen;
}

const setLevel = (id: string, level: string): Promise<string> =>
  make('updateCustomer', { id, level });

/** What happened to whom, in the words of the test. */
function told(changes: readonly Change[]): readonly string[] {
  const names = new Map([
    [shared, 'shared'],
    [unshared, 'unshared'],
    [outside, 'outside'],
    [stranger, 'stranger'],
  ]);
  return changes.flatMap(({ subject, entityId, entity }) =>
    entityId === null ? [] : [`${names.get(entityId)} ${subject} ${entity?.level.code}`],
  );
}

let changes: readonly Change[];

describe('A partner who follows a segment', () => {
  test('is told of customers in it that are shared, of those that come, and of those that go', async () => {
    changes = await follow({
      token: partner,
      variables: { filter },
      onChange: async ({ kind, subject, entityId }) => {
        if (kind === 'CAUGHT_UP') {
          await make('updateCustomer', { id: shared, phone: '025-1234567' });
          await setLevel(unshared, 'STRATEGIC');
          await setLevel(stranger, 'SMALL');
          await setLevel(outside, 'KEY');
        }
        if (subject === 'segment.entered' && entityId === outside) await setLevel(shared, 'SMALL');
        return subject === 'segment.left' && entityId === shared;
      },
    });
    expect(told(changes)).toContain('outside segment.entered KEY');
    expect(told(changes).at(-1)).toBe('shared segment.left SMALL');
    // A change of the level may be told before or after what follows from it, and of no other field.
    const others = told(changes).filter((each) => !each.includes(' segment.'));
    expect(['outside customer.updated KEY', 'shared customer.updated SMALL']).toEqual(
      expect.arrayContaining(others),
    );
  });

  test('reads the same coming and going in pages', async () => {
    const after = changes.find(({ kind }) => kind === 'CAUGHT_UP')?.cursor;
    const data = await ask(
      partner,
      `query ($after: String, $filter: ChangeFilter!) {
        changeFeed(after: $after, filter: $filter) { nodes { ${selection} } } }`,
      { after, filter },
    );
    const { nodes } = z
      .object({ changeFeed: z.object({ nodes: z.array(changeSchema) }) })
      .parse(data).changeFeed;
    expect(told(nodes).filter((each) => each.includes(' segment.'))).toEqual([
      'outside segment.entered KEY',
      'shared segment.left SMALL',
    ]);
  });

  test('is sent those in it alone as a snapshot', async () => {
    const frames = await follow({
      token: partner,
      variables: { filter, snapshot: true },
      onChange: async ({ kind }) => kind === 'CAUGHT_UP',
    });
    const { length } = frames.filter(({ kind }) => kind === 'SNAPSHOT');
    expect(told(frames)).toEqual(['outside feed.snapshot KEY']);
    expect(length).toBe(1);
  });

  test('is told at once that there is none of such a code, in both ways of asking', async () => {
    const unknown = { ...filter, segment: 'nowhere' };
    const asked = follow({
      token: partner,
      variables: { filter: unknown },
      onChange: async () => true,
    });
    const message = 'filter.segment: there is no segment nowhere that you may ask for';
    await expect(asked).rejects.toMatchObject([{ message, extensions: { code: 'INVALID' } }]);
    const { errors } = await system.graphql({
      token: partner,
      query: `query ($filter: ChangeFilter!) { changeFeed(filter: $filter) { nodes { kind } } }`,
      variables: { filter: unknown },
    });
    expect(errors).toMatchObject([{ message, extensions: { code: 'INVALID' } }]);
  });
});
