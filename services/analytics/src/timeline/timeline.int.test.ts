import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes, newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import type { Viewer } from '@crm/kit/viewer';
import { AlertOpened, AlertResolved, type AlertData } from '@crm/schemas/events/alert';
import { CompetitorCreated } from '@crm/schemas/events/competitor';
import { CustomerUpdated } from '@crm/schemas/events/customer';
import { NeedRecorded } from '@crm/schemas/events/need';
import {
  OpportunityOpened,
  OpportunityWon,
  type OpportunityData,
} from '@crm/schemas/events/opportunity';
import { OpportunityCompetitorAdded } from '@crm/schemas/events/opportunity-competitor';
import { OrderCancelled, OrderRecorded } from '@crm/schemas/events/order';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { z } from 'zod';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import {
  apply,
  created,
  customerData,
  eventOf,
  logged,
  orderData,
  ordered,
} from '../testing/events.ts';
import { noEnd } from '../pyramid/placement.repository.ts';
import { timelineKinds } from './timeline.ts';

let analytics: TestAnalytics;
const [rep, team, next, rival] = [newId(), newId(), newId(), newId()];
const [mine, other, bare] = [newId(), newId(), newId()];
const asRep: Partial<Viewer> = { roles: ['rep'], staffId: rep, teamIds: [team] };

const chance: OpportunityData = {
  name: '泵站',
  stage: 'QUALIFY',
  status: 'OPEN',
  amount: { amount: '300.00', currency: 'CNY' },
  probability: 50,
  expectedCloseOn: null,
  needId: null,
  salespersonId: rep,
  closedOn: null,
  winReason: null,
  lossReason: null,
};
const alert: AlertData = {
  ruleCode: 'contact_overdue',
  severity: 'HIGH',
  state: 'OPEN',
  assigneeId: rep,
  openedAt: '2026-05-01T00:00:00Z',
};

const contest = (opportunityId: string, customerId: string) => ({
  opportunityId,
  customerId,
  competitorId: rival,
  standing: 'LEADING' as const,
  since: '2026-04-20',
  incumbent: false,
  quotedPrice: null,
  productIds: [],
});

/** What a customer sells, pays and needs in the first months of 2026. */
function businessOf(customerId: string): RecordedEvent[] {
  const of = (id = newId(), version = 1) => ({ id, customerId, version });
  const cancelled = newId();
  return [
    ordered(customerId, '10.00', { orderedOn: '2026-01-10', salespersonId: rep }),
    eventOf(OrderRecorded, of(cancelled), orderData('99.00', '2026-01-11')),
    eventOf(OrderCancelled, of(cancelled, 2), orderData('99.00', '2026-01-11')),
    eventOf(PaymentReceived, of(), {
      receivedOn: '2026-02-10',
      amount: { amount: '7.50', currency: 'CNY' },
      method: 'CASH',
      allocations: [],
    }),
    logged(customerId, { occurredAt: '2026-03-10T02:00:00Z', staffIds: [rep] }),
    eventOf(
      NeedRecorded,
      { ...of(), occurredAt: '2026-04-01T02:00:00Z' },
      {
        title: '泵',
        status: 'OPEN',
        priority: 'HIGH',
        productId: null,
        neededBy: null,
        raisedById: null,
        interactionId: null,
        opportunityId: null,
      },
    ),
  ];
}

/** An opportunity that a competitor contested and that was won, and an alert that came and went. */
function eventsOf(customerId: string): RecordedEvent[] {
  const of = (id = newId(), version = 1) => ({ id, customerId, version });
  const [chanceId, alertId] = [newId(), newId()];
  return [
    eventOf(OpportunityOpened, { ...of(chanceId), occurredAt: '2026-04-02T02:00:00Z' }, chance),
    eventOf(OpportunityWon, of(chanceId, 2), { ...chance, status: 'WON', closedOn: '2026-06-30' }),
    eventOf(OpportunityCompetitorAdded, of(), contest(chanceId, customerId)),
    eventOf(AlertOpened, of(alertId), alert),
    eventOf(AlertResolved, of(alertId, 2), {
      ...alert,
      state: 'RESOLVED',
      closedAt: '2026-05-09T00:00:00Z',
    }),
  ];
}

type Changes = Readonly<Record<string, { readonly from: string | null; readonly to: string }>>;

const changed = (id: string, version: number, changes: Changes): RecordedEvent => ({
  ...eventOf(
    CustomerUpdated,
    { id, customerId: id, version, occurredAt: `2026-07-0${version}T02:00:00Z` },
    { ...customerData({ ownerId: rep, teamId: team }), changes },
  ),
  actor: rep,
});

const storyOf = (id: string, owner = {}): RecordedEvent[] => [
  created(id, owner),
  ...businessOf(id),
  ...eventsOf(id),
];

