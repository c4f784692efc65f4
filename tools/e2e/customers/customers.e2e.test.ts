import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Leads every code and name, so that the tests of others on this mesh do not matter. */
const mark = `e${Date.now()}`;
const [sellerCode, buyerCode] = [`${mark}-seller`, `${mark}-other`];

let system: TestMesh;
let admin: string;
/** Sales representatives of two teams. */
let seller: string;
let other: string;
let staffIds: readonly string[];

beforeAll(async () => {
  system = await startTestMesh();
  admin = await system.token({ roles: ['admin'] });
  const codes = [sellerCode, buyerCode];
  await upsert('upsertTeams', 'UpsertTeamsInput', rowsOf(codes));
  staffIds = await upsert(
    'upsertStaff',
    'UpsertStaffInput',
    codes.map((code) => ({ code, name: code, teamCode: code })),
  );
  seller = await system.token({ roles: ['rep'], staff: sellerCode });
  other = await system.token({ roles: ['rep'], staff: buyerCode });
}, meshMsMax);

const rowsOf = (codes: readonly string[]): readonly object[] =>
  codes.map((code) => ({ code, name: code }));

/** The data of an answer that must have no errors. */
async function ask(query: string, variables: Variables = {}, token = admin): Promise<unknown> {
  const { data, errors } = await system.graphql({ token, query, variables });
  expect(errors).toEqual([]);
  return data;
}

const bulkSchema = z.object({
  made: z.object({ refused: z.literal(0), rows: z.array(z.object({ id: z.string() })) }),
});

