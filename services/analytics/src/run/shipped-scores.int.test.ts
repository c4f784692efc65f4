import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { AlertOpened } from '@crm/schemas/events/alert';
import { ActivityLogged } from '@crm/schemas/events/competitor-activity';
import { CreditParticularsChanged } from '@crm/schemas/events/credit';
import { StaffUpserted } from '@crm/schemas/events/directory';
import { NeedRecorded } from '@crm/schemas/events/need';
import { OpportunityLost, OpportunityWon } from '@crm/schemas/events/opportunity';
import { OpportunityCompetitorAdded } from '@crm/schemas/events/opportunity-competitor';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { ReceivableChanged, ReceivableSettled } from '@crm/schemas/events/receivable';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { runModel } from '../testing/evaluation.ts';
import {
  apply,
  competitorCreated,
  created,
  eventOf,
  logged,
  ordered,
  particulars,
  personCreated,
} from '../testing/events.ts';

let analytics: TestAnalytics;
const now = new Date('2026-11-24T04:00:00Z');
const [customer, person, rival, rep] = [newId(), newId(), newId(), newId()];

const cny = (amount: string) => ({ amount, currency: 'CNY' });

/** A receivable of 100, and the payment of all of it: which of the two is told first is no matter. */
const settled = (dueOn: string, paidOn: string): RecordedEvent[] => {
  const id = newId();
  const allocations = [{ receivableId: id, amount: '100.00' }];
  return [
    eventOf(
      PaymentReceived,
      { id: newId(), customerId: customer },
      { receivedOn: paidOn, amount: cny('100.00'), method: 'CASH', allocations },
    ),
    eventOf(
      ReceivableSettled,
      { id, customerId: customer, version: 2 },
      { orderId: null, amount: cny('100.00'), balance: cny('0.00'), dueOn },
    ),
  ];
};

const owed = (balance: string, dueOn: string): RecordedEvent =>
  eventOf(
    ReceivableChanged,
    { id: newId(), customerId: customer },
    { orderId: null, amount: cny('100.00'), balance: cny(balance), dueOn },
  );

const opportunity = {
  name: '泵站',
  stage: 'CLOSED',
  amount: cny('1000000.00'),
  probability: null,
  expectedCloseOn: null,
  needId: null,
  salespersonId: null,
  closedOn: '2026-10-01',
  winReason: null,
  lossReason: null,
};

const contested = (opportunityId: string, standing: 'ACTIVE' | 'WON'): RecordedEvent =>
  eventOf(
    OpportunityCompetitorAdded,
    { id: newId(), customerId: customer },
    {
      opportunityId,
      customerId: customer,
      competitorId: rival,
      standing,
      since: '2026-06-01',
      incumbent: false,
      quotedPrice: standing === 'WON' ? cny('950000.00') : null,
      productIds: [],
    },
  );

