import { idToBytes, newId } from '@crm/kit/id';
import { until } from '@crm/kit/testing/until';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { as, looked, testCare, type TestCare } from '../testing/care.ts';
import {
  addCustomer,
  addReceivable,
  addStaff,
  cancelReceivable,
  changeCustomer,
  payAll,
  payPart,
  regrade,
  regradeInPrivate,
  useCredit,
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

async function at(day: string): Promise<void> {
  await care.caughtUp();
  care.setClock(new Date(`${day}T02:00:00Z`));
  await looked(care);
}

const ALERTS = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Customer {
  alerts(orderBy: [{ field: "openedAt" }]) { nodes {
    id ruleCode state assignee { id } assigneeRole creditUsedPercent
    evidence { since days thresholdDays thresholdPercent model fromGrade toGrade }
  } }
} } }`;

async function alertsOf(id: string, viewer = as('admin')): Promise<readonly unknown[]> {
  const ids = [{ __typename: 'Customer', id }];
  const { data, errors } = await care.execute(ALERTS, { ids }, viewer);
  expect(errors).toBeUndefined();
  const [customer] = Object(data?.['_entities']);
  return customer.alerts.nodes;
}

const statesOf = async (id: string): Promise<string> =>
  (await alertsOf(id))
    .map(
      (alert) => `${Reflect.get(Object(alert), 'ruleCode')} ${Reflect.get(Object(alert), 'state')}`,
    )
    .join();

const becomes = (id: string, states: string): Promise<void> =>
  until(async () => (await statesOf(id)) === states, { what: states });

/** Nothing but the rule in question finds this one. */
const quiet = { lifecycleStage: 'NO_NEED' } as const;

/** Not its owner, and not whoever gives care: that there is an alert would tell what they may not read. */
async function isForThoseWhoReadFigures(customerId: string, owner: string): Promise<void> {
  const hidden = [as('rep', { staffId: owner }), as('care_agent')];
  for (const viewer of hidden) expect(await alertsOf(customerId, viewer)).toEqual([]);
  for (const viewer of [...hidden, as('analyst')]) {
    const { data } = await care.execute(
      `query ($id: ID!) { alerts(where: { customerId: { eq: $id } }) { totalCount }
        alertAggregate(where: { customerId: { eq: $id } }, groupBy: [{ field: "state" }], measures: [{ fn: COUNT }]) { rows { values { value } } } }`,
      { id: customerId },
      viewer,
    );
    const isHidden = hidden.includes(viewer);
    expect(data).toEqual({
      alerts: { totalCount: isHidden ? 0 : 1 },
      alertAggregate: { rows: isHidden ? [] : [{ values: [{ value: '1' }] }] },
    });
  }
}

describe('a receivable that is overdue', () => {
  test('alerts the owner after 7 days, until all that was due is paid', async () => {
    const owner = await addStaff(care);
    const customerId = await addCustomer(care, { ...quiet, ownerId: owner });
    const due = { customerId, dueOn: '2027-03-11' };
    const first = await addReceivable(care, due);
    const later = await addReceivable(care, { customerId, dueOn: '2027-05-01' });
    await at('2027-03-17');
    expect(await alertsOf(customerId)).toEqual([]);

    await at('2027-03-18');
    expect(await alertsOf(customerId)).toMatchObject([
      {
        ruleCode: 'receivable_overdue',
        assignee: { id: owner },
        evidence: { since: '2027-03-11', days: 7, thresholdDays: 7, thresholdPercent: null },
      },
    ]);
    await payPart(care, first, due);
    await care.caughtUp();
    await looked(care);
    expect(await statesOf(customerId)).toBe('receivable_overdue OPEN');
    await payAll(care, first, due);
    await becomes(customerId, 'receivable_overdue RESOLVED');

    await at('2027-05-08');
    expect(await statesOf(customerId)).toBe('receivable_overdue RESOLVED,receivable_overdue OPEN');
    await cancelReceivable(care, later, { customerId, dueOn: '2027-05-01' });
    await becomes(customerId, 'receivable_overdue RESOLVED,receivable_overdue RESOLVED');
  });
});

describe('a credit limit that is nearly used', () => {
  test('alerts at nine tenths of any account, and ends below; who may not read figures reads none', async () => {
    const lead = await addStaff(care);
    const owner = await addStaff(care, { managerId: lead });
    const customerId = await addCustomer(care, { ...quiet, ownerId: owner });
    const id = newId();
    await useCredit(care, { id, customerId, used: '899.99' });
    await useCredit(care, { id: newId(), customerId, used: '10.00' });
    await care.caughtUp();
    await looked(care);
    expect(await alertsOf(customerId)).toEqual([]);

    await useCredit(care, { id, customerId, used: '925.00' });
    await becomes(customerId, 'credit_limit_near OPEN');
    expect(await alertsOf(customerId)).toMatchObject([
      {
        assignee: { id: lead },
        creditUsedPercent: 92,
        evidence: { since: null, days: null, thresholdPercent: 90 },
      },
    ]);
    await isForThoseWhoReadFigures(customerId, owner);
    await useCredit(care, { id, customerId, used: '0.00' });
    await becomes(customerId, 'credit_limit_near RESOLVED');
  });
});

describe('a grade that fell', () => {
  const fall = { from: ['A', '85.5'], to: ['B', '9.0'] } as const;

  test('alerts for thirty days', async () => {
    const customerId = await addCustomer(care, quiet);
    await regrade(care, { id: newId(), customerId, ...fall });
    await becomes(customerId, 'grade_fell OPEN');
    const on = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    expect(await alertsOf(customerId)).toMatchObject([
      { evidence: { since: on, model: 'customer_value', fromGrade: 'A', toGrade: 'B' } },
    ]);
    const after = new Date(Date.parse(on) + 30 * dayMs).toISOString().slice(0, 10);
    await at(after);
    expect(await statesOf(customerId)).toBe('grade_fell RESOLVED');
  });

  test('is none once it is what it was, and none when it rises or the score alone falls', async () => {
    const customerId = await addCustomer(care, quiet);
    const id = newId();
    await regrade(care, { id, customerId, from: ['B', '70'], to: ['A', '90'] });
    await regrade(care, { id, customerId, from: ['A', '90'], to: ['A', '82'] });
    await care.caughtUp();
    await looked(care);
    expect(await alertsOf(customerId)).toEqual([]);

    await regrade(care, { id, customerId, from: ['A', '82'], to: ['C', '30'] });
    await becomes(customerId, 'grade_fell OPEN');
    await regrade(care, { id, customerId, from: ['C', '30'], to: ['B', '70'] });
    await care.caughtUp();
    await looked(care);
    expect(await statesOf(customerId)).toBe('grade_fell OPEN');
    const [now]: { toGrade: string }[] = await care.db.query(
      'SELECT toGrade FROM gradeFall WHERE customerId = ?',
      [idToBytes(customerId)],
    );
    expect(now).toEqual({ toGrade: 'B' });
    await regrade(care, { id, customerId, from: ['B', '70'], to: ['A', '80.5'] });
    await becomes(customerId, 'grade_fell RESOLVED');
  });

  test('is none while it moves within a day, as it does while data is loaded', async () => {
    const customerId = await addCustomer(care, quiet);
    await regrade(care, { id: newId(), customerId, ...fall, dayBefore: null });
    await care.caughtUp();
    await looked(care);
    expect(await alertsOf(customerId)).toEqual([]);
  });

  test('ends when another version of the model grades', async () => {
    const customerId = await addCustomer(care, quiet);
    const id = newId();
    await regrade(care, { id, customerId, ...fall });
    await becomes(customerId, 'grade_fell OPEN');
    const to = ['D', '0.9'] as const;
    await regrade(care, { id, customerId, from: fall.to, to, dayBefore: null, modelVersion: 2 });
    await becomes(customerId, 'grade_fell RESOLVED');
    expect(
      await care.db.query('SELECT * FROM gradeFall WHERE customerId = ?', [idToBytes(customerId)]),
    ).toEqual([]);
  });

  test('of a model of confidential data names no grade', async () => {
    const lead = await addStaff(care);
    const owner = await addStaff(care, { managerId: lead });
    const customerId = await addCustomer(care, { ...quiet, ownerId: owner });
    await regradeInPrivate(care, { id: newId(), customerId, ...fall });
    await becomes(customerId, 'credit_grade_fell OPEN');
    await isForThoseWhoReadFigures(customerId, owner);
    expect(await alertsOf(customerId)).toMatchObject([
      {
        assignee: { id: lead },
        evidence: { model: 'customer_credit', fromGrade: null, toGrade: null },
      },
    ]);
  });
});

describe('a trading customer without an owner', () => {
  test('waits for the administrators, who reach it without a team too, until somebody owns it', async () => {
    const customerId = await addCustomer(care, { lifecycleStage: 'TRADING' });
    await becomes(customerId, 'owner_missing OPEN');
    const [alert] = await alertsOf(customerId);
    expect(alert).toMatchObject({ assignee: null, assigneeRole: 'ADMIN' });
    const waiting = await care.execute(
      '{ alerts(where: { assigneeRole: { eq: ADMIN } }) { nodes { customer { id } } } }',
    );
    expect(waiting.data?.['alerts']).toEqual({ nodes: [{ customer: { id: customerId } }] });

    const owner = await addStaff(care);
    await changeCustomer(care, customerId, { lifecycleStage: 'TRADING', ownerId: owner });
    await becomes(customerId, 'owner_missing RESOLVED');
  });
});
