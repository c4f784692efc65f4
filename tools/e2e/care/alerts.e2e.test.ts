import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, type Client } from 'graphql-ws';
import { createConnection } from 'mysql2/promise';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Leads every code and name, so that the tests of others on this mesh do not matter. */
const mark = `a${Date.now()}`;
const seenMsMax = 30_000;

let system: TestMesh;
let admin: string;
let lead: string;
let owner: string;
let client: Client;
/** The frames of the owner's subscription to the own alerts. */
const frames: Frame[] = [];

beforeAll(async () => {
  system = await startTestMesh();
  admin = await system.token({ roles: ['admin'] });
  await ask('mutation ($input: UpsertTeamsInput!) { upsertTeams(input: $input) { refused } }', {
    input: { rows: [{ code: mark, name: mark }] },
  });
  const [leadCode, ownerCode] = [`${mark}-lead`, `${mark}-owner`];
  const made = await ask(
    'mutation ($input: UpsertStaffInput!) { upsertStaff(input: $input) { rows { id } } }',
    {
      input: {
        rows: [
          { code: leadCode, name: '陈强', teamCode: mark },
          { code: ownerCode, name: '王芳', teamCode: mark, managerCode: leadCode },
        ],
      },
    },
  );
  [lead = '', owner = ''] = staffSchema.parse(made).upsertStaff.rows.map(({ id }) => id);
  client = createClient({
    url: `ws://127.0.0.1:${system.mesh.ports.gateway}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: {
      authorization: `Bearer ${await system.token({ roles: ['rep'], staff: ownerCode })}`,
    },
    retryAttempts: 0,
  });
  follow();
}, meshMsMax);
afterAll(() => client.terminate());

const staffSchema = z.object({
  upsertStaff: z.object({ rows: z.array(z.object({ id: z.string() })) }),
});

const frameSchema = z.object({
  changes: z.object({
    kind: z.string(),
    subject: z.string(),
    entity: z
      .object({
        state: z.string(),
        customer: z.object({ id: z.string() }),
        assignee: z.object({ id: z.string() }).nullable(),
      })
      .nullable(),
  }),
});
type Frame = z.infer<typeof frameSchema>['changes'];

/** The live list of one's own alerts, as the README has it. */
function follow(): void {
  const query = `subscription ($owner: ID!) {
    changes(snapshot: true, filter: { entities: [ALERT], ownerIds: [$owner] }) {
      kind subject entity { ... on Alert { state customer { id } assignee { id } } } } }`;
  client.subscribe(
    { query, variables: { owner } },
    {
      next: ({ data }) => void frames.push(frameSchema.parse(data).changes),
      error: () => undefined,
      complete: () => undefined,
    },
  );
}

async function ask(query: string, variables: Variables = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await system.graphql({ token: admin, query, variables });
  expect(errors).toEqual([]);
  return { ...data };
}

const idSchema = z.object({ made: z.object({ id: z.string() }) });

async function make(mutation: string, input: Variables): Promise<string> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
  return idSchema.parse(await ask(query, { input })).made.id;
}

const dayMs = 86_400_000;

/** Noon of a day so many days ago, where the company is. */
const daysAgo = (days: number): Date => {
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  return new Date(Date.parse(`${today}T04:00:00Z`) - days * dayMs);
};

let made = 0;

const customer = (input: Variables): Promise<string> =>
  make('createCustomer', { name: `${mark} ${(made += 1)}`, ownerId: owner, ...input });

/** Of a customer that contacts may not have heard of yet. */
async function visit(customerId: string, days: number): Promise<void> {
  const occurredAt = new Date(Math.min(daysAgo(days).getTime(), Date.now())).toISOString();
  const input = { kind: 'VISIT', customerId, staffIds: [owner], occurredAt };
  await eventually('the visit', async () => {
    const { errors } = await system.graphql({
      token: admin,
      query: 'mutation ($input: LogInteractionInput!) { logInteraction(input: $input) { id } }',
      variables: { input },
    });
    return errors.length === 0;
  });
}

const order = (customerId: string, days: number): Promise<string> =>
  make('recordOrder', {
    customerId,
    orderedOn: daysAgo(days).toISOString().slice(0, 10),
    lines: [{ quantity: '1', unitPrice: '100' }],
  });

const alertsSchema = z.object({
  customer: z.object({
    alerts: z.object({
      nodes: z.array(
        z.object({
          id: z.string(),
          ruleCode: z.string(),
          state: z.string(),
          assignee: z.object({ id: z.string() }).nullable(),
          evidence: z.object({ days: z.number().nullable(), thresholdDays: z.number().nullable() }),
        }),
      ),
    }),
  }),
});
type Alert = z.infer<typeof alertsSchema>['customer']['alerts']['nodes'][number];

async function alertsOf(customerId: string, ruleCode: string): Promise<readonly Alert[]> {
  const data = await ask(
    `query ($id: ID!, $code: String!) { customer(id: $id) {
      alerts(where: { ruleCode: { eq: $code } }) { nodes {
        id ruleCode state assignee { id } evidence { days thresholdDays } } } } }`,
    { id: customerId, code: ruleCode },
  );
  return alertsSchema.parse(data).customer.alerts.nodes;
}

const opens = (customerId: string, ruleCode: string): Promise<void> =>
  eventually(
    `${ruleCode} is open`,
    async () => (await alertsOf(customerId, ruleCode)).some(({ state }) => state === 'OPEN'),
    seenMsMax,
  );

const framesOf = (customerId: string): readonly string[] =>
  frames.flatMap(({ subject, entity }) => (entity?.customer.id === customerId ? [subject] : []));

/** As if nobody had done anything for the days after which an alert is escalated. */
async function daysPass(alertId: string): Promise<void> {
  const source = (await system.status()).mysql.find(({ role }) => role === 'source');
  if (!source) throw new Error('No server takes writes');
  const port = system.mesh.ports[source.name];
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' });
  await connection.query(
    `UPDATE crm_care.alert SET escalateAt = escalateAt - INTERVAL 8 DAY WHERE id = UUID_TO_BIN(?)`,
    [alertId],
  );
  connection.destroy();
}

describe('a customer whom nobody met', () => {
  test('alerts its owner after 14 days when it is strategic and after 60 otherwise', async () => {
    const early = [
      await customer({ level: 'STRATEGIC' }),
      await customer({ level: 'REGULAR' }),
    ] as const;
    const late = [
      await customer({ level: 'STRATEGIC' }),
      await customer({ level: 'REGULAR' }),
    ] as const;
    await visit(early[0], 13);
    await visit(early[1], 59);
    await visit(late[0], 14);
    await visit(late[1], 60);
    for (const id of late) await opens(id, 'contact_overdue');

    expect(await alertsOf(late[0], 'contact_overdue')).toMatchObject([
      { assignee: { id: owner }, evidence: { days: 14, thresholdDays: 14 } },
    ]);
    expect(await alertsOf(late[1], 'contact_overdue')).toMatchObject([
      { assignee: { id: owner }, evidence: { days: 60, thresholdDays: 60 } },
    ]);
    for (const id of early) expect(await alertsOf(id, 'contact_overdue')).toEqual([]);
  });

  test('is seen live by its owner, escalated to the one above, and resolved by a visit', async () => {
    const id = await customer({ level: 'STRATEGIC' });
    await visit(id, 20);
    await opens(id, 'contact_overdue');
    await eventually('the owner sees it', () => framesOf(id).includes('alert.opened'));

    const [alert] = await alertsOf(id, 'contact_overdue');
    await daysPass(alert?.id ?? '');
    await eventually('escalated', async () => {
      const [now] = await alertsOf(id, 'contact_overdue');
      return now?.assignee?.id === lead;
    });
    await eventually('the owner is told', () => framesOf(id).includes('alert.escalated'));

    await visit(id, 0);
    await eventually('resolved', async () => {
      const [now] = await alertsOf(id, 'contact_overdue');
      return now?.state === 'RESOLVED';
    });
    expect(framesOf(id)).toEqual(['alert.opened', 'alert.escalated']);
  });
});

describe('a customer that orders nothing', () => {
  test('alerts when it is trading, after the threshold, and not when it is potential', async () => {
    const potential = await customer({ lifecycleStage: 'TRADING' });
    await make('setLifecycleStage', {
      customerId: potential,
      stage: 'POTENTIAL',
      reason: '重新培育',
      reviewOn: daysAgo(-30).toISOString().slice(0, 10),
    });
    const lately = await customer({ lifecycleStage: 'TRADING' });
    const trading = await customer({ lifecycleStage: 'TRADING' });
    await order(potential, 200);
    await order(lately, 179);
    await order(trading, 180);
    await opens(trading, 'no_business');

    expect(await alertsOf(trading, 'no_business')).toMatchObject([
      { assignee: { id: owner }, evidence: { days: 180, thresholdDays: 180 } },
    ]);
    expect(await alertsOf(potential, 'no_business')).toEqual([]);
    expect(await alertsOf(lately, 'no_business')).toEqual([]);

    await order(trading, 0);
    await eventually('resolved', async () => {
      const [now] = await alertsOf(trading, 'no_business');
      return now?.state === 'RESOLVED';
    });
  });
});
