import { until } from '@crm/kit/testing/until';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { looked, testCare, type TestCare } from '../testing/care.ts';
import {
  addCustomer,
  addOrder,
  addStaff,
  addVisit,
  cancelOrder,
  changeCustomer,
  removeCustomer,
  removeVisit,
} from '../testing/customers.ts';
import { startAlertJob, type AlertJob } from './alert.job.ts';

const dayMs = 86_400_000;
let care: TestCare;
let job: AlertJob;

beforeAll(async () => {
  care = await testCare();
  job = startAlertJob(care.app, { leaseMs: 600 });
});
afterAll(async () => {
  await job.stop();
  await care.stop();
});
beforeEach(() => care.setClock(new Date()));

/** Moves the clock and waits until everything that follows has happened. */
async function after(days: number): Promise<void> {
  await care.caughtUp();
  // Another test may have looked at that day before: nobody looks at it again unless today was between.
  await looked(care);
  care.setClock(new Date(Date.now() + days * dayMs));
  await looked(care);
}

const ALERTS = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Customer {
  alerts(orderBy: [{ field: "openedAt" }]) { nodes {
    id ruleCode state severity version assignee { id } rule { label } escalatedAt snoozedUntil
    evidence { level lifecycleStage days thresholdDays } closedBy { id } note
  } }
} } }`;

async function alertsOf(id: string): Promise<readonly unknown[]> {
  const { data, errors } = await care.execute(ALERTS, { ids: [{ __typename: 'Customer', id }] });
  expect(errors).toBeUndefined();
  const [customer] = Object(data?.['_entities']);
  return customer.alerts.nodes;
}

async function eventsOf(customerId: string): Promise<readonly string[]> {
  const rows: { type: string }[] = await care.db.query(
    'SELECT type FROM outbox WHERE payload->>"$.customerId" = ? ORDER BY id',
    [customerId],
  );
  return rows.map(({ type }) => type);
}

async function dataOf(customerId: string, type: string): Promise<unknown> {
  const [row]: { data: unknown }[] = await care.db.query(
    'SELECT payload->"$.data" AS data FROM outbox WHERE payload->>"$.customerId" = ? AND type = ?',
    [customerId, type],
  );
  return row?.data;
}

const asked = (mutation: string, input: object) =>
  care.execute(`mutation { ${mutation}(input: ${graphql(input)}) { id state version } }`);

const graphql = (input: object): string =>
  `{ ${Object.entries(input)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')} }`;

const rulesOf = async (id: string): Promise<readonly unknown[]> =>
  (await alertsOf(id)).map((alert) => Reflect.get(Object(alert), 'ruleCode'));

const idOf = (alert: unknown): string => String(Reflect.get(Object(alert), 'id'));

describe('contact overdue (scenario 15)', () => {
  test('fires at 14 days for a strategic customer and at 60 for others, and goes to the owner', async () => {
    const owner = await addStaff(care);
    const strategic = await addCustomer(care, { level: 'STRATEGIC', ownerId: owner });
    const other = await addCustomer(care, { level: 'REGULAR', ownerId: owner });
    const unrated = await addCustomer(care, { ownerId: owner });

    await after(13);
    expect(await alertsOf(strategic)).toEqual([]);

    await after(14);
    expect(await alertsOf(strategic)).toMatchObject([
      {
        ruleCode: 'contact_overdue',
        rule: { label: '客户联系超期' },
        state: 'OPEN',
        severity: 'WARNING',
        assignee: { id: owner },
        evidence: {
          level: 'STRATEGIC',
          lifecycleStage: 'POTENTIAL',
          days: 14,
          thresholdDays: 14,
        },
      },
    ]);

    await after(59);
    expect(await alertsOf(other)).toEqual([]);
    await after(60);
    for (const id of [other, unrated]) {
      expect(await alertsOf(id)).toMatchObject([{ evidence: { days: 60, thresholdDays: 60 } }]);
    }
  });

  test('escalates to the one above the owner after 7 days, unless somebody acknowledged it', async () => {
    const lead = await addStaff(care);
    const owner = await addStaff(care, { managerId: lead });
    const ignored = await addCustomer(care, { level: 'STRATEGIC', ownerId: owner });
    const seen = await addCustomer(care, { level: 'STRATEGIC', ownerId: owner });
    await after(14);
    const [alert] = await alertsOf(seen);
    expect(await asked('acknowledgeAlert', { id: idOf(alert) })).toMatchObject({
      data: { acknowledgeAlert: { state: 'ACKNOWLEDGED', version: 2 } },
    });

    await after(20);
    expect(await alertsOf(ignored)).toMatchObject([{ assignee: { id: owner }, escalatedAt: null }]);
    await after(21.01);
    await until(async () => (await eventsOf(ignored)).includes('alert.escalated'), {
      what: 'escalated',
    });
    expect(await alertsOf(ignored)).toMatchObject([{ state: 'OPEN', assignee: { id: lead } }]);
    expect(await alertsOf(seen)).toMatchObject([
      { state: 'ACKNOWLEDGED', assignee: { id: owner }, escalatedAt: null },
    ]);
  });

  test('resolves itself within a second when a visit is logged, and comes back when that was a mistake', async () => {
    const customer = await addCustomer(care, { level: 'STRATEGIC' });
    await after(15);
    expect(await alertsOf(customer)).toMatchObject([{ state: 'OPEN' }]);

    const toldAt = Date.now();
    const visit = await addVisit(care, customer, care.app.now());
    await until(async () => (await eventsOf(customer)).includes('alert.resolved'), {
      what: 'resolved',
    });
    expect(Date.now() - toldAt).toBeLessThan(1000);
    expect(await alertsOf(customer)).toMatchObject([{ state: 'RESOLVED', closedBy: null }]);

    await removeVisit(care, visit);
    await until(async () => (await alertsOf(customer)).length === 2, { what: 'opened again' });
    expect(await eventsOf(customer)).toEqual(['alert.opened', 'alert.resolved', 'alert.opened']);
  });

  test('counts calendar days of the company from the last visit', async () => {
    const customer = await addCustomer(care, { level: 'STRATEGIC' });
    // One minute before midnight in Shanghai, then one minute after the midnight 14 days later.
    await addVisit(care, customer, new Date('2027-03-01T15:59:00Z'));
    await care.caughtUp();
    care.setClock(new Date('2027-03-14T16:01:00Z'));
    await looked(care);
    expect(await alertsOf(customer)).toMatchObject([{ evidence: { days: 14 } }]);
  });

  test('never has two open alerts for one customer, however often it looks', async () => {
    const customer = await addCustomer(care, { level: 'STRATEGIC' });
    for (const days of [14, 15, 16]) {
      await after(days);
      await changeCustomer(care, customer, { level: 'STRATEGIC', name: `改名${days}` });
      await care.caughtUp();
    }
    await looked(care);

    expect(await alertsOf(customer)).toHaveLength(1);
  });
});

describe('no business (scenario 16)', () => {
  test('fires for a trading customer after the threshold and not for a potential one', async () => {
    const trading = await addCustomer(care, { lifecycleStage: 'TRADING' });
    const potential = await addCustomer(care, { lifecycleStage: 'POTENTIAL' });
    await after(181);

    expect(await rulesOf(trading)).toEqual(
      expect.arrayContaining(['no_business', 'contact_overdue']),
    );
    expect(await rulesOf(potential)).toEqual(['contact_overdue']);
  });

  test('ends with an order, and is back when the order is cancelled', async () => {
    const customer = await addCustomer(care, { lifecycleStage: 'TRADING' });
    await after(181);
    const noBusiness = async () =>
      (await alertsOf(customer))
        .filter((alert) => Reflect.get(Object(alert), 'ruleCode') === 'no_business')
        .map((alert) => Reflect.get(Object(alert), 'state'));
    expect(await noBusiness()).toEqual(['OPEN']);

    const on = care.app.now().toISOString().slice(0, 10);
    const order = await addOrder(care, customer, on);
    await until(async () => (await noBusiness()).join() === 'RESOLVED', { what: 'resolved' });
    await cancelOrder(care, { id: order, customerId: customer, on });
    await until(async () => (await noBusiness()).join() === 'RESOLVED,OPEN', { what: 'back' });
  });

  test('applies an order that comes before its customer', async () => {
    const ownerId = await addStaff(care);
    const customer = await addCustomer(care, { lifecycleStage: 'TRADING', ownerId });
    await addOrder(care, customer, new Date(Date.now() + 100 * dayMs).toISOString().slice(0, 10));
    await after(181);

    expect(await alertsOf(customer)).toMatchObject([{ ruleCode: 'contact_overdue' }]);
  });
});

describe('an alert', () => {
  test('goes with the customer to its new owner, and ends when the customer leaves the rule', async () => {
    const [before, later] = [await addStaff(care), await addStaff(care)];
    const customer = await addCustomer(care, { level: 'STRATEGIC', ownerId: before });
    await after(14);
    await changeCustomer(care, customer, { level: 'STRATEGIC', ownerId: later });
    await until(async () => (await eventsOf(customer)).includes('alert.assigned'), {
      what: 'assigned',
    });
    expect(await dataOf(customer, 'alert.assigned')).toMatchObject({
      changes: { assigneeId: { from: before, to: later } },
    });
    expect(await alertsOf(customer)).toMatchObject([{ assignee: { id: later }, state: 'OPEN' }]);

    await changeCustomer(care, customer, { lifecycleStage: 'NO_NEED', ownerId: later });
    await until(async () => (await eventsOf(customer)).includes('alert.resolved'), {
      what: 'resolved',
    });
  });

  test('is resolved when its customer is deleted', async () => {
    const customer = await addCustomer(care, { level: 'STRATEGIC' });
    await after(14);
    await removeCustomer(care, customer);

    await until(async () => (await eventsOf(customer)).includes('alert.resolved'), {
      what: 'resolved',
    });
    expect(await alertsOf(customer)).toMatchObject([{ state: 'RESOLVED' }]);
  });

  test('wakes when it was snoozed until now', async () => {
    const customer = await addCustomer(care, { level: 'STRATEGIC' });
    await after(14);
    const id = idOf((await alertsOf(customer))[0]);
    const until14 = new Date(care.app.now().getTime() + 2 * dayMs).toISOString();
    expect(await asked('snoozeAlert', { id, until: until14 })).toMatchObject({
      data: { snoozeAlert: { state: 'SNOOZED' } },
    });
    await after(15);
    expect(await alertsOf(customer)).toMatchObject([{ state: 'SNOOZED', snoozedUntil: until14 }]);

    await after(16.01);
    await until(async () => (await eventsOf(customer)).includes('alert.woken'), { what: 'woken' });
    expect(await alertsOf(customer)).toMatchObject([{ state: 'OPEN', snoozedUntil: null }]);
  });

  test('that was dismissed comes back only after its cause was gone', async () => {
    const customer = await addCustomer(care, { level: 'STRATEGIC' });
    await after(14);
    const id = idOf((await alertsOf(customer))[0]);
    await asked('dismissAlert', { id, reason: '客户休假' });
    await after(40);
    expect(await alertsOf(customer)).toMatchObject([{ state: 'DISMISSED', note: '客户休假' }]);

    await addVisit(care, customer, care.app.now());
    await after(41);
    await after(55);
    expect(await alertsOf(customer)).toMatchObject([{ state: 'DISMISSED' }, { state: 'OPEN' }]);
  });
});
