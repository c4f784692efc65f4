import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { CustomerDeleted } from '@crm/schemas/events/customer';
import { InteractionRemoved } from '@crm/schemas/events/interaction';
import { OrderAmended, OrderCancelled, OrderRecorded } from '@crm/schemas/events/order';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { ReceivableChanged, ReceivableOpened } from '@crm/schemas/events/receivable';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, eventOf, logged, ordered, orderData } from '../testing/events.ts';

let analytics: TestAnalytics;

beforeAll(async () => {
  analytics = await testAnalytics();
});
afterAll(() => analytics.stop());
beforeEach(async () => {
  const { db } = analytics;
  for (const table of ['customer', 'orderFact', 'paymentFact', 'receivableFact', 'customerFigure'])
    await db.query(`DELETE FROM ${table}`);
});

const SUMMARY = `query ($representations: [_Any!]!, $window: WindowInput, $currency: String) {
  _entities(representations: $representations) { ... on Customer { transactionSummary(window: $window, currency: $currency) {
    currency orderCount orderAmount { amount currency } orderAmountThisYear { amount }
    averageOrderAmount { amount } firstOrderOn lastOrderOn
    paymentCount paymentAmount { amount } paymentAmountThisYear { amount } lastPaymentOn
    receivable { amount } overdue { amount } interactionCount lastInteractionAt
    byCurrency { currency orderCount orderAmount { amount currency } } } } } }`;

async function summaries(
  ids: readonly string[],
  args: Readonly<Record<string, unknown>> = {},
  request: TestRequest = {},
): Promise<readonly unknown[]> {
  const { data, errors } = await analytics.subgraph.execute(
    SUMMARY,
    { representations: ids.map((id) => ({ __typename: 'Customer', id })), ...args },
    request,
  );
  expect(errors).toBeUndefined();
  const entities = data?.['_entities'];
  if (!Array.isArray(entities)) throw new Error('No entities');
  return entities.map((entity: unknown) =>
    typeof entity === 'object' && entity ? Reflect.get(entity, 'transactionSummary') : entity,
  );
}

