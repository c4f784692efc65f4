import { idToBytes, newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { as, looked, testCare, type TestCare } from '../testing/care.ts';
import { addCustomer, addStaff } from '../testing/customers.ts';
import { startAlertJob } from './alert.job.ts';

const team = newId();
let care: TestCare;
let owner: string;
let customers: string[];

/** Twenty strategic customers of one owner, one of nobody, all overdue. */
beforeAll(async () => {
  care = await testCare();
  owner = await addStaff(care, { teamId: team });
  customers = [];
  for (let at = 0; at < 20; at += 1) {
    customers.push(await addCustomer(care, { level: 'STRATEGIC', ownerId: owner, teamId: team }));
  }
  customers.push(await addCustomer(care, { level: 'STRATEGIC' }));
  await care.caughtUp();
  care.setClock(new Date(Date.now() + 14 * 86_400_000));
  const job = startAlertJob(care.app, { leaseMs: 600 });
  await looked(care);
  await job.stop();
  await care.quiet();
});
afterAll(() => care.stop());

const OF_CUSTOMERS = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer {
  id alerts(where: { state: { eq: OPEN } }, first: 5) { totalCount nodes { id rule { label } assignee { id } } }
} } }`;
const OF_STAFF = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on StaffMember {
  openAlerts(first: 100) { totalCount nodes { id customer { id } } }
} } }`;

const readOf = (ids: readonly string[]) =>
  care.execute(OF_CUSTOMERS, { of: ids.map((id) => ({ __typename: 'Customer', id })) });

const alertOf = async (customerId: string): Promise<string> => {
  const { data } = await readOf([customerId]);
  const [customer] = Object(data?.['_entities']);
  return customer.alerts.nodes[0].id;
};

const run = (mutation: string, input: string, viewer?: ReturnType<typeof as>) =>
  care.execute(`mutation { ${mutation}(input: { ${input} }) { id state } }`, {}, viewer);

describe('alerts', () => {
  test('of many customers cost the same statements as those of one', async () => {
    const one = await countStatements(care.db, () => readOf(customers.slice(0, 1)));

    expect(await countStatements(care.db, () => readOf(customers))).toBe(one);
    // One of them looks for the customers that were merged.
    expect(one).toBe(4);
  });

  test('of a member of staff are those that wait for it', async () => {
    await run('acknowledgeAlert', `id: "${await alertOf(customers[0] ?? '')}"`);
    await run('dismissAlert', `id: "${await alertOf(customers[1] ?? '')}", reason: "x"`);

    const { data } = await care.execute(OF_STAFF, {
      of: [{ __typename: 'StaffMember', id: owner }],
    });
    expect(data?.['_entities']).toMatchObject([{ openAlerts: { totalCount: 19 } }]);
  });

  test('are counted by group', async () => {
    const { data } = await care.execute(`{ alertAggregate(
      groupBy: [{ field: "ruleCode" }, { field: "assigneeId" }], measures: [{ fn: COUNT }]
      orderBy: [{ measure: 0, direction: ASC }]
    ) { rows { keys { value label } values { value } } } }`);
    expect(data?.['alertAggregate']).toMatchObject({
      rows: [
        { keys: [{ value: 'contact_overdue' }, { value: null }], values: [{ value: '1' }] },
        {
          keys: [{ value: 'contact_overdue' }, { value: owner, label: '王芳' }],
          values: [{ value: '20' }],
        },
      ],
    });
  });
});

const typeOf = ({ __typename }: { readonly __typename: string }) => ({ __typename });