/** Grades of two models: the viewer of one alone must not see the other's. */
async function gradeTwice(customerId: string): Promise<void> {
  const models = await analytics.db.query<{ id: number; code: string }[]>(
    `SELECT id, code FROM evaluationModel WHERE code IN ('customer_value', 'customer_credit')`,
  );
  const result = [1, 1, 'SCORED', 50, 1, '[]', 'RUN', new Date()];
  for (const { id, code } of models) {
    const [before, after] = code === 'customer_value' ? ['SMALL', 'KEY'] : ['A', 'D'];
    const columns = `modelId, subjectId, grade, validFrom, version, modelVersion, status, score,
      coverage, inputs, cause, computedAt`;
    const key = [id, idToBytes(customerId)];
    await analytics.db.query(`INSERT INTO scoreHistory (${columns}, validTo) VALUES (?)`, [
      [...key, before, new Date('2026-08-01'), ...result, new Date('2026-08-02')],
    ]);
    await analytics.db.query(`REPLACE INTO score (${columns}) VALUES (?)`, [
      [...key, after, new Date('2026-08-02'), ...result],
    ]);
  }
}

/** In a tier, and in another at the next snapshot. */
async function placeTwice(customerId: string): Promise<void> {
  const [definition] = await analytics.db.query<{ id: Uint8Array }[]>(
    `SELECT id FROM pyramidDefinition WHERE code = 'by_order_amount_this_year'`,
  );
  for (const [seq, tier, end] of [
    [1, 'LARGE', 2],
    [2, 'TOP', noEnd],
  ] as const) {
    const day = `2026-09-0${seq}`;
    await analytics.db.query(
      `INSERT INTO pyramidSnapshot (id, version, createdAt, updatedAt, definitionId, seq, asOf, state,
         progress, attempts, class, finishedAt) VALUES (?, 1, ?, ?, ?, ?, ?, 'DONE', 100, 1, 'INTERNAL', ?)`,
      [idToBytes(newId()), day, day, definition?.id, seq, day, day],
    );
    await analytics.db.query(
      `INSERT INTO pyramidPlacement (definitionId, subjectId, fromSeq, toSeq, tier, version)
       VALUES (?, ?, ?, ?, ?, 1)`,
      [definition?.id, idToBytes(customerId), seq, end, tier],
    );
  }
}

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    eventOf(
      CompetitorCreated,
      { id: rival },
      {
        code: 'K-1',
        name: '强手',
        shortName: null,
        category: 'MAJOR',
        threatLevel: 'HIGH',
        scale: null,
        region: null,
      },
    ),
    ...storyOf(mine, { ownerId: rep, teamId: team }),
    ...storyOf(other),
    created(bare, { ownerId: rep, teamId: team }),
    changed(mine, 2, { ownerId: { from: next, to: rep }, level: { from: 'KEY', to: 'SMALL' } }),
    changed(mine, 3, { lifecycleStage: { from: 'POTENTIAL', to: 'TRADING' } }),
    changed(mine, 4, { designation: { from: null, to: 'STRATEGIC' } }),
  ]);
  await gradeTwice(mine);
  await placeTwice(mine);
});
afterAll(() => analytics.stop());

const TIMELINE = `query ($ids: [_Any!]!, $kinds: [TimelineKind!], $first: Int, $after: String) {
  _entities(representations: $ids) { ... on Customer { id
    timeline(kinds: $kinds, first: $first, after: $after) {
      nodes { id kind label(locale: EN) at title status amount { amount } from to code
        staffMember { id } fromOwner { id } toOwner { id } record { __typename } }
      pageInfo { hasNextPage endCursor } } } } }`;

const entrySchema = z.looseObject({ id: z.string(), kind: z.string(), at: z.coerce.date() });
const pageSchema = z.object({
  nodes: z.array(entrySchema),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
});
const answerSchema = z.object({ _entities: z.array(z.object({ timeline: pageSchema })) });

async function timelines(
  ids: readonly string[],
  args: Readonly<Record<string, unknown>> = {},
  viewer: Partial<Viewer> = {},
): Promise<readonly z.infer<typeof pageSchema>[]> {
  const variables = { ids: ids.map((id) => ({ __typename: 'Customer', id })), ...args };
  const { data, errors } = await analytics.subgraph.execute(TIMELINE, variables, { viewer });
  expect(errors).toBeUndefined();
  return answerSchema.parse(data)['_entities'].map((customer) => customer.timeline);
}

async function timeline(
  id: string,
  args: Readonly<Record<string, unknown>> = {},
  viewer: Partial<Viewer> = {},
): Promise<z.infer<typeof pageSchema>> {
  const [page] = await timelines([id], { first: 50, ...args }, viewer);
  if (!page) throw new Error('no page');
  return page;
}

