import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { eventsOf, makeRecord, statementsOf } from '../testing/records.ts';

let customers: TestCustomers;
let customerId: string;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());
beforeEach(async () => {
  customerId = await makeRecord(customers, 'createCustomer', { name: 'Acme' });
});

type Variables = Readonly<Record<string, unknown>>;

const open = (more: object = {}): Promise<string> =>
  makeRecord(customers, 'createOpportunity', { customerId, name: '二期水泵', ...more });

const record = (more: object = {}): Promise<string> =>
  makeRecord(customers, 'recordNeed', { customerId, title: '泵房改造', ...more });

/** Runs one mutation on one record, and gives what is selected or why it was refused. */
async function change(mutation: string, input: Variables, select = 'id'): Promise<unknown> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await customers.execute(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${select} } }`,
    { input },
  );
  return errors?.[0]?.extensions ?? data?.[mutation];
}

const needOf = async (id: string): Promise<unknown> => {
  const { data } = await customers.execute(
    'query ($id: ID!) { need(id: $id) { status fulfilledOn opportunity { id } } }',
    { id },
  );
  return data?.['need'];
};

describe('an opportunity', () => {
  test('begins in the first stage with its probability, and is weighted by it', async () => {
    const input = { customerId, name: '二期水泵', amount: { amount: '1000.55' } };
    const answer = await change(
      'createOpportunity',
      input,
      `
      stage { code } status probability weightedAmount { amount currency }
      stageHistory { nodes { from { code } to { code } probability } } version`,
    );
    expect(answer).toEqual({
      stage: { code: 'CONTACT' },
      status: 'OPEN',
      probability: 10,
      weightedAmount: { amount: '100.06', currency: 'CNY' },
      stageHistory: { nodes: [{ from: null, to: { code: 'CONTACT' }, probability: 10 }] },
      version: 1,
    });
  });

  test('moves through stages, forwards and back, and keeps each step', async () => {
    const id = await open({ amount: { amount: '100' }, stage: 'QUALIFIED' });
    const select = 'version stage { code } probability weightedAmount { amount }';
    expect(
      await change('moveOpportunity', { id, stage: 'PROPOSAL', note: '已报价' }, select),
    ).toEqual({
      version: 2,
      stage: { code: 'PROPOSAL' },
      probability: 50,
      weightedAmount: { amount: '50.00' },
    });
    expect(
      await change('moveOpportunity', { id, stage: 'QUALIFIED', probability: 15 }, select),
    ).toMatchObject({ probability: 15, weightedAmount: { amount: '15.00' } });
    const { data } = await customers.execute(
      `query ($id: ID!) { opportunity(id: $id) { stageHistory(first: 2) {
        totalCount nodes { from { code } to { code } note daysInStage }
      } } }`,
      { id },
    );
    expect(data?.['opportunity']).toEqual({
      stageHistory: {
        totalCount: 3,
        nodes: [
          { from: { code: 'PROPOSAL' }, to: { code: 'QUALIFIED' }, note: null, daysInStage: 0 },
          { from: { code: 'QUALIFIED' }, to: { code: 'PROPOSAL' }, note: '已报价', daysInStage: 0 },
        ],
      },
    });
    expect(await eventsOf(customers, id)).toEqual([
      '1 opportunity.opened',
      '2 opportunity.stage_changed',
      '3 opportunity.stage_changed',
    ]);
  });

  test('is closed with its reason, changed no more, and taken up again', async () => {
    const id = await open();
    const closed = await change(
      'closeOpportunity',
      { id, outcome: 'LOST', lossReason: 'PRICE', note: '低价中标', closedOn: '2026-11-20' },
      'status stage { code outcome } probability closedOn lossReason { label } closeNote',
    );
    expect(closed).toEqual({
      status: 'LOST',
      stage: { code: 'LOST', outcome: 'LOST' },
      probability: 0,
      closedOn: '2026-11-20',
      lossReason: { label: '价格' },
      closeNote: '低价中标',
    });
    for (const [mutation, input] of [
      ['updateOpportunity', { id, name: 'x' }],
      ['moveOpportunity', { id, stage: 'PROPOSAL' }],
      ['closeOpportunity', { id, outcome: 'WON' }],
    ] as const) {
      expect(await change(mutation, input)).toMatchObject({ code: 'RULE_VIOLATION' });
    }
    const reopened = await change(
      'reopenOpportunity',
      { id, stage: 'NEGOTIATION' },
      'status stage { code } closedOn lossReason { code } closeNote probability',
    );
    expect(reopened).toEqual({
      status: 'OPEN',
      stage: { code: 'NEGOTIATION' },
      closedOn: null,
      lossReason: null,
      closeNote: null,
      probability: 75,
    });
    expect(await change('reopenOpportunity', { id })).toMatchObject({ code: 'RULE_VIOLATION' });
    const won = await change(
      'closeOpportunity',
      { id, outcome: 'WON', winReason: 'QUALITY' },
      'status winReason { code } closedOn',
    );
    expect(won).toMatchObject({ status: 'WON', winReason: { code: 'QUALITY' } });
    expect((await eventsOf(customers, id)).slice(1)).toEqual([
      '2 opportunity.lost',
      '3 opportunity.reopened',
      '4 opportunity.won',
    ]);
  });

  test.each([
    ['a stage that is none', 'createOpportunity', { stage: 'NOPE' }, 'stage'],
    ['a stage that ends it', 'createOpportunity', { stage: 'WON' }, 'stage'],
    ['a blank name', 'createOpportunity', { name: ' ' }, 'name'],
    ['a negative amount', 'createOpportunity', { amount: { amount: '-1' } }, 'amount.amount'],
    ['a probability above 100', 'createOpportunity', { probability: 101 }, 'probability'],
    [
      'a salesperson that is none',
      'createOpportunity',
      { salespersonId: newId() },
      'salespersonId',
    ],
    [
      'an unknown reason',
      'closeOpportunity',
      { outcome: 'LOST', lossReason: 'NOPE' },
      'lossReason',
    ],
    ['losing without a reason', 'closeOpportunity', { outcome: 'LOST' }, 'lossReason'],
    ['abandoning without a word', 'closeOpportunity', { outcome: 'ABANDONED' }, 'note'],
    ['a move to a stage that ends it', 'moveOpportunity', { stage: 'LOST' }, 'stage'],
    ['an empty probability', 'updateOpportunity', { probability: null }, 'probability'],
  ])('refuses %s', async (_, mutation, more, path) => {
    const subject =
      mutation === 'createOpportunity' ? { customerId, name: 'x' } : { id: await open() };
    expect(await change(mutation, { ...subject, ...more })).toMatchObject({
      code: 'INVALID',
      fields: [{ path }],
    });
  });

  test('refuses to move where it is, and what changed meanwhile', async () => {
    const id = await open();
    expect(await change('moveOpportunity', { id, stage: 'CONTACT' })).toMatchObject({
      code: 'RULE_VIOLATION',
    });
    await change('updateOpportunity', { id, name: '新名称' });
    expect(
      await change('updateOpportunity', { id, expectedVersion: 1, name: '另一名称' }),
    ).toMatchObject({ code: 'CONFLICT' });
    expect(await eventsOf(customers, id)).toContain('2 opportunity.updated');
  });

  test('belongs to those who reach the customer', async () => {
    const id = await open();
    const rep: Partial<Viewer> = { roles: ['rep'], staffId: newId() };
    const { data } = await customers.execute(
      'query ($id: ID!) { opportunity(id: $id) { name } opportunities { totalCount } }',
      { id },
      { viewer: rep },
    );
    expect(data).toEqual({ opportunity: null, opportunities: { totalCount: 0 } });
    const { errors } = await customers.execute(
      'mutation ($id: ID!) { moveOpportunity(input: { id: $id, stage: "PROPOSAL" }) { id } }',
      { id },
      { viewer: rep },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const agent = await customers.execute(
      'mutation ($id: ID!) { createOpportunity(input: { customerId: $id, name: "x" }) { id } }',
      { id: customerId },
      { viewer: { roles: ['care_agent'] } },
    );
    expect(agent.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is listed, filtered and added up by stage, its weight too', async () => {
    await open({ amount: { amount: '100' }, stage: 'PROPOSAL' });
    await open({ amount: { amount: '40' }, stage: 'PROPOSAL', probability: 25 });
    await open({ amount: { amount: '7' }, stage: 'CONTACT' });
    const { data, errors } = await customers.execute(
      `query ($id: ID!) {
        opportunities(
          where: { customerId: { eq: $id }, weightedAmount: { amount: { gte: "10" } } }
          orderBy: [{ field: "weightedAmount.amount", direction: DESC }]
        ) { nodes { weightedAmount { amount } } }
        opportunityAggregate(
          where: { customerId: { eq: $id } }, groupBy: [{ field: "stage" }]
          measures: [{ fn: SUM, field: "amount" }, { fn: SUM, field: "weightedAmount" }]
        ) { rows { keys { value } values { value currency } } }
        customers(where: { opportunities: { some: { amount: { amount: { eq: "7" } }, customerId: { eq: $id } } } }) {
          totalCount
        }
      }`,
      { id: customerId },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      opportunities: {
        nodes: [{ weightedAmount: { amount: '50.00' } }, { weightedAmount: { amount: '10.00' } }],
      },
      opportunityAggregate: {
        rows: [
          { keys: [{ value: 'CONTACT' }], values: [{ value: '7.00' }, { value: '0.70' }] },
          {
            keys: [{ value: 'PROPOSAL' }],
            values: [
              { value: '140.00', currency: 'CNY' },
              { value: '60.00', currency: 'CNY' },
            ],
          },
        ],
      },
      customers: { totalCount: 1 },
    });
  });
});

describe('stages', () => {
  const survey = {
    code: 'SURVEY',
    labels: { zh: '现场勘察', en: 'Survey' },
    probability: 35,
    order: 1,
    outcome: 'OPEN',
  };

  test('are defined by the company, and keep their outcome once they are used', async () => {
    expect(await change('saveOpportunityStage', survey, 'code labels { zh } active')).toEqual({
      code: 'SURVEY',
      labels: { zh: '现场勘察' },
      active: true,
    });
    const id = await open({ stage: 'SURVEY' });
    expect(
      await change('saveOpportunityStage', { ...survey, outcome: 'WON', probability: 100 }),
    ).toMatchObject({ code: 'RULE_VIOLATION' });
    await change('saveOpportunityStage', { ...survey, active: false });
    const { data } = await customers.execute(
      'query ($id: ID!) { opportunity(id: $id) { stage { code active } } opportunityStages { code } }',
      { id },
    );
    expect(data).toMatchObject({ opportunity: { stage: { code: 'SURVEY', active: false } } });
    expect(
      await change('createOpportunity', { customerId, name: 'x', stage: 'SURVEY' }),
    ).toMatchObject({ fields: [{ path: 'stage' }] });
  });

  test('refuse a probability that contradicts the outcome, and those who do not set up', async () => {
    expect(
      await change('saveOpportunityStage', { ...survey, code: 'X', outcome: 'LOST' }),
    ).toMatchObject({ code: 'INVALID', fields: [{ path: 'probability' }] });
    const { errors } = await customers.execute(
      `mutation ($input: SaveOpportunityStageInput!) { saveOpportunityStage(input: $input) { id } }`,
      { input: survey },
      { viewer: { roles: ['manager'] } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a need', () => {
  test('is recorded with what is known of it, and refers to people and interactions', async () => {
    const [raisedById, interactionId] = [newId(), newId()];
    const answer = await change(
      'recordNeed',
      {
        customerId,
        title: '泵房改造',
        quantity: '12.5000',
        budget: { amount: '80000.00' },
        neededBy: '2027-03-01',
        priority: 'HIGH',
        raisedById,
        interactionId,
      },
      'id status quantity budget { amount } priority raisedBy { id } interaction { id } version',
    );
    expect(answer).toMatchObject({
      status: 'OPEN',
      quantity: '12.5000',
      budget: { amount: '80000.00' },
      priority: 'HIGH',
      raisedBy: { id: raisedById },
      interaction: { id: interactionId },
      version: 1,
    });
    const { id } = z.object({ id: z.string() }).parse(answer);
    expect(await eventsOf(customers, id)).toEqual(['1 need.recorded']);
  });

  test.each([
    ['a blank title', { title: ' ' }, 'title'],
    ['a quantity of nothing', { quantity: '0' }, 'quantity'],
    ['a negative budget', { budget: { amount: '-1' } }, 'budget.amount'],
    ['a product that is none', { productId: newId() }, 'productId'],
    ['a person whose id is none', { raisedById: 'x' }, 'raisedById'],
  ])('refuses %s', async (_, more, path) => {
    expect(await change('recordNeed', { customerId, title: 'x', ...more })).toMatchObject({
      code: 'INVALID',
      fields: [{ path }],
    });
  });

  test('goes its way by its steps, and is not changed once it is settled', async () => {
    const id = await record();
    const step = (status: string, more: object = {}) =>
      change('changeNeedStatus', { id, status, ...more }, 'status statusReason');
    expect(await step('CONFIRMED')).toMatchObject({ status: 'CONFIRMED' });
    expect(await step('MATCHED')).toMatchObject({ code: 'RULE_VIOLATION' });
    expect(await step('WITHDRAWN')).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'reason' }],
    });
    expect(await step('WITHDRAWN', { reason: '预算取消' })).toEqual({
      status: 'WITHDRAWN',
      statusReason: '预算取消',
    });
    expect(await change('updateNeed', { id, title: 'x' })).toMatchObject({
      code: 'RULE_VIOLATION',
    });
    expect(await step('OPEN')).toEqual({ status: 'OPEN', statusReason: null });
    expect(await change('updateNeed', { id, title: '泵房二期' }, 'title')).toEqual({
      title: '泵房二期',
    });
    expect(await step('FULFILLED', { reason: '库存现货' })).toMatchObject({ status: 'FULFILLED' });
    expect(await step('OPEN')).toMatchObject({ code: 'RULE_VIOLATION' });
    expect(await eventsOf(customers, id)).toEqual([
      '1 need.recorded',
      '2 need.changed',
      '3 need.changed',
      '4 need.changed',
      '5 need.changed',
      '6 need.fulfilled',
    ]);
  });

  test('becomes an opportunity with what it says, and is met when that is won', async () => {
    const needId = await record({ budget: { amount: '500' }, neededBy: '2027-03-01' });
    const opportunity = await change(
      'convertNeedToOpportunity',
      { needId, stage: 'PROPOSAL' },
      'id name amount { amount } expectedCloseOn need { id status }',
    );
    expect(opportunity).toMatchObject({
      name: '泵房改造',
      amount: { amount: '500.00' },
      expectedCloseOn: '2027-03-01',
      need: { id: needId, status: 'MATCHED' },
    });
    const { id } = z.object({ id: z.string() }).parse(opportunity);
    expect(await change('convertNeedToOpportunity', { needId })).toMatchObject({
      code: 'RULE_VIOLATION',
    });
    await change('closeOpportunity', { id, outcome: 'WON', closedOn: '2026-11-29' });
    expect(await needOf(needId)).toMatchObject({ status: 'FULFILLED', opportunity: { id } });
    await change('reopenOpportunity', { id });
    expect(await needOf(needId)).toMatchObject({ status: 'MATCHED', fulfilledOn: null });
  });

  test('waits for another opportunity when its own is lost', async () => {
    const needId = await record();
    const first = await open({ needId });
    await change('closeOpportunity', { id: first, outcome: 'LOST', lossReason: 'DELIVERY' });
    expect(await needOf(needId)).toMatchObject({ status: 'CONFIRMED' });
    const second = await open({ needId });
    expect(await needOf(needId)).toMatchObject({ status: 'MATCHED', opportunity: { id: second } });
    await change('reopenOpportunity', { id: first });
    expect(await needOf(needId)).toMatchObject({ opportunity: { id: second } });
  });

  test('of another customer makes no opportunity of this one', async () => {
    const needId = await record();
    const other = await makeRecord(customers, 'createCustomer', { name: 'Other' });
    expect(
      await change('createOpportunity', { customerId: other, name: 'x', needId }),
    ).toMatchObject({ code: 'INVALID', fields: [{ path: 'needId' }] });
    expect(await needOf(needId)).toMatchObject({ status: 'OPEN' });
  });

  test('is found by what its opportunity is, and counted by status', async () => {
    const needId = await record();
    await open({ needId, stage: 'NEGOTIATION' });
    await record();
    const { data, errors } = await customers.execute(
      `query ($id: ID!) {
        needs(where: { customerId: { eq: $id }, opportunity: { stage: { eq: "NEGOTIATION" } } }) {
          nodes { id }
        }
        needAggregate(
          where: { customerId: { eq: $id } }, groupBy: [{ field: "status" }], measures: [{ fn: COUNT }]
        ) { rows { keys { value label } values { value } } }
      }`,
      { id: customerId },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      needs: { nodes: [{ id: needId }] },
      needAggregate: {
        rows: [
          { keys: [{ value: 'OPEN', label: '已记录' }], values: [{ value: '1' }] },
          { keys: [{ value: 'MATCHED' }], values: [{ value: '1' }] },
        ],
      },
    });
  });
});

const sale = (opportunityId: string, more: object = {}): Variables => ({
  customerId,
  opportunityId,
  orderedOn: '2026-11-01',
  dueOn: '2026-12-01',
  lines: [{ quantity: '1', unitPrice: '500' }],
  ...more,
});

describe('from a need to the money', () => {
  test('one query reads all of the way', async () => {
    const needId = await record({ budget: { amount: '500' } });
    const opportunityId = await open({ needId });
    const orderId = await makeRecord(customers, 'recordOrder', sale(opportunityId));
    for (const amount of ['200', '300']) {
      await makeRecord(customers, 'recordPayment', {
        customerId,
        receivedOn: '2026-11-20',
        amount: { amount },
      });
    }
    const { data, errors } = await customers.execute(
      `query ($id: ID!) { need(id: $id) { title opportunity { name orders { nodes {
        id opportunity { id } payments(orderBy: [{ field: "amount.amount" }]) { totalCount nodes { amount { amount } } }
      } } } } }`,
      { id: needId },
    );
    expect(errors).toBeUndefined();
    expect(data?.['need']).toEqual({
      title: '泵房改造',
      opportunity: {
        name: '二期水泵',
        orders: {
          nodes: [
            {
              id: orderId,
              opportunity: { id: opportunityId },
              payments: {
                totalCount: 2,
                nodes: [{ amount: { amount: '200.00' } }, { amount: { amount: '300.00' } }],
              },
            },
          ],
        },
      },
    });
  });

  test('an order is of an opportunity of its customer that is not lost, imported or not', async () => {
    const lost = await open();
    await change('closeOpportunity', { id: lost, outcome: 'LOST', lossReason: 'PRICE' });
    const other = await makeRecord(customers, 'createCustomer', { name: 'Other' });
    const foreign = await makeRecord(customers, 'createOpportunity', {
      customerId: other,
      name: 'x',
    });
    for (const opportunityId of [lost, foreign, newId()]) {
      expect(await change('recordOrder', sale(opportunityId))).toMatchObject({
        code: 'INVALID',
        fields: [{ path: 'opportunityId' }],
      });
    }
    const rows = [foreign, await open()].map((opportunityId) =>
      sale(opportunityId, { source: 'erp', externalRef: newId() }),
    );
    expect(
      await change('upsertOrders', { rows }, 'created refused rows { problems { path } }'),
    ).toEqual({
      created: 1,
      refused: 1,
      rows: [{ problems: [{ path: 'opportunityId' }] }, { problems: [] }],
    });
  });
});

test('needs and opportunities are entities of the graph', async () => {
  const [need, opportunity] = [await record(), await open()];
  const { data } = await customers.execute(
    `query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on Need { title } ... on Opportunity { name }
    } }`,
    {
      of: [
        { __typename: 'Opportunity', id: opportunity },
        { __typename: 'Need', id: newId() },
        { __typename: 'Need', id: need },
      ],
    },
  );
  expect(data?.['_entities']).toEqual([{ name: '二期水泵' }, null, { title: '泵房改造' }]);
});

test('thirty customers with their pipeline take as many statements as three', async () => {
  for (let at = 0; at < 30; at += 1) {
    customerId = await makeRecord(customers, 'createCustomer', { name: `Lister ${at}` });
    await open({ needId: await record() });
  }
  const query = `query ($first: Int) { customers(first: $first) { nodes {
          needs { nodes { title opportunity { stage { code } } } }
          opportunities { totalCount nodes {
            name stage { labels { zh } } need { title } salesperson { name }
            orders { nodes { payments { nodes { id } } } } stageHistory { nodes { to { code } } }
          } }
        } } }`;
  const few = await statementsOf(customers, query, { first: 3 });
  expect(await statementsOf(customers, query, { first: 30 })).toBe(few);
});