describe('who may do what', () => {
  const COUNT = '{ alerts { totalCount } }';

  test.each([
    ['the owner', () => as('rep', { staffId: owner, teamIds: [] }), 20],
    ['a colleague', () => as('rep', { teamIds: [team] }), 20],
    ['a rep of another team', () => as('rep'), 0],
    ['the manager of the team', () => as('manager', { teamIds: [newId(), team] }), 20],
    ['a care agent', () => as('care_agent'), 21],
    ['a partner', () => as('partner'), 0],
  ])('%s sees what the customers allow', async (_, viewer, totalCount) => {
    expect((await care.execute(COUNT, {}, viewer())).data).toEqual({ alerts: { totalCount } });
  });

  test.each([
    ['partner', 0],
    ['rep', 1],
  ] as const)('a %s with whom a customer is shared reads %i', async (role, totalCount) => {
    const staffId = newId();
    await care.db.query(
      `INSERT INTO shareGrant (resourceId, granteeId, access, grantedAt) VALUES (?, ?, 'WRITE', NOW())`,
      [idToBytes(customers[6] ?? ''), idToBytes(staffId)],
    );
    const viewer = as(role, { staffId });
    expect((await care.execute(COUNT, {}, viewer)).data).toEqual({ alerts: { totalCount } });
    const groups = await care.execute(
      '{ alertAggregate(groupBy: [{ field: "ruleCode" }], measures: [{ fn: COUNT }]) { rows { values { value } } } }',
      {},
      viewer,
    );
    const rows = totalCount === 0 ? [] : [{ values: [{ value: '1' }] }];
    expect(groups.data?.['alertAggregate']).toEqual({ rows });
    const id = await alertOf(customers[6] ?? '');
    const of = [{ __typename: 'Alert', id }];
    const followed = await care.execute(
      'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }',
      { of },
      viewer,
    );
    expect(followed.data).toEqual({ _entities: totalCount === 0 ? [null] : of.map(typeOf) });
  });

  test('the owner, managers and care agents see to alerts, and nobody else', async () => {
    const id = await alertOf(customers[2] ?? '');
    const colleague = as('rep', { teamIds: [team] });
    for (const [viewer, code] of [
      [colleague, 'FORBIDDEN'],
      [as('analyst'), 'FORBIDDEN'],
    ] as const) {
      const { errors } = await run('acknowledgeAlert', `id: "${id}"`, viewer);
      expect(errors?.[0]?.extensions).toMatchObject({ code });
    }

    const mine = await run('acknowledgeAlert', `id: "${id}"`, as('rep', { staffId: owner }));
    expect(mine.data?.['acknowledgeAlert']).toMatchObject({ state: 'ACKNOWLEDGED' });
    const inADay = new Date(care.app.now().getTime() + 86_400_000).toISOString();
    const agent = await run('snoozeAlert', `id: "${id}", until: "${inADay}"`, as('care_agent'));
    expect(agent.data?.['snoozeAlert']).toMatchObject({ state: 'SNOOZED' });
    const lead = as('manager', { teamIds: [newId(), team] });
    const dismissed = await run('dismissAlert', `id: "${id}", reason: "已转交"`, lead);
    expect(dismissed.data?.['dismissAlert']).toMatchObject({ state: 'DISMISSED' });
  });
});

test('whoever reads no alert hears of none when acknowledging it', async () => {
  const id = await alertOf(customers[7] ?? '');
  const { errors } = await run('acknowledgeAlert', `id: "${id}"`, as('rep'));
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
});

describe('a step that can not be', () => {
  test.each([
    ['without a reason', ['dismissAlert', 'reason: "  "'], 'INVALID'],
    ['for too long a reason', ['dismissAlert', `reason: "${'长'.repeat(501)}"`], 'INVALID'],
    ['until the past', ['snoozeAlert', 'until: "2020-01-01T00:00:00Z"'], 'RULE_VIOLATION'],
    ['for years', ['snoozeAlert', 'until: "2036-01-01T00:00:00Z"'], 'RULE_VIOLATION'],
    ['on an old version', ['acknowledgeAlert', 'expectedVersion: 9'], 'CONFLICT'],
  ] as const)('%s is refused and changes nothing', async (_, [mutation, input], code) => {
    const id = await alertOf(customers[3] ?? '');
    const { errors } = await run(mutation, `id: "${id}", ${input}`);

    expect(errors?.[0]?.extensions).toMatchObject({ code });
    expect((await care.execute(`{ alert(id: "${id}") { state version } }`)).data).toEqual({
      alert: { state: 'OPEN', version: 1 },
    });
  });

  test('about a closed alert is refused', async () => {
    const id = await alertOf(customers[4] ?? '');
    await run('dismissAlert', `id: "${id}", reason: "x"`);

    const { errors } = await run('acknowledgeAlert', `id: "${id}"`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
  });

  test('of a rule that may not be snoozed is refused', async () => {
    await care.db.query("UPDATE alertRule SET snoozable = 0 WHERE code = 'contact_overdue'");
    const id = await alertOf(customers[5] ?? '');
    const inADay = new Date(care.app.now().getTime() + 86_400_000).toISOString();

    const { errors } = await run('snoozeAlert', `id: "${id}", until: "${inADay}"`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
  });
});