const story = [
  'TIER',
  'GRADE', // customer_credit, then customer_value at the same instant
  'GRADE',
  'DESIGNATION',
  'STAGE',
  'LEVEL',
  'OWNER',
  'OPPORTUNITY_CLOSED',
  'ALERT_CLOSED',
  'ALERT_OPENED',
  'COMPETITION',
  'OPPORTUNITY_OPENED',
  'NEED',
  'INTERACTION',
  'PAYMENT',
  'ORDER',
];

/** Without the grade of credit, which is confidential. */
const open = story.toSpliced(1, 1);

const kindsOf = ({ nodes }: z.infer<typeof pageSchema>): string[] => nodes.map(({ kind }) => kind);

describe('Customer.timeline', () => {
  test('tells what happened in all services, the newest first', async () => {
    const { nodes, pageInfo } = await timeline(mine);
    expect(nodes.map(({ kind }) => kind)).toEqual(story);
    expect(pageInfo.hasNextPage).toBe(false);
    const entry = (kind: string) => nodes.find((each) => each.kind === kind);
    expect(entry('ORDER')).toMatchObject({
      label: 'Order',
      // The day begins in the company's time zone.
      at: new Date('2026-01-09T16:00:00Z'),
      amount: { amount: '10.00' },
      staffMember: { id: rep },
      record: { __typename: 'SalesOrder' },
    });
    expect(entry('OWNER')).toMatchObject({
      from: next,
      to: rep,
      fromOwner: { id: next },
      toOwner: { id: rep },
      staffMember: { id: rep },
      record: null,
    });
    expect(entry('COMPETITION')).toMatchObject({ title: '强手', status: 'LEADING' });
    expect(entry('STAGE')).toMatchObject({ from: 'POTENTIAL', to: 'TRADING', fromOwner: null });
    expect(entry('TIER')).toMatchObject({
      from: 'LARGE',
      to: 'TOP',
      code: 'by_order_amount_this_year',
    });
    expect(nodes.filter(({ kind }) => kind === 'GRADE')).toMatchObject([
      { code: expect.any(String) },
      { code: expect.any(String) },
    ]);
  });

  test('comes page by page, each entry once and in the same order', async () => {
    const whole = (await timeline(mine)).nodes.map(({ id }) => id);
    for (const first of [1, 2, 4]) {
      const found: string[] = [];
      for (let after: string | null = null; ;) {
        const page = await timeline(mine, { first, after });
        found.push(...page.nodes.map(({ id }) => id));
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      expect(found).toEqual(whole);
    }
  });

  test('has the kinds that are asked for', async () => {
    const page = await timeline(mine, { kinds: ['ORDER', 'OWNER', 'ALERT_CLOSED'] });
    expect(kindsOf(page)).toEqual(['OWNER', 'ALERT_CLOSED', 'ORDER']);
    expect(kindsOf(await timeline(bare))).toEqual([]);
  });

  test('leaves out grades that are made of what the viewer may not read', async () => {
    const grades = await timeline(mine, { kinds: ['GRADE'] }, asRep);
    expect(grades.nodes).toMatchObject([{ code: 'customer_value', from: 'SMALL', to: 'KEY' }]);
    expect(kindsOf(await timeline(mine, {}, asRep))).toEqual(open);
  });

  test('tells nothing of customers that the viewer may not read', async () => {
    expect((await timeline(other, {}, asRep)).nodes).toEqual([]);
    expect((await timeline(mine, {}, { roles: ['partner'] })).nodes).toEqual([]);
    expect((await timeline(newId())).nodes).toEqual([]);
  });

  test('tells partners of no competition', async () => {
    await analytics.db.query(
      `INSERT INTO shareGrant (resourceId, granteeId, access, grantedAt) VALUES (?, ?, 'READ', NOW())`,
      [idToBytes(mine), idToBytes(next)],
    );
    const page = await timeline(mine, {}, { roles: ['partner'], staffId: null, teamIds: [next] });
    expect(kindsOf(page)).toEqual(open.filter((kind) => kind !== 'COMPETITION'));
  });

  test('costs one statement for many customers, and one to know who they are now', async () => {
    const all = [mine, other, bare];
    expect(await countStatements(analytics.db, () => timelines(all, { first: 5 }))).toBe(2);
    const [first, second, third] = await timelines(all, { first: 5 });
    expect([first, second, third].map((page) => page?.nodes.length)).toEqual([5, 5, 0]);
  });

  test('knows a kind for each source', () => {
    expect(new Set(timelineKinds)).toEqual(new Set(story));
  });

  test('refuses the cursor of another list', async () => {
    const variables = { ids: [{ __typename: 'Customer', id: mine }], after: 'WyJpZCIsIngiXQ' };
    const { errors } = await analytics.subgraph.execute(TIMELINE, variables);
    expect(errors?.[0]?.extensions?.['code']).toBe('INVALID');
  });
});