async function upsert(
  mutation: string,
  type: string,
  rows: readonly object[],
): Promise<readonly string[]> {
  const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { refused rows { id } } }`;
  const { made } = bulkSchema.parse(await ask(query, { input: { rows } }));
  return made.rows.map(({ id }) => id);
}

const idSchema = z.object({ made: z.object({ id: z.string() }) });

async function make(mutation: string, input: Variables, token = admin): Promise<string> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
  return idSchema.parse(await ask(query, { input }, token)).made.id;
}

let customersMade = 0;

const customer = (input: Variables = {}): Promise<string> =>
  make('createCustomer', { name: `${mark} ${(customersMade += 1)}`, ...input });

const order = (customerId: string, total: string): Promise<string> =>
  make('recordOrder', {
    customerId,
    orderedOn: '2026-11-02',
    dueOn: '2026-12-31',
    lines: [{ quantity: '1', unitPrice: total }],
  });

/** What a query answers once that is what is expected, or in the end: services hear of each other. */
async function inTheEnd(query: string, variables: Variables, expected: unknown): Promise<unknown> {
  let data: unknown;
  const isSo = async (): Promise<boolean> => {
    ({ data } = await system.graphql({ token: admin, query, variables }));
    return isDeepStrictEqual(data, expected);
  };
  await eventually(query, isSo).catch(() => undefined);
  return data;
}

describe('customers, through the gateway', () => {
  test('a custom number defined at run time is filtered, sorted and grouped by at once', async () => {
    const key = `${mark}Machines`;
    await ask(
      `mutation ($input: CustomFieldDefinitionInput!) {
      defineCustomField(input: $input) { key } }`,
      {
        input: {
          entity: 'Customer',
          key,
          type: 'NUMBER',
          labels: { zh: '机器数', en: 'Machines' },
        },
      },
    );
    const ids: string[] = [];
    for (const value of [3, 40, 5]) ids.push(await customer({ customFields: [{ key, value }] }));
    const [few, many, some] = ids;

    const where = { customFields: [{ key, op: 'GTE', value: 5 }] };
    const orderBy = [{ field: `custom.${key}`, direction: 'DESC' }];
    const found = await ask(
      `query ($where: CustomerWhere, $orderBy: [OrderBy!]) {
        customers(where: $where, orderBy: $orderBy, first: 10) { nodes { id } } }`,
      { where, orderBy },
    );
    expect(found).toEqual({ customers: { nodes: [{ id: many }, { id: some }] } });
    const grouped = await ask(
      `query ($where: CustomerWhere, $field: String!) {
        customerAggregate(where: $where, groupBy: [{ field: $field }], measures: [{ fn: COUNT }]) {
          rows { values { value } } } }`,
      { where: { id: { in: [few, many, some] } }, field: `custom.${key}` },
    );
    const one = { values: [{ value: '1' }] };
    expect(grouped).toEqual({ customerAggregate: { rows: [one, one, one] } });
  });

  test('a payment moves the exposure, its record, the receivable and the figures', async () => {
    const customerId = await customer();
    const limit = { amount: '1000', currency: 'CNY' };
    await make('setCreditLimit', { customerId, limit, reason: '授信' });
    await order(customerId, '300');
    const amount = { amount: '120', currency: 'CNY' };
    await make('recordPayment', { customerId, receivedOn: '2026-11-05', amount });

    const expected = {
      customer: {
        credit: {
          exposure: { amount: '180.00' },
          available: { amount: '820.00' },
          events: { nodes: [{ kind: 'PAID_ON_TIME' }, { kind: 'USED' }, { kind: 'LIMIT_SET' }] },
        },
        receivables: { nodes: [{ balance: { amount: '180.00' }, status: 'OPEN' }] },
        transactionSummary: { orderCount: 1, receivable: { amount: '180.00' } },
      },
    };
    const query = `query ($id: ID!) { customer(id: $id) {
        credit { exposure { amount } available { amount } events { nodes { kind } } }
        receivables { nodes { balance { amount } status } }
        transactionSummary { orderCount receivable { amount } } } }`;
    expect(await inTheEnd(query, { id: customerId }, expected)).toEqual(expected);
  });

  test('who hands a customer over may read it until a day, and the term says why', async () => {
    const [from, to] = staffIds;
    const id = await customer({ ownerId: from });
    await ask(
      'mutation ($input: TransferCustomersInput!) { transferCustomers(input: $input) { refused } }',
      {
        input: { ids: [id], toOwnerId: to, reason: '区域调整' },
      },
    );
    const query = `query ($id: ID!) { customer(id: $id) { id ownershipHistory { nodes { kind reason owner { code } } } } }`;
    const [read, stranger] = await Promise.all([
      ask(query, { id }, seller),
      ask(query, { id: await customer({ ownerId: to }) }, seller),
    ]);
    expect(read).toEqual({
      customer: {
        id,
        ownershipHistory: {
          nodes: [
            { kind: 'TRANSFERRED', reason: '区域调整', owner: { code: buyerCode } },
            { kind: 'CREATED', reason: null, owner: { code: sellerCode } },
          ],
        },
      },
    });
    expect(stranger).toEqual({ customer: null });
    const change =
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id } }';
    const { errors } = await system.graphql({
      token: seller,
      query: change,
      variables: { input: { id, phone: '1' } },
    });
    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a distributor has its end users, and they their distributor', async () => {
    const [distributor, user] = [
      await customer({ channelRole: 'DISTRIBUTOR' }),
      await customer({ channelRole: 'END_USER' }),
    ];
    await make('relateCustomers', { fromId: distributor, type: 'SUPPLIES', toId: user });
    const query = `query ($id: ID!, $type: [String!]) { customer(id: $id) {
      relations(type: $type) { nodes { from { ... on Customer { id } } to { ... on Customer { id } } } } } }`;
    const nodes = [{ from: { id: distributor }, to: { id: user } }];
    for (const [id, type] of [
      [distributor, 'SUPPLIES'],
      [user, 'SUPPLIED_BY'],
    ]) {
      expect(await ask(query, { id, type })).toEqual({ customer: { relations: { nodes } } });
    }
  });

  test('a merged customer is found by its old id in every service, and comes back whole', async () => {
    const [survivor, gone] = [await customer(), await customer()];
    for (const id of [survivor, gone]) {
      await order(id, '10');
      expect(await inTheEnd(ofAll, { id }, of(id, 1))).toEqual(of(id, 1));
      await upsert('upsertPeople', 'UpsertPeopleInput', [
        { name: `${mark} ${id}`, affiliation: { customerId: id, roles: ['KEY_PERSON'] } },
      ]);
    }
    expect(await inTheEnd(ofAll, { id: gone }, of(gone, 1, 1))).toEqual(of(gone, 1, 1));
    const merge = await make('mergeCustomers', { survivorId: survivor, mergedId: gone });
    expect(await inTheEnd(ofAll, { id: gone }, of(survivor, 2, 2))).toEqual(of(survivor, 2, 2));
    await make('unmergeCustomers', { id: merge });
    for (const id of [survivor, gone])
      expect(await inTheEnd(ofAll, { id }, of(id, 1, 1))).toEqual(of(id, 1, 1));
  });

  test('a salesperson is told that another team has a customer already, and nothing else', async () => {
    const [, to] = staffIds;
    const name = `上海${mark}精密机械有限公司`;
    await customer({ name, ownerId: to });
    const query = `query ($input: CheckCustomerDuplicatesInput!) { checkCustomerDuplicates(input: $input) {
      score fields customer { id name } team { code } } }`;
    const input = { name: `上海${mark}精密机械` };
    const [match] = z
      .object({ checkCustomerDuplicates: z.array(z.unknown()).length(1) })
      .parse(await ask(query, { input }, seller)).checkCustomerDuplicates;
    expect(match).toMatchObject({
      customer: null,
      team: { code: buyerCode },
      fields: expect.arrayContaining(['NAME']),
    });
    expect(await ask(query, { input }, other)).toMatchObject({
      checkCustomerDuplicates: [{ customer: { name } }],
    });
  });
});

/** Of a customer what four services know. */
const ofAll = `query ($id: ID!) { customer(id: $id) { id orders { totalCount }
  transactionSummary { orderCount } alerts(where: { ruleCode: { eq: "contact_overdue" } }) { totalCount } affiliations { totalCount } } }`;

const of = (id: string, orders: number, people = 0): object => ({
  customer: {
    id,
    orders: { totalCount: orders },
    transactionSummary: { orderCount: orders },
    alerts: { totalCount: 0 },
    affiliations: { totalCount: people },
  },
});
