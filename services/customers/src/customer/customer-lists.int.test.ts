import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { statementsOf } from '@crm/kit/testing/statements';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { createCustomer, hire, type Person } from '../testing/people.ts';

let customers: TestCustomers;
let wang: Person;

beforeAll(async () => {
  customers = await startCustomers();
  const team = `T-${newId()}`;
  wang = await hire(customers, 'rep', team);
  const colleague = await hire(customers, 'rep', team);
  const stranger = await hire(customers);
  // Their names and sizes are in different orders, and each is somebody's in turn.
  const owners = [wang, colleague, stranger, stranger];
  for (let at = 0; at < 16; at += 1) {
    const input = {
      name: `N${(at * 7) % 16}`,
      headcount: { total: at % 5 === 0 ? null : at % 3 },
      level: at % 4 < 2 ? 'KEY' : null,
    };
    const id = await createCustomer(customers, input, owners[at % 4]?.as);
    // Of strangers one in two is shared, and so is what can be read anyway.
    if (at % 4 !== 3) await share(id, wang.id);
    if (at % 4 === 2) await share(id, wang.teamId);
  }
});
afterAll(() => customers.stop());

const share = (customerId: string, granteeId: string) =>
  customers.execute(
    `mutation ($input: ShareCustomerInput!) { shareCustomer(input: $input) { id } }`,
    {
      input: {
        customerId,
        granteeId,
        granteeKind: granteeId === wang.id ? 'STAFF' : 'TEAM',
        access: 'READ',
      },
    },
  );

type Args = { readonly where?: object; readonly orderBy?: readonly object[] };

async function namesOf(args: Args, as: TestRequest, pages: object = { first: 100 }) {
  const { data, errors } = await customers.execute(
    `query ($where: CustomerWhere, $orderBy: [OrderBy!], $first: Int, $after: String, $last: Int, $before: String) {
      customers(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
        nodes { name } totalCount
        pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`,
    { ...args, ...pages },
    as,
  );
  expect(errors).toBeUndefined();
  const { nodes, ...more } = Object(data?.['customers']);
  return { names: nodes.map(({ name }: { name: string }) => name), ...more };
}

async function pageThrough(args: Args, isBackward: boolean): Promise<string[]> {
  const names: string[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await namesOf(
      args,
      wang.as,
      isBackward ? { last: 5, before: cursor } : { first: 5, after: cursor },
    );
    if (isBackward) names.unshift(...page.names);
    else names.push(...page.names);
    const { startCursor, endCursor, hasNextPage, hasPreviousPage } = page.pageInfo;
    if (!(isBackward ? hasPreviousPage : hasNextPage)) return names;
    cursor = isBackward ? startCursor : endCursor;
  }
}

describe('A list of what is owned, of the team, and shared', () => {
  const sorts: readonly (readonly [string, Args])[] = [
    ['newest first', {}],
    ['by name', { orderBy: [{ field: 'name' }] }],
    ['by a field that some lack', { orderBy: [{ field: 'headcount.total', direction: 'DESC' }] }],
    ['of a level', { where: { level: { eq: 'KEY' } }, orderBy: [{ field: 'name' }] }],
    ['of no level', { where: { not: { level: { eq: 'KEY' } } }, orderBy: [{ field: 'code' }] }],
  ];

  test.each(sorts)('holds each once and in the order of all, %s', async (_, args) => {
    const everyone = await namesOf(args, {});
    const own = await namesOf(args, wang.as);
    const hidden = [3, 7, 11, 15].map((at) => `N${(at * 7) % 16}`);
    expect(own.names).toEqual(everyone.names.filter((name: string) => !hidden.includes(name)));
    expect(own.names.length).toBeGreaterThan(2);
    expect(own.totalCount).toBe(own.names.length);
    expect(await pageThrough(args, false)).toEqual(own.names);
    expect(await pageThrough(args, true)).toEqual(own.names);
  });

  test('shows nothing to those who reach nothing', async () => {
    const viewer = { roles: ['partner' as const], staffId: null, teamIds: [] };
    expect((await namesOf({}, { viewer })).names).toEqual([]);
  });

  test('is read by one statement, in which each way has its key', async () => {
    const statements = await statementsOf(customers.db, () =>
      customers.execute('{ customers(first: 5) { nodes { name } } }', {}, wang.as),
    );
    expect(statements).toHaveLength(1);
    expect(statements[0]?.sql.match(/ UNION /g)).toHaveLength(2);
  });
});
