import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { AlertOpened, AlertResolved, type AlertData } from '@crm/schemas/events/alert';
import { CompetitorCreated } from '@crm/schemas/events/competitor';
import { CreditParticularsChanged } from '@crm/schemas/events/credit';
import { NeedFulfilled, NeedRecorded, type NeedData } from '@crm/schemas/events/need';
import {
  OpportunityLost,
  OpportunityOpened,
  type OpportunityData,
} from '@crm/schemas/events/opportunity';
import {
  OpportunityCompetitorAdded,
  OpportunityCompetitorRemoved,
} from '@crm/schemas/events/opportunity-competitor';
import { OrderAmended } from '@crm/schemas/events/order';
import { ProductUpserted } from '@crm/schemas/events/product';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, eventOf, ordered, orderData } from '../testing/events.ts';

let analytics: TestAnalytics;
const rep = newId();
const [mine, other, pump, valve] = [newId(), newId(), newId(), newId()];
const [rival, weak] = [newId(), newId()];
const ids = { won: newId(), lost: newId(), need: newId(), alert: newId(), order: newId() };

const need: NeedData = {
  title: '泵',
  status: 'OPEN',
  priority: 'HIGH',
  productId: pump,
  neededBy: null,
  raisedById: null,
  interactionId: null,
  opportunityId: null,
};
const chance: OpportunityData = {
  name: '泵站',
  stage: 'QUALIFY',
  status: 'OPEN',
  amount: { amount: '300.00', currency: 'CNY' },
  probability: 50,
  expectedCloseOn: null,
  needId: null,
  salespersonId: null,
  closedOn: null,
  winReason: null,
  lossReason: null,
};
const alert: AlertData = {
  ruleCode: 'contact_overdue',
  severity: 'HIGH',
  state: 'OPEN',
  assigneeId: null,
  openedAt: '2026-11-01T00:00:00Z',
};

const named = (id: string, name: string, category: string): RecordedEvent =>
  eventOf(ProductUpserted, { id }, { code: name, name, category, active: true });

const competitor = (id: string, name: string): RecordedEvent =>
  eventOf(
    CompetitorCreated,
    { id },
    {
      code: name,
      name,
      shortName: null,
      category: 'MAJOR',
      threatLevel: 'HIGH',
      scale: null,
      region: null,
    },
  );

const contested = (opportunityId: string, competitorId: string, id = newId()): RecordedEvent =>
  eventOf(
    OpportunityCompetitorAdded,
    { id, customerId: mine },
    {
      opportunityId,
      customerId: mine,
      competitorId,
      standing: 'ACTIVE',
      since: '2026-10-01',
      incumbent: false,
      quotedPrice: null,
      productIds: [],
    },
  );

const lines = (...of: readonly (readonly [string, string])[]) =>
  of.map(([productId, amount]) => ({ productId, quantity: '1', amount }));

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    named(pump, '泵', 'Pumps'),
    named(valve, '阀', 'Valves'),
    competitor(rival, '强手'),
    competitor(weak, '弱手'),
    created(mine, { ownerId: rep, name: '甲公司' }),
    created(other, { name: '乙公司' }),
    ordered(mine, '30.00', { lines: lines([pump, '10.00'], [valve, '20.00']) }),
    ordered(other, '5.00', { lines: lines([pump, '5.00']) }),
    eventOf(NeedRecorded, { id: ids.need, customerId: mine }, need),
    eventOf(NeedRecorded, { id: newId(), customerId: other }, { ...need, priority: 'LOW' }),
    eventOf(OpportunityOpened, { id: ids.lost, customerId: mine }, chance),
    eventOf(OpportunityOpened, { id: ids.won, customerId: mine }, chance),
    contested(ids.lost, rival),
    contested(ids.lost, weak),
    contested(ids.won, rival),
    eventOf(
      OpportunityLost,
      { id: ids.lost, customerId: mine, version: 2 },
      { ...chance, status: 'LOST', closedOn: '2026-11-02', lossReason: 'PRICE' },
    ),
    eventOf(AlertOpened, { id: ids.alert, customerId: mine }, alert),
    eventOf(AlertOpened, { id: newId(), customerId: other }, alert),
  ]);
});
afterAll(() => analytics.stop());

const AGGREGATE = `query ($fact: FactKind!, $where: FactWhere, $groupBy: [GroupBy!], $measures: [Measure!]!) {
  factAggregate(fact: $fact, where: $where, groupBy: $groupBy, measures: $measures) {
    rows { keys { value label } values { value currency } } } }`;

type Row = {
  readonly keys: readonly { readonly value: string | null; readonly label: string | null }[];
  readonly values: readonly { readonly value: string; readonly currency: string | null }[];
};

async function groups(
  variables: Readonly<Record<string, unknown>>,
  viewer = {},
): Promise<readonly string[]> {
  const count = { measures: [{ fn: 'COUNT' }], ...variables };
  const { data, errors } = await analytics.subgraph.execute(AGGREGATE, count, { viewer });
  expect(errors).toBeUndefined();
  const rows: readonly Row[] = Object(data?.['factAggregate']).rows;
  return rows.map(({ keys, values }) => {
    const names = keys.map(({ value, label }) => label ?? value);
    return `${names.join(', ')}: ${values.map(({ value, currency }) => [value, currency].join(' ').trim()).join(', ')}`;
  });
}

const activity = async (): Promise<unknown> => {
  const [row] = await analytics.db.query(
    `SELECT openNeedCount, openOpportunityCount, contestedCount, openAlertCount
     FROM customerActivity WHERE customerId = UUID_TO_BIN(?)`,
    [mine],
  );
  return row;
};