const need = {
  title: '泵',
  status: 'OPEN' as const,
  priority: 'HIGH',
  productId: null,
  neededBy: null,
  raisedById: person,
  interactionId: null,
  opportunityId: null,
};

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  const [lost, open, won] = [newId(), newId(), newId()];
  const move = {
    competitorId: rival,
    kind: 'BID',
    reliability: 'CONFIRMED',
    impact: null,
    customerId: null,
    opportunityId: null,
    competitorProductId: null,
  };
  await apply(analytics.db, [
    eventOf(
      StaffUpserted,
      { id: rep },
      { code: 'S1', name: '李雷', teamId: null, managerId: null, active: true },
    ),
    created(customer, { ownerId: rep, level: 'STRATEGIC', establishedOn: '2021-11-24' }),
    particulars(customer, {
      bankCreditRating: 'GOOD',
      tradeCreditRating: 'FAIR',
      paymentBehaviour: 'SLOW',
      accountingBooks: 'COMPLETE',
      registeredCapital: cny('2500000.00'),
    }),
    eventOf(
      CreditParticularsChanged,
      { id: newId(), customerId: customer },
      {
        currency: 'CNY',
        isOnHold: false,
        limit: cny('1000.00'),
        exposure: cny('850.00'),
        paymentTermDays: 30,
      },
    ),
    // Two on time, one 12 days late, one 24: of 1,200 days ago nothing counts.
    ...settled('2026-03-31', '2026-03-31'),
    ...settled('2026-04-30', '2026-04-01'),
    ...settled('2026-05-31', '2026-06-12'),
    ...settled('2026-06-30', '2026-07-24'),
    ...settled('2023-01-01', '2023-12-31'),
    owed('40.00', '2026-11-01'),
    owed('60.00', '2026-12-31'),
    ordered(customer, '300.00', { orderedOn: '2026-01-28', salespersonId: rep }),
    eventOf(
      NeedRecorded,
      { id: newId(), customerId: customer, occurredAt: '2026-11-01T00:00:00.000000Z' },
      need,
    ),
    personCreated(person),
    eventOf(OpportunityWon, { id: won, customerId: customer }, { ...opportunity, status: 'WON' }),
    eventOf(
      OpportunityLost,
      { id: lost, customerId: customer },
      { ...opportunity, status: 'LOST' },
    ),
    eventOf(
      OpportunityLost,
      { id: open, customerId: customer },
      { ...opportunity, status: 'LOST', closedOn: '2024-01-01' },
    ),
    logged(customer, {
      personIds: [person],
      staffIds: [rep],
      opportunityId: won,
      occurredAt: '2026-11-24T02:00:00Z',
    }),
    logged(customer, {
      kind: 'CALL',
      direction: 'INBOUND',
      personIds: [person],
      careTaskId: newId(),
      occurredAt: '2026-10-25T02:00:00Z',
    }),
    competitorCreated(rival),
    contested(lost, 'WON'),
    contested(open, 'ACTIVE'),
    eventOf(ActivityLogged, { id: newId() }, { ...move, occurredOn: '2026-11-01' }),
    eventOf(ActivityLogged, { id: newId() }, { ...move, occurredOn: '2026-10-01' }),
    eventOf(ActivityLogged, { id: newId() }, { ...move, occurredOn: '2025-10-01' }),
    eventOf(
      AlertOpened,
      { id: newId(), customerId: customer },
      {
        ruleCode: 'contact_overdue',
        severity: 'HIGH',
        state: 'OPEN',
        assigneeId: rep,
        openedAt: '2026-11-01T00:00:00Z',
      },
    ),
  ]);
  for (const [measure, value] of [
    ['ORDER_AMOUNT', '1000.00'],
    ['COLLECTION_AMOUNT', '500.00'],
  ]) {
    await data(
      `mutation ($staffId: ID!, $measure: TargetMeasure!, $value: Decimal!) { saveTarget(input: {
        staffId: $staffId, measure: $measure, period: YEAR, startsOn: "2026-05-01", value: $value }) { id } }`,
      { staffId: rep, measure, value },
    );
  }
});
afterAll(() => analytics.stop());

async function data(query: string, variables: object): Promise<unknown> {
  const { data: found, errors } = await analytics.subgraph.execute(query, { ...variables });
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return found;
}

type Of = { readonly type: string; readonly id: string };

/** What each criterion of a model gave of 100, by the indicator; and the score. */
async function scoreOf(model: string, { type, id }: Of): Promise<Record<string, unknown>> {
  await runModel(analytics.db, model, now);
  const found = await data(
    `query ($of: [_Any!]!, $model: String!) { _entities(representations: $of) { ... on ${type} {
      score(model: $model) { modelVersion score coverage contributions { criterion rawValue contribution } } } } }`,
    { of: [{ __typename: type, id }], model },
  );
  const { contributions, ...rest } = Object(found)['_entities'][0].score;
  type Part = { criterion: string; rawValue: string | null; contribution: string };
  return {
    ...rest,
    parts: Object.fromEntries(
      contributions.map(({ criterion, rawValue, contribution }: Part) => [
        criterion,
        [rawValue, contribution],
      ]),
    ),
  };
}

test('credit: how punctual, how much of the limit, what others say, how strong', async () => {
  expect(await scoreOf('customer_credit', { type: 'Customer', id: customer })).toEqual({
    modelVersion: 2,
    // 45 · (4·0 + 2·0.7 + 1·66/90 + 3·0.2 + 2·0.9996) / 12, 15 · 0.5,
    // 25 · (2·0.8 + 2·0.5 + 3·0.3 + 1·1) / 8, 15 · (0.25 + 0.5 + 300/1095) / 3
    score: '44.43',
    coverage: '0.9500',
    parts: {
      on_time_payment_ratio: ['0.5', '0.00'],
      days_late_average_365d: ['9', '5.25'],
      days_late_max_365d: ['24', '2.75'],
      receivable_overdue_ratio: ['0.4', '2.25'],
      overdue_balance: ['40.00', '7.50'],
      credit_utilisation: ['0.85', '7.50'],
      bank_credit_rating: ['GOOD', '5.00'],
      trade_credit_rating: ['FAIR', '3.13'],
      payment_behaviour: ['SLOW', '2.81'],
      funding_position: [null, '0.00'],
      accounting_books: ['COMPLETE', '3.12'],
      registered_capital: ['2500000.00', '1.25'],
      years_established: ['5', '2.50'],
      days_since_first_order: ['300', '1.37'],
    },
  });
});

