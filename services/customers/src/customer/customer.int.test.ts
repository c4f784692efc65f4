import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { hire } from '../testing/people.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());

const CREATE = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    id code name version lifecycleStage { label } headcount { total } finance { bankCreditRating }
  }
}`;
const UPDATE = `mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { id name version phone finance { bankCreditRating } }
}`;
const UPSERT = `mutation ($rows: [CreateCustomerInput!]!) {
  upsertCustomers(input: { rows: $rows }) {
    created updated unchanged refused rows { outcome problems { path message } }
  }
}`;

const created = z.object({ createCustomer: z.object({ id: z.string(), version: z.number() }) });

async function create(input: Readonly<Record<string, unknown>>): Promise<string> {
  const { data } = await customers.execute(CREATE, { input });
  return created.parse(data).createCustomer.id;
}

const eventsOf = (id: string): Promise<unknown[]> =>
  customers.db.query(
    'SELECT type, version FROM outbox WHERE aggregateId = UUID_TO_BIN(?) ORDER BY version',
    [id],
  );

describe('createCustomer', () => {
  test('stores what is given, fills what is not, and records the event', async () => {
    const input = {
      name: '上海恒泰机械有限公司 𠮷😀',
      headcount: { male: 3, female: 4, total: 9 },
    };
    const { data, errors } = await customers.execute(CREATE, { input });

    expect(errors).toBeUndefined();
    expect(data?.['createCustomer']).toMatchObject({
      name: input.name,
      version: 1,
      lifecycleStage: { label: '潜在客户' },
      headcount: { total: 9 },
    });
    expect(await eventsOf(created.parse(data).createCustomer.id)).toEqual([
      { type: 'customer.created', version: 1 },
    ]);
  });

  test.each([
    ['a blank name', { name: ' ' }, 'name'],
    ['a NUL', { name: 'a\0b' }, 'name'],
    ['over-long text', { name: '长'.repeat(201) }, 'name'],
    ['a value outside the vocabulary', { name: 'a', level: 'NOPE' }, 'level'],
    [
      'headcounts that do not add up',
      { name: 'a', headcount: { male: 5, female: 6, total: 9 } },
      'headcount.total',
    ],
    [
      'a wrong check character',
      { name: 'a', registrationNumber: '91310000MA1FL0AB10' },
      'registrationNumber',
    ],
    ['an owner that does not exist', { name: 'a', ownerId: newId() }, 'ownerId'],
    [
      'an undefined custom field',
      { name: 'a', customFields: [{ key: 'size', value: 1 }] },
      'customFields.size',
    ],
  ])('refuses %s, names the field and stores nothing', async (_, input, path) => {
    const before = await customers.db.query('SELECT COUNT(*) n FROM customer');
    const { errors } = await customers.execute(CREATE, { input });

    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
    expect(await customers.db.query('SELECT COUNT(*) n FROM customer')).toEqual(before);
  });

  test('refuses a registration number that a live customer has, and frees it on delete', async () => {
    const registrationNumber = '110105012345678';
    const id = await create({ name: 'First', registrationNumber });
    const again = await customers.execute(CREATE, {
      input: { name: 'Second', registrationNumber },
    });
    expect(again.errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      fields: [{ path: 'registrationNumber' }],
      existingId: id,
    });

    await customers.execute(`mutation { deleteCustomer(input: { id: "${id}" }) { id } }`);
    const second = await create({ name: 'Second', registrationNumber });
    const restored = await customers.execute(
      `mutation { restoreCustomer(input: { id: "${id}" }) { id } }`,
    );
    expect(restored.errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      existingId: second,
    });
  });

  test('does nothing again when a call is repeated, and refuses its id with other input', async () => {
    const input = { name: 'Once', clientMutationId: newId() };
    const first = await customers.execute(CREATE, { input });
    const second = await customers.execute(CREATE, { input });
    const other = await customers.execute(CREATE, { input: { ...input, name: 'Twice' } });

    expect(second.data).toEqual(first.data);
    expect(other.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
  });
});

describe('updateCustomer', () => {
  test('merges changes of other fields and shows all three values of the same one', async () => {
    const id = await create({ name: 'Acme', phone: '1' });
    await customers.execute(UPDATE, { input: { id, expectedVersion: 1, phone: '2' } });
    const merged = await customers.execute(UPDATE, {
      input: { id, expectedVersion: 1, name: 'Acme Ltd' },
    });
    expect(merged.data?.['updateCustomer']).toMatchObject({
      name: 'Acme Ltd',
      phone: '2',
      version: 3,
    });

    const refused = await customers.execute(UPDATE, {
      input: { id, expectedVersion: 1, phone: '3' },
    });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 3,
      conflicts: [{ path: 'phone', base: '1', theirs: '2', yours: '3' }],
    });
    expect(await eventsOf(id)).toHaveLength(3);
  });

  test.each(['x', '', '1'.repeat(300)])('says that %j is no id, instead of failing', async (id) => {
    const { errors } = await customers.execute(UPDATE, { input: { id, name: 'Acme' } });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('is no id'),
      extensions: { code: 'INVALID' },
    });
  });

  test('writes nothing when nothing is different', async () => {
    const id = await create({ name: 'Still', headcount: { total: 5 } });
    const { data } = await customers.execute(UPDATE, { input: { id, headcount: { total: 5 } } });
    expect(data?.['updateCustomer']).toMatchObject({ version: 1 });
  });

  test('keeps the history of a field, newest first', async () => {
    const id = await create({ name: 'One' });
    await customers.execute(UPDATE, { input: { id, name: 'Two' } });
    await customers.execute(UPDATE, { input: { id, name: 'Three' } });
    const { data } = await customers.execute(
      `{ customer(id: "${id}") { fieldHistory(fields: ["name"]) { nodes { field from to version } } } }`,
    );
    expect(data).toEqual({
      customer: {
        fieldHistory: {
          nodes: [
            { field: 'name', from: 'Two', to: 'Three', version: 3 },
            { field: 'name', from: 'One', to: 'Two', version: 2 },
          ],
        },
      },
    });
  });
});

describe('upsertCustomers', () => {
  test('keeps the good rows, lists the bad ones, and changes nothing the second time', async () => {
    const rows = [
      { code: 'U1', name: 'One', tags: ['a'] },
      { code: 'U2', name: 'Two', level: 'NOPE' },
      { code: 'U3', name: 'Three' },
      { code: 'u3', name: 'Three again' },
    ];
    const first = await customers.execute(UPSERT, { rows });
    expect(first.data?.['upsertCustomers']).toEqual({
      created: 2,
      updated: 0,
      unchanged: 0,
      refused: 2,
      rows: [
        { outcome: 'CREATED', problems: [] },
        {
          outcome: 'REFUSED',
          problems: [{ path: 'level', message: '"NOPE" is no active term of customer_level' }],
        },
        { outcome: 'CREATED', problems: [] },
        {
          outcome: 'REFUSED',
          problems: [{ path: 'code', message: 'is named twice in this call' }],
        },
      ],
    });

    const second = await customers.execute(UPSERT, {
      rows: [rows[0], { ...rows[2], name: 'Drei' }],
    });
    expect(second.data?.['upsertCustomers']).toMatchObject({
      created: 0,
      updated: 1,
      unchanged: 1,
    });
  });
});

describe('lists', () => {
  test('page by key through equal and empty sort values, forward and backward', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => ({
      code: `P${at}`,
      name: `Page ${at}`,
      source: 'paging',
      ...(at % 3 > 0 && { level: at % 3 === 1 ? 'KEY' : 'SMALL' }),
    }));
    await customers.execute(UPSERT, { rows });
    const LIST = `query ($first: Int, $after: String, $last: Int, $before: String) {
      customers(where: { source: { eq: "paging" } }, orderBy: [{ field: "level" }],
        first: $first, after: $after, last: $last, before: $before) {
        nodes { code } pageInfo { hasNextPage endCursor startCursor } totalCount
      }
    }`;
    const page = z.object({
      customers: z.object({
        nodes: z.array(z.object({ code: z.string() })),
        pageInfo: z.object({
          hasNextPage: z.boolean(),
          endCursor: z.string().nullable(),
          startCursor: z.string().nullable(),
        }),
        totalCount: z.literal(25),
      }),
    });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await customers.execute(LIST, { first: 7, after });
      const { nodes, pageInfo } = page.parse(data).customers;
      seen.push(...nodes.map(({ code }) => code));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);

    const last = page.parse((await customers.execute(LIST, { last: 7 })).data).customers;
    expect(last.nodes.map(({ code }) => code)).toEqual(seen.slice(-7));
  });

  test('cost as many statements for many customers as for one', async () => {
    const LIST = `query ($first: Int) { customers(first: $first) { nodes {
      name level { label } owner { name } orders(first: 2) { nodes { number } totalCount } } } }`;
    const count = (first: number): Promise<number> =>
      countStatements(customers.db, () => customers.execute(LIST, { first }));
    expect(await count(30)).toBe(await count(3));
  });

  test('name an unknown field and refuse a page that is too large', async () => {
    const sorted = await customers.execute(
      '{ customers(orderBy: [{ field: "nope" }]) { nodes { id } } }',
    );
    expect(sorted.errors?.[0]?.message).toBe('Customer has no field "nope"');
    const large = await customers.execute('{ customers(first: 101) { nodes { id } } }');
    expect(large.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
  });
});

describe('access', () => {
  test('a salesperson changes only own customers and reads no finance', async () => {
    await customers.execute(
      'mutation { upsertStaff(input: { rows: [{ code: "A1", name: "A" }, { code: "A2", name: "B" }] }) { created } }',
    );
    const { data } = await customers.execute(
      '{ staff(where: { code: { in: ["A1", "A2"] } }) { nodes { id code } } }',
    );
    const staff = z
      .object({
        staff: z.object({ nodes: z.array(z.object({ id: z.string(), code: z.string() })) }),
      })
      .parse(data).staff.nodes;
    const idOf = (code: string): string => staff.find((each) => each.code === code)?.id ?? '';
    const own = await create({
      name: 'Own',
      ownerId: idOf('A1'),
      finance: { bankCreditRating: 'GOOD' },
    });
    const foreign = await create({ name: 'Foreign', ownerId: idOf('A2') });
    const viewer = { viewer: { subject: 'a1', roles: ['rep' as const], staffId: idOf('A1') } };

    const read = await customers.execute(
      `{ own: customer(id: "${own}") { name finance { bankCreditRating } } foreign: customer(id: "${foreign}") { name } }`,
      {},
      viewer,
    );
    expect(read.data).toEqual({ own: { name: 'Own', finance: null }, foreign: null });

    const entities = await customers.execute(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { name } } }',
      { r: [{ __typename: 'Customer', id: foreign }] },
      viewer,
    );
    expect(entities.data).toEqual({ _entities: [null] });

    const written = await customers.execute(
      UPDATE,
      { input: { id: foreign, name: 'Mine' } },
      viewer,
    );
    expect(written.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const filtered = await customers.execute(
      '{ customers(where: { finance: { bankCreditRating: { eq: GOOD } } }) { nodes { id } } }',
      {},
      viewer,
    );
    expect(filtered.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

const countBy = (field: string): string =>
  `customerAggregate(where: { source: { eq: "labels" } }, groupBy: [{ field: "${field}" }], measures: [{ fn: COUNT }]) {
    rows { keys { value zh: label en: label(locale: EN) } } }`;

const fairRow = (zh: string): object => ({ rows: [{ keys: [{ value: 'FAIR', zh, en: 'Fair' }] }] });

describe('labels', () => {
  test('name what a history changed and what a figure is grouped by, each field in its own words', async () => {
    const input = { name: 'Labels', source: 'labels', peerReputation: 'FAIR' };
    const id = await create({ ...input, finance: { bankCreditRating: 'FAIR' } });
    await customers.execute(UPDATE, { input: { id, peerReputation: 'GOOD' } });
    await customers.execute(UPDATE, { input: { id, peerReputation: 'FAIR' } });
    const { data } = await customers.execute(`{
      peers: ${countBy('peerReputation')} bank: ${countBy('finance.bankCreditRating')}
      customer(id: "${id}") { fieldHistory(first: 1) { nodes { zh: label en: label(locale: EN) } } }
    }`);

    expect(data).toEqual({
      peers: fairRow('普通'),
      bank: fairRow('一般'),
      customer: { fieldHistory: { nodes: [{ zh: '同行评价', en: 'Peer reputation' }] } },
    });
  });

  test('name the terms of vocabularies and the staff by which figures are grouped', async () => {
    const { id: ownerId } = await hire(customers);
    await create({ name: 'Named groups', source: 'labels', level: 'KEY', industry: 'B', ownerId });
    const query = `{ customerAggregate(
      where: { source: { eq: "labels" }, level: { isNull: false } }, measures: [{ fn: COUNT }]
      groupBy: [{ field: "level" }, { field: "industry" }, { field: "ownerId" }]
    ) { rows { keys { value zh: label en: label(locale: EN) } } } }`;
    const { data } = await customers.execute(query);
    const staff = expect.any(String);
    expect(data).toEqual({
      customerAggregate: {
        rows: [
          {
            keys: [
              { value: 'KEY', zh: '重点客户', en: 'Key' },
              { value: 'B', zh: '采矿业', en: 'Mining' },
              { value: ownerId, zh: staff, en: staff },
            ],
          },
        ],
      },
    });
    const { data: shared } = await customers.execute(query, {}, { viewer: { roles: ['partner'] } });
    expect(shared).toEqual({ customerAggregate: { rows: [] } });
  });
});
