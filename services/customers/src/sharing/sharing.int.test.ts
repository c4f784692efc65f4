import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { until } from '@crm/kit/testing/until';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { codeOf, createCustomer, hire, type Person } from '../testing/people.ts';

let customers: TestCustomers;
let wang: Person;
let li: Person;
let customerId: string;

beforeAll(async () => {
  customers = await startCustomers();
  wang = await hire(customers);
  li = await hire(customers);
  customerId = await createCustomer(customers, { fax: '1' }, wang.as);
  await customers.execute(
    `mutation { recordOrder(input: { customerId: "${customerId}", orderedOn: "2026-03-01",
      lines: [{ quantity: "1", unitPrice: "5" }] }) { id } }`,
  );
});
afterAll(() => customers.stop());

const share = (input: Readonly<Record<string, unknown>>, as: TestRequest = wang.as) =>
  customers.execute(
    `mutation ($input: ShareCustomerInput!) { shareCustomer(input: $input) { id access version expiresAt } }`,
    { input: { customerId, granteeKind: 'STAFF', granteeId: li.id, access: 'READ', ...input } },
    as,
  );

const revoke = (granteeId: string, as: TestRequest = wang.as) =>
  customers.execute(
    `mutation ($input: RevokeShareInput!) { revokeShare(input: $input) { revokedAt } }`,
    { input: { customerId, granteeId } },
    as,
  );

/** What somebody sees of the customer by every path: itself, lists, what belongs to it, figures. */
async function sight({ as }: Pick<Person, 'as'>): Promise<readonly unknown[]> {
  const { data, errors } = await customers.execute(
    `{ customer(id: "${customerId}") { fax }
       customers(where: { id: { eq: "${customerId}" } }) { totalCount }
       salesOrders(where: { customerId: { eq: "${customerId}" } }) { totalCount }
       customerAggregate(where: { id: { eq: "${customerId}" } }, measures: [{ fn: COUNT }]) { rows { values { value } } } }`,
    {},
    as,
  );
  expect(errors).toBeUndefined();
  const count = (path: string): unknown => Reflect.get(Object(data?.[path]), 'totalCount');
  return [data?.['customer'] !== null, count('customers'), count('salesOrders')];
}

const all = [true, 1, 1];
const none = [false, 0, 0];

const write = ({ as }: Person, fax: string) =>
  customers.execute(
    `mutation { updateCustomer(input: { id: "${customerId}", fax: "${fax}" }) { id } }`,
    {},
    as,
  );

describe('shareCustomer', () => {
  test('lets somebody read until it is revoked, and write when that is granted', async () => {
    expect(await sight(li)).toEqual(none);
    await share({});
    expect(await sight(li)).toEqual(all);
    expect(codeOf(await write(li, '2'))).toBe('NOT_FOUND');

    await share({ access: 'WRITE' });
    expect(codeOf(await write(li, '3'))).toBeUndefined();
    expect(codeOf(await share({ granteeId: newId() }, li.as))).toBe('NOT_FOUND');

    const take = `mutation { updateCustomer(input: { id: "${customerId}", ownerId: "${li.id}" }) { id } }`;
    expect(codeOf(await customers.execute(take, {}, li.as))).toBe('FORBIDDEN');
    const remove = `mutation { deleteCustomer(input: { id: "${customerId}" }) { id } }`;
    expect(codeOf(await customers.execute(remove, {}, li.as))).toBe('NOT_FOUND');

    await revoke(li.id);
    expect(await sight(li)).toEqual(none);
    expect(codeOf(await write(li, '4'))).toBe('NOT_FOUND');
    expect(codeOf(await revoke(li.id))).toBe('RULE_VIOLATION');
  });

  test('ends by itself', async () => {
    await share({ expiresAt: new Date(Date.now() + 1000).toISOString() });
    expect(await sight(li)).toEqual(all);
    const isGone = async (): Promise<boolean> => isDeepStrictEqual(await sight(li), none);
    await until(isGone, { what: 'the share has ended' });
  });

  test('lets a team and a partner to it', async () => {
    const [han, partner] = [await hire(customers), newId()];
    await share({ granteeKind: 'TEAM', granteeId: han.teamId });
    expect(await sight(han)).toEqual(all);
    await share({ granteeKind: 'PARTNER', granteeId: partner });
    const as = { viewer: { subject: 'p', roles: ['partner' as const], teamIds: [partner] } };
    expect(await sight({ as })).toEqual(all);
  });

  test('shows who is let to it', async () => {
    await share({ expiresAt: null, note: '联合拜访' });
    const { data } = await customers.execute(
      `{ customer(id: "${customerId}") { shares { nodes { access note staffMember { id } grantedBy { id } } } } }`,
      {},
      wang.as,
    );
    expect(data).toMatchObject({
      customer: {
        shares: {
          nodes: expect.arrayContaining([
            {
              access: 'READ',
              note: '联合拜访',
              staffMember: { id: li.id },
              grantedBy: { id: wang.id },
            },
          ]),
        },
      },
    });
  });

  test.each([
    ['nobody we know', () => ({ granteeId: newId() }), 'granteeId'],
    ['a team that is none', () => ({ granteeKind: 'TEAM' }), 'granteeId'],
    ['no id', () => ({ granteeId: 'x' }), 'granteeId'],
    ['a day that is over', () => ({ expiresAt: '2020-01-01T00:00:00Z' }), 'expiresAt'],
  ])('refuses %s', async (_, input, path) => {
    const { errors } = await share(input());
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('tells of it, so that other services know', async () => {
    const rows: { type: string }[] = await customers.db.query(
      `SELECT DISTINCT type FROM outbox WHERE type LIKE 'access.%' ORDER BY type`,
    );
    expect(rows.map(({ type }) => type)).toEqual(['access.granted', 'access.revoked']);
  });
});