test('loyalty of a customer: punctuality and needs beside the orders', async () => {
  const { parts } = await scoreOf('customer_loyalty', { type: 'Customer', id: customer });
  expect(parts).toMatchObject({
    // 15 · (2·0 + 1·0.2) / 3 and 15 · 1/4
    on_time_payment_ratio: ['0.5', '0.00'],
    receivable_overdue_ratio: ['0.4', '1.00'],
    need_count_365d: ['1', '3.75'],
  });
});

test('closeness of a contact: what the person tells and answers', async () => {
  const found = await scoreOf('contact_closeness', { type: 'Person', id: person });
  expect(found).toMatchObject({
    modelVersion: 2,
    parts: {
      // 80 · 3/10 · 1.5/6, 80 · 3/10, 80 · 2/10 · 1, 80 · 2/10 · 1
      person_interactions_90d: ['1.5', '6.00'],
      person_days_since_last_interaction: ['0', '24.00'],
      person_two_way_ratio: ['0.5', '16.00'],
      person_visit_share: ['0.5', '16.00'],
      // 20 · 1/2 · 1/2 each
      person_need_count_365d: ['1', '5.00'],
      person_care_reply_count_365d: ['1', '5.00'],
    },
    score: '72.00',
  });
});

test('loyalty of a contact: chances that were won with the person', async () => {
  const { parts } = await scoreOf('contact_loyalty', { type: 'Person', id: person });
  expect(parts).toMatchObject({
    // 40 · 2/4 · 1/2, 40 · 1/4 · 1/3, 40 · 1/4 · 1/2
    person_won_opportunity_count: ['1', '10.00'],
    person_need_count_365d: ['1', '3.33'],
    person_care_reply_count_365d: ['1', '5.00'],
  });
});

test('threat of a competitor: what was lost to it, its moves, prices and customers', async () => {
  expect(await scoreOf('competitor_threat', { type: 'Competitor', id: rival })).toEqual({
    modelVersion: 1,
    // 60 · (2·0.2 + 3·0.2 + 3·0.5) / 8, 15 · 2/6, 15 · 0.5, 10 · 1/5
    score: '33.25',
    coverage: '1.0000',
    parts: {
      competitor_contested_count_365d: ['2', '3.00'],
      competitor_win_count_365d: ['1', '4.50'],
      competitor_win_amount_365d: ['1000000.00', '11.25'],
      competitor_activity_count_180d: ['2', '5.00'],
      competitor_price_ratio: ['0.95', '7.50'],
      competitor_strategic_customer_count: ['1', '2.00'],
    },
  });
});

test('performance of staff: against the targets, customers won and kept in touch with', async () => {
  expect(await scoreOf('staff_performance', { type: 'StaffMember', id: rep })).toEqual({
    modelVersion: 1,
    // 50 · (3·0.3 + 2·0.8) / 5, 30 · (1/12 + 9/10) / 2, 20 · 1/30
    score: '40.42',
    coverage: '1.0000',
    parts: {
      staff_order_attainment_this_year: ['0.3', '9.00'],
      staff_collection_attainment_this_year: ['0.8', '16.00'],
      staff_new_customer_count_this_year: ['1', '1.25'],
      staff_overdue_contact_count: ['1', '13.50'],
      staff_visit_count_90d: ['1', '0.67'],
    },
  });
});

const performanceOfRep = async (): Promise<unknown> =>
  Object(
    await data(
      `{ _entities(representations: [{ __typename: "StaffMember", id: "${rep}" }]) { ... on StaffMember {
        score(model: "staff_performance") { score } } } }`,
      {},
    ),
  )['_entities'][0].score;

test('what is paid counts for the staff behind the customer, at the next run', async () => {
  await apply(analytics.db, settled('2026-08-31', '2026-08-31'));
  await runModel(analytics.db, 'staff_performance', now);
  // Collections reach the target: 50 · (3·0.3 + 2·1) / 5
  expect(await performanceOfRep()).toEqual({ score: '44.42' });
});