describe('factAggregate', () => {
  test('adds up lines of orders by product', async () => {
    const measures = [{ fn: 'SUM', field: 'amount' }];
    const byProduct = { fact: 'ORDER_LINE', groupBy: [{ field: 'product.category' }], measures };
    expect(await groups(byProduct)).toEqual(['Pumps: 15.00 CNY', 'Valves: 20.00 CNY']);
    expect(await groups({ ...byProduct, groupBy: [{ field: 'productId' }] })).toEqual(
      expect.arrayContaining(['泵: 15.00 CNY', '阀: 20.00 CNY']),
    );
  });

  test('counts needs, chances and what came of them', async () => {
    expect(await groups({ fact: 'NEED', groupBy: [{ field: 'priority' }] })).toEqual([
      'HIGH: 1',
      'LOW: 1',
    ]);
    expect(
      await groups({
        fact: 'OPPORTUNITY',
        groupBy: [{ field: 'status' }, { field: 'lossReason' }],
        measures: [{ fn: 'SUM', field: 'amount' }],
      }),
    ).toEqual(['LOST, PRICE: 300.00 CNY', 'OPEN, : 300.00 CNY']);
    const where = { competition: { some: { competitorId: { eq: weak } } } };
    expect(await groups({ fact: 'OPPORTUNITY', where })).toEqual([': 1']);
  });

  test('counts a chance once for each competitor, and knows what it came to', async () => {
    const byRival = { fact: 'COMPETITION', groupBy: [{ field: 'competitorId' }] };
    expect(await groups(byRival)).toEqual(expect.arrayContaining(['强手: 2', '弱手: 1']));
    const lost = { opportunity: { status: { eq: 'LOST' } } };
    expect(
      await groups({
        ...byRival,
        where: lost,
        measures: [{ fn: 'SUM', field: 'opportunity.amount' }],
      }),
    ).toEqual(expect.arrayContaining(['强手: 300.00 CNY', '弱手: 300.00 CNY']));
  });

  test('shows each viewer the facts of the customers that the viewer may read', async () => {
    const asRep = { roles: ['rep'], staffId: rep };
    for (const fact of ['NEED', 'ALERT', 'ORDER_LINE']) {
      expect(await groups({ fact, groupBy: [{ field: 'customerId' }] }, asRep)).toEqual([
        `甲公司: ${fact === 'ORDER_LINE' ? 2 : 1}`,
      ]);
    }
    const asPartner = { roles: ['partner'] };
    expect(await groups({ fact: 'COMPETITION' }, asPartner)).toEqual([': 0']);
  });
});

describe('what a customer has open', () => {
  test('is counted as it comes and goes', async () => {
    expect(await activity()).toEqual({
      openNeedCount: 1,
      openOpportunityCount: 1,
      contestedCount: 2,
      openAlertCount: 1,
    });
    const added = newId();
    await apply(analytics.db, [
      contested(ids.won, weak, added),
      eventOf(
        NeedFulfilled,
        { id: ids.need, customerId: mine, version: 2 },
        { ...need, status: 'FULFILLED' },
      ),
      eventOf(
        AlertResolved,
        { id: ids.alert, customerId: mine, version: 2 },
        { ...alert, state: 'RESOLVED' },
      ),
      eventOf(
        OpportunityCompetitorRemoved,
        { id: added, customerId: mine, version: 2 },
        { opportunityId: ids.won, customerId: mine, competitorId: weak },
      ),
    ]);
    expect(await activity()).toEqual({
      openNeedCount: 0,
      openOpportunityCount: 1,
      contestedCount: 2,
      openAlertCount: 0,
    });
    const closed = { fact: 'ALERT', where: { closedAt: { gte: '2026-11-24T00:00:00Z' } } };
    expect(await groups(closed)).toEqual([': 1']);
  });
});

test('an order that is amended has the lines it has now', async () => {
  const about = { id: ids.order, customerId: other };
  const data = orderData('9.00', '2026-05-01');
  await apply(analytics.db, [
    eventOf(
      OrderAmended,
      { ...about, version: 2 },
      { ...data, lines: lines([valve, '4.00'], [valve, '5.00']) },
    ),
  ]);
  await apply(analytics.db, [
    eventOf(OrderAmended, { ...about, version: 3 }, { ...data, lines: lines([valve, '9.00']) }),
  ]);
  const of = { where: { orderId: { eq: ids.order } }, measures: [{ fn: 'SUM', field: 'amount' }] };
  expect(await groups({ fact: 'ORDER_LINE', ...of })).toEqual([': 9.00 CNY']);
});

test('what a customer may owe is kept from what is told privately', async () => {
  const limit = { amount: '1000.00', currency: 'CNY' };
  const data = { currency: 'CNY', isOnHold: false, limit, exposure: limit, paymentTermDays: 30 };
  const event = eventOf(CreditParticularsChanged, { id: newId(), customerId: mine }, data);
  expect(event.visibility).toBe('private');
  await apply(analytics.db, [event]);
  expect(
    await analytics.db.query('SELECT currency, limitAmount, exposureAmount FROM creditAccount'),
  ).toEqual([{ currency: 'CNY', limitAmount: '1000.00', exposureAmount: '1000.00' }]);
});

test('what is for indicators alone is refused with the kinds that there are', async () => {
  const { errors } = await analytics.subgraph.execute(
    '{ factAggregate(fact: TARGET, measures: [{ fn: COUNT }]) { rows { values { value } } } }',
  );
  expect(errors?.[0]).toMatchObject({
    message: 'TARGET is for indicators alone',
    extensions: { code: 'INVALID', fields: [{ path: 'fact' }] },
  });
});