describe('Customer.transactionSummary', () => {
  test('adds orders, payments and what is owed', async () => {
    const id = newId();
    const receivableId = newId();
    const receivable = {
      orderId: null,
      amount: { amount: '500.00', currency: 'CNY' },
      balance: { amount: '500.00', currency: 'CNY' },
      dueOn: '2026-11-23',
    };
    await apply(analytics.db, [
      created(id),
      ordered(id, '100.10', { orderedOn: '2025-12-31' }),
      ordered(id, '200.25', { orderedOn: '2026-01-01' }),
      eventOf(
        PaymentReceived,
        { id: newId(), customerId: id },
        {
          receivedOn: '2026-03-01',
          amount: { amount: '50.00', currency: 'CNY' },
          method: 'CASH',
          allocations: [],
        },
      ),
      eventOf(ReceivableOpened, { id: receivableId, customerId: id }, receivable),
      eventOf(
        ReceivableChanged,
        { id: receivableId, customerId: id, version: 2 },
        { ...receivable, balance: { amount: '450.00', currency: 'CNY' } },
      ),
      eventOf(
        ReceivableOpened,
        { id: newId(), customerId: id },
        { ...receivable, dueOn: '2026-11-24' },
      ),
    ]);

    expect(await summaries([id])).toEqual([
      {
        currency: 'CNY',
        orderCount: 2,
        orderAmount: { amount: '300.35', currency: 'CNY' },
        orderAmountThisYear: { amount: '200.25' },
        averageOrderAmount: { amount: '150.18' },
        firstOrderOn: '2025-12-31',
        lastOrderOn: '2026-01-01',
        paymentCount: 1,
        paymentAmount: { amount: '50.00' },
        paymentAmountThisYear: { amount: '50.00' },
        lastPaymentOn: '2026-03-01',
        receivable: { amount: '950.00' },
        overdue: { amount: '450.00' },
        interactionCount: 0,
        lastInteractionAt: null,
        byCurrency: [
          { currency: 'CNY', orderCount: 2, orderAmount: { amount: '300.35', currency: 'CNY' } },
        ],
      },
    ]);
  });

  test('never adds unlike currencies', async () => {
    const id = newId();
    await apply(analytics.db, [
      created(id),
      ordered(id, '7.00', { currency: 'USD' }),
      ordered(id, '7.00', { currency: 'USD' }),
    ]);
    expect(await summaries([id])).toMatchObject([
      { currency: 'USD', orderCount: 2, orderAmount: { amount: '14.00' } },
    ]);

    await apply(analytics.db, [ordered(id, '5.00', { orderedOn: '2026-01-03' })]);
    expect(await summaries([id])).toMatchObject([
      {
        currency: 'CNY',
        orderCount: 3,
        orderAmount: { amount: '5.00' },
        byCurrency: [
          { currency: 'CNY', orderCount: 1, orderAmount: { amount: '5.00' } },
          { currency: 'USD', orderCount: 2, orderAmount: { amount: '14.00' } },
        ],
      },
    ]);
    expect(await summaries([id], { currency: 'USD' })).toMatchObject([
      { currency: 'USD', orderCount: 3, orderAmount: { amount: '14.00' } },
    ]);
  });

  test('keeps to its window, but for this year and what is owed', async () => {
    const id = newId();
    await apply(analytics.db, [
      created(id),
      ordered(id, '1.00', { orderedOn: '2024-12-31' }),
      ordered(id, '2.00', { orderedOn: '2025-01-01' }),
      ordered(id, '4.00', { orderedOn: '2025-12-31' }),
      ordered(id, '8.00', { orderedOn: '2026-01-01' }),
    ]);

    expect(await summaries([id], { window: { kind: 'LAST_YEAR' } })).toMatchObject([
      {
        orderCount: 2,
        orderAmount: { amount: '6.00' },
        orderAmountThisYear: { amount: '8.00' },
        firstOrderOn: '2025-01-01',
        lastOrderOn: '2025-12-31',
      },
    ]);
  });

  test('begins the year at midnight in Shanghai', async () => {
    const newYear = await testAnalytics(() => new Date('2025-12-31T16:00:00Z'));
    try {
      const id = newId();
      await apply(newYear.db, [
        created(id),
        ordered(id, '1.00', { orderedOn: '2025-12-31' }),
        ordered(id, '2.00', { orderedOn: '2026-01-01' }),
      ]);
      const { data } = await newYear.subgraph.execute(SUMMARY, {
        representations: [{ __typename: 'Customer', id }],
      });
      expect(data?.['_entities']).toMatchObject([
        {
          transactionSummary: {
            orderAmount: { amount: '3.00' },
            orderAmountThisYear: { amount: '2.00' },
          },
        },
      ]);
    } finally {
      await newYear.stop();
    }
  });

  test('follows an order that is amended, and forgets a cancelled one', async () => {
    const id = newId();
    const orderId = newId();
    const about = { id: orderId, customerId: id };
    await apply(analytics.db, [
      created(id),
      eventOf(OrderRecorded, about, orderData('10.00', '2026-05-01')),
      eventOf(
        OrderAmended,
        { ...about, version: 2 },
        orderData('12.00', '2026-05-02', { amount: { amount: '12.00', currency: 'USD' } }),
      ),
    ]);
    expect(await summaries([id])).toMatchObject([
      { currency: 'USD', orderCount: 1, orderAmount: { amount: '12.00' } },
    ]);

    await apply(analytics.db, [
      eventOf(OrderCancelled, { ...about, version: 3 }, orderData('12.00', '2026-05-02')),
    ]);
    expect(await summaries([id])).toMatchObject([
      { orderCount: 0, orderAmount: { amount: '0.00' }, averageOrderAmount: null, byCurrency: [] },
    ]);
    expect(
      await analytics.db.query('SELECT currency, orderCount, orderAmount FROM customerFigure'),
    ).toEqual([
      { currency: 'CNY', orderCount: 0, orderAmount: '0.00' },
      { currency: 'USD', orderCount: 0, orderAmount: '0.00' },
    ]);
  });

  test('counts what passed between us, by days in Shanghai', async () => {
    const id = newId();
    const removed = logged(id, { occurredAt: '2026-11-23T00:00:00Z' });
    await apply(analytics.db, [
      created(id),
      logged(id, { occurredAt: '2025-12-31T15:59:59Z' }),
      logged(id, { occurredAt: '2025-12-31T16:00:00Z' }),
      logged(null),
      removed,
      eventOf(InteractionRemoved, { id: removed.aggregateId, customerId: id, version: 2 }, {}),
    ]);

    expect(await summaries([id])).toMatchObject([
      { interactionCount: 2, lastInteractionAt: '2025-12-31T16:00:00.000Z' },
    ]);
    expect(await summaries([id], { window: { kind: 'LAST_YEAR' } })).toMatchObject([
      { interactionCount: 1, lastInteractionAt: '2025-12-31T15:59:59.000Z' },
    ]);
  });

  test('is null for a customer who is unknown or deleted', async () => {
    const id = newId();
    await apply(analytics.db, [
      created(id),
      eventOf(CustomerDeleted, { id, version: 2, customerId: id }, {}),
    ]);

    expect(await summaries([id, newId(), 'nobody'])).toEqual([null, null, null]);
  });

  test('is null for those who may not read the customer', async () => {
    const [mine, theirs, rep, team] = [newId(), newId(), newId(), newId()];
    await apply(analytics.db, [
      created(mine, { ownerId: rep, teamId: team }),
      created(theirs, { ownerId: newId(), teamId: newId() }),
    ]);

    const asRep = { viewer: { roles: ['rep' as const], staffId: rep, teamIds: [team] } };
    expect(await summaries([mine, theirs], {}, asRep)).toEqual([expect.anything(), null]);
    const asPartner = { viewer: { roles: ['partner' as const] } };
    expect(await summaries([mine], {}, asPartner)).toEqual([null]);
  });

  test('costs the same number of statements for a hundred customers as for one', async () => {
    const ids = Array.from({ length: 100 }, newId);
    await apply(
      analytics.db,
      ids.flatMap((id) => [created(id), ordered(id, '1.00', { orderedOn: '2026-01-01' })]),
    );

    // One of them looks for the customers that were merged.
    expect(await countStatements(analytics.db, () => summaries(ids))).toBe(4);
    expect(await countStatements(analytics.db, () => summaries(ids.slice(0, 1)))).toBe(4);
  });

  test.each([
    [{ window: { kind: 'ROLLING_DAYS' } }, 'ROLLING_DAYS takes 1 to 36600 days'],
    [{ window: { kind: 'BETWEEN', from: '2026-02-01', to: '2026-01-01' } }, 'ends before'],
    [{ currency: 'yuan' }, 'ISO 4217'],
  ])('refuses %j', async (args, message) => {
    const { errors } = await analytics.subgraph.execute(SUMMARY, {
      representations: [{ __typename: 'Customer', id: newId() }],
      ...args,
    });

    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code: 'INVALID' },
    });
  });
});
