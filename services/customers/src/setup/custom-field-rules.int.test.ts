import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { holdCustomFields } from '@crm/kit/record/custom-field';
import { testServer } from '@crm/kit/testing/database';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { idToBytes, newId } from '@crm/kit/id';
import { closeCluster, openDatabase } from '@crm/kit/database/database';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { define, shapeFields, type FieldInput } from '../testing/fields.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());

const CREATE = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input, acceptDuplicates: true) { id version customFields { key value } }
}`;
const UPDATE = `mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { id version customFields { key value } }
}`;
const UPSERT = `mutation ($rows: [CreateCustomerInput!]!) {
  upsertCustomers(input: { rows: $rows }) { created refused rows { outcome problems { path message } } }
}`;

type Values = Readonly<Record<string, unknown>>;

const asList = (values: Values): object[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

const send = (customFields: unknown, request: TestRequest = {}): Promise<TestResult> =>
  customers.execute(CREATE, { input: { name: 'Fields', customFields } }, request);

async function create(values: Values): Promise<string> {
  const { data, errors } = await send(asList(values));
  expect(errors).toBeUndefined();
  return String(Object(data?.['createCustomer']).id);
}

const extensionsOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions;

const definitions = (): Promise<unknown> =>
  customers.db.query('SELECT *, HEX(id) FROM customField ORDER BY id');
const countCustomers = (): Promise<unknown> =>
  customers.db.query('SELECT COUNT(*) n FROM customer');

/** Defines fields, and makes their indexes. */
async function defineAll(...fields: readonly FieldInput[]): Promise<void> {
  for (const field of fields) {
    expect((await define(customers, field)).errors).toBeUndefined();
  }
  await shapeFields(customers);
}

describe('A definition', () => {
  beforeAll(async () => {
    await defineAll(
      { key: 'fit', type: 'SELECT', options: ['OLD', 'NEW'] },
      { key: 'fits', type: 'MULTI_SELECT', options: ['OLD', 'NEW'] },
      { key: 'same' },
      { key: 'long' },
    );
    await create({ fit: 'OLD', fits: ['NEW', 'OLD'], same: 'twin', long: '长'.repeat(256) });
    await create({ fit: 'NEW', fits: ['NEW'], same: 'TWIN' });
  });

  test.each<readonly [string, FieldInput, string, string]>([
    ['another type', { key: 'fit', type: 'NUMBER' }, 'type', 'stays SELECT'],
    [
      'an option less that a record has',
      { key: 'fit', type: 'SELECT', options: ['NEW'] },
      'options',
      'must keep "OLD": 1 Customer record has it',
    ],
    [
      'an option less that a record has among others',
      { key: 'fits', type: 'MULTI_SELECT', options: ['NEW'] },
      'options',
      'must keep "OLD"',
    ],
    ['unique values that are not', { key: 'same', unique: true }, 'unique', '2 Customer records'],
    ['an index on longer texts', { key: 'long', indexed: true }, 'indexed', 'shorten them first'],
    ['a key but for its capitals', { key: 'Same' }, 'key', 'differs from "same"'],
    ['a key that is a path', { key: 'a.b' }, 'key', 'must be a letter'],
    ['a key that ends the path', { key: "a'" }, 'key', 'must be a letter'],
    ['a key longer than a name of MySQL', { key: 'k'.repeat(49), indexed: true }, 'key', '48'],
    ['no choices', { key: 'none', type: 'SELECT' }, 'options', 'must name the choices'],
    [
      'a choice twice',
      { key: 'two', type: 'SELECT', options: ['a', 'a'] },
      'options',
      'name a choice twice',
    ],
    ['an empty label', { key: 'blank', labels: { zh: ' ', en: 'x' } }, 'labels', '1 to 200'],
    [
      'an index on several values',
      { key: 'many', type: 'MULTI_SELECT', options: ['a'], indexed: true },
      'indexed',
      'not for MULTI_SELECT',
    ],
    [
      'a sensitive index',
      { key: 'secret', class: 'SENSITIVE', unique: true },
      'indexed',
      'SENSITIVE',
    ],
    ['a kind of record that has none', { key: 'x', entity: 'Team' }, 'entity', 'must be one of'],
  ])('is refused for %s, and nothing is changed', async (_, field, path, message) => {
    const before = await definitions();
    const result = await define(customers, field);

    expect(extensionsOf(result)).toMatchObject({ code: 'INVALID', fields: [{ path }] });
    expect(result.errors?.[0]?.message).toContain(message);
    expect(await definitions()).toEqual(before);
  });

  test('may lose an option that no record has any more', async () => {
    const field = { key: 'spare', type: 'SELECT', options: ['A', 'B'], indexed: true };
    await defineAll(field);
    const { data } = await define(customers, { ...field, options: ['A'] });
    expect(data?.['defineCustomField']).toMatchObject({ indexState: 'READY' });
    expect(extensionsOf(await send([{ key: 'spare', value: 'B' }]))).toMatchObject({
      fields: [{ path: 'customFields.spare', message: 'must be one of A' }],
    });
  });

  test('is made once when two make it at the same time', async () => {
    const results = await Promise.all(
      ['TEXT', 'NUMBER'].map((type) => define(customers, { key: 'raced', type })),
    );
    const refused = results.filter(({ errors }) => errors);
    expect(refused).toHaveLength(1);
    const [{ type }] = await customers.db.query(
      `SELECT type FROM customField WHERE \`key\` = 'raced'`,
    );
    const [made] = results.filter(({ errors }) => !errors);
    expect(made?.data?.['defineCustomField']).toMatchObject({ type });
  });

  test('waits for a record that is just using an option', async () => {
    await defineAll({ key: 'taken', type: 'SELECT', options: ['A', 'B'] });
    const id = await create({});
    const runner = customers.db.createQueryRunner('master');
    await runner.startTransaction();
    await holdCustomFields(runner.manager, 'Customer');
    const defining = define(customers, { key: 'taken', type: 'SELECT', options: ['A'] });
    await runner.query(
      `UPDATE customer SET customFields = '{"taken": "B"}' WHERE id = UUID_TO_BIN(?)`,
      [id],
    );
    await runner.commitTransaction();
    await runner.release();
    expect(extensionsOf(await defining)).toMatchObject({ fields: [{ path: 'options' }] });
  });

  test('of more indexed fields than an entity may have is refused', async () => {
    const input = { entity: 'Need', indexed: true };
    await customers.db.query(
      `INSERT INTO customField (id, entity, \`key\`, type, labels, required, options, active, indexed)
       VALUES ?`,
      [
        Array.from({ length: 20 }, (_, at) => [
          idToBytes(newId()),
          'Need',
          `many${at}`,
          'TEXT',
          '{"zh": "x", "en": "x"}',
          false,
          '[]',
          true,
          true,
        ]),
      ],
    );
    expect(extensionsOf(await define(customers, { ...input, key: 'oneMore' }))).toMatchObject({
      fields: [{ path: 'indexed' }],
    });
    await defineAll({ ...input, key: 'many0', active: false }, { ...input, key: 'oneMore' });
  });
});

const taken = (path: string): object => ({
  outcome: 'REFUSED',
  problems: [{ path, message: 'is taken by another record' }],
});

const as = (role: 'analyst' | 'care_agent') => ({ viewer: { roles: [role] } });

describe('Values of custom fields', () => {
  test('that are unique are refused when another live record has them', async () => {
    await defineAll({ key: 'serial', unique: true }, { key: 'no', type: 'NUMBER', unique: true });
    const id = await create({ serial: 'S-1', no: 1 });

    expect(extensionsOf(await send([{ key: 'serial', value: 's-1' }]))).toMatchObject({
      code: 'DUPLICATE',
      existingId: id,
      fields: [{ path: 'customFields.serial' }],
    });
    const rows = [
      { code: 'U-1', name: 'U1', customFields: [{ key: 'no', value: 1.0 }] },
      { code: 'U-2', name: 'U2', customFields: [{ key: 'serial', value: 'S-2' }] },
      { code: 'U-3', name: 'U3', customFields: [{ key: 'serial', value: 'S-2' }] },
    ];
    expect((await customers.execute(UPSERT, { rows })).data?.['upsertCustomers']).toMatchObject({
      created: 1,
      rows: [taken('customFields.no'), { outcome: 'CREATED' }, taken('customFields.serial')],
    });

    await customers.execute(`mutation { deleteCustomer(input: { id: "${id}" }) { id } }`);
    await create({ serial: 'S-1', no: 1 });
    const restored = await customers.execute(
      `mutation { restoreCustomer(input: { id: "${id}" }) { id } }`,
    );
    expect(extensionsOf(restored)).toMatchObject({ code: 'DUPLICATE' });
  });

  test('that became the same while the index was made say so in the definition', async () => {
    await define(customers, { key: 'badge', unique: true });
    await create({ badge: 'x' });
    await create({ badge: 'X' });
    await shapeFields(customers);
    const { data } = await customers.execute(
      `{ customFieldDefinitions(entity: "Customer") { key indexState indexProblem } }`,
    );
    expect(data?.['customFieldDefinitions']).toContainEqual({
      key: 'badge',
      indexState: 'FAILED',
      indexProblem: expect.stringContaining('Several records have the same value'),
    });
    expect(extensionsOf(await define(customers, { key: 'badge', unique: true }))).toMatchObject({
      fields: [{ path: 'unique' }],
    });
    expect((await define(customers, { key: 'badge', indexed: true })).errors).toBeUndefined();
    await shapeFields(customers);
  });

  test('that are required are asked of new records, and kept in old ones', async () => {
    const old = await create({});
    await defineAll({ key: 'must', type: 'NUMBER', required: true });
    const missing = { code: 'INVALID', fields: [{ path: 'customFields.must' }] };

    expect(extensionsOf(await send([]))).toMatchObject(missing);
    const id = await create({ must: 1 });
    const empty = { id, customFields: [{ key: 'must', value: null }] };
    expect(extensionsOf(await customers.execute(UPDATE, { input: empty }))).toMatchObject(missing);
    expect(
      (await customers.execute(UPDATE, { input: { id: old, phone: '1' } })).errors,
    ).toBeUndefined();
    await defineAll({ key: 'must', type: 'NUMBER' });
  });

  test('are shown, sorted by and told of to those alone who may read their class', async () => {
    await defineAll(
      { key: 'margin', class: 'CONFIDENTIAL' },
      { key: 'hobby', class: 'PERSONAL' },
      { key: 'open' },
    );
    const id = await create({ margin: 'thirteen', hobby: 'chess', open: 'yes' });
    const next = [{ key: 'margin', value: 'fourteen' }];
    await customers.execute(UPDATE, { input: { id, customFields: next } });
    const READ = `query ($id: ID!) { customer(id: $id) {
      customFields { key value } fieldHistory { nodes { field label(locale: EN) from to } } } }`;

    expect((await customers.execute(READ, { id }, as('care_agent'))).data?.['customer']).toEqual({
      customFields: [
        { key: 'hobby', value: 'chess' },
        { key: 'open', value: 'yes' },
      ],
      fieldHistory: { nodes: [] },
    });
    expect((await customers.execute(READ, { id }, as('analyst'))).data?.['customer']).toEqual({
      customFields: [
        { key: 'hobby', value: '••••hess' },
        { key: 'margin', value: 'fourteen' },
        { key: 'open', value: 'yes' },
      ],
      fieldHistory: {
        nodes: [{ field: 'custom.margin', label: 'margin', from: 'thirteen', to: 'fourteen' }],
      },
    });

    const uses = [
      `customers(where: { customFields: [{ key: "margin", value: "a" }] }) { nodes { id } }`,
      `customers(orderBy: [{ field: "custom.margin" }]) { nodes { id } }`,
      `customerAggregate(groupBy: [{ field: "custom.margin" }], measures: [{ fn: COUNT }]) { hasMore }`,
    ];
    for (const use of uses) {
      expect(
        extensionsOf(await customers.execute(`{ ${use} }`, {}, as('care_agent'))),
      ).toMatchObject({
        code: 'FORBIDDEN',
      });
    }
    const known = await customers.execute(
      `{ customFieldDefinitions(entity: "Customer") { key } }`,
      {},
      as('care_agent'),
    );
    expect(JSON.stringify(known.data)).not.toContain('margin');
  });

  test('changed by two at once are merged, but for the same field', async () => {
    await defineAll({ key: 'one' }, { key: 'two' });
    const id = await create({ one: 'a', two: 'a' });
    const change = (key: string): Promise<TestResult> =>
      customers.execute(UPDATE, {
        input: { id, expectedVersion: 1, customFields: [{ key, value: 'b' }] },
      });
    expect((await change('one')).errors).toBeUndefined();
    expect((await change('two')).data?.['updateCustomer']).toMatchObject({
      customFields: [
        { key: 'one', value: 'b' },
        { key: 'two', value: 'b' },
      ],
    });
    const clash = await customers.execute(UPDATE, {
      input: { id, expectedVersion: 1, customFields: [{ key: 'one', value: 'c' }] },
    });
    expect(extensionsOf(clash)).toMatchObject({
      code: 'CONFLICT',
      conflicts: [{ path: 'customFields.one' }],
    });
  });

  test('of a related record are those of its own kind', async () => {
    await defineAll({ key: 'lane', type: 'NUMBER' }, { key: 'lane', entity: 'SalesOrder' });
    const { errors } = await customers.execute(`{ customers(where: {
      orders: { some: { customFields: [{ key: "lane", op: EQ, value: "north" }] } } }) { nodes { id } } }`);
    expect(errors).toBeUndefined();
  });
});

const deep = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

describe('Hostile custom fields', () => {
  const many = Array.from({ length: 10_000 }, (_, at) => ({ key: `k${at}`, value: at }));

  beforeAll(() => defineAll({ key: 'text' }, { key: 'number', type: 'NUMBER' }));

  test.each<readonly [string, unknown]>([
    ['of 1 MB', [{ key: 'text', value: 'x'.repeat(1_000_000) }]],
    ['with a key of 1 MB', [{ key: 'k'.repeat(1_000_000), value: 1 }]],
    ['of 10,000 keys', many],
    ['1,000 deep', [{ key: 'text', value: deep(1000) }]],
    ['named __proto__', [{ key: '__proto__', value: { polluted: true } }]],
    ['named constructor', [{ key: 'constructor', value: 1 }]],
    [
      'with a key twice',
      [
        { key: 'text', value: 'a' },
        { key: 'text', value: 'b' },
      ],
    ],
    ['that are no number', [{ key: 'number', value: 'NaN' }]],
    ['beyond every number', [{ key: 'number', value: 1e308 }]],
    ['finer than is kept', [{ key: 'number', value: 0.000_000_1 }]],
    ['with characters of a path', [{ key: "text'].x", value: 1 }]],
    ['with a NUL', [{ key: 'text', value: 'a\0b' }]],
    ['with half a character', [{ key: 'text', value: '\uD842' }]],
  ])('%s are refused at once, and nothing is stored', async (_, customFields) => {
    const before = await countCustomers();
    const startedAt = performance.now();
    const result = await send(customFields);
    const ms = performance.now() - startedAt;

    expect(extensionsOf(result)).toMatchObject({
      code: expect.stringMatching(/INVALID|BAD_REQUEST/),
    });
    expect(JSON.stringify(result).length).toBeLessThan(20_000);
    expect(ms).toBeLessThan(5000);
    expect(await countCustomers()).toEqual(before);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test.each<readonly [string, object]>([
    ['a text for a number', { key: 'number', op: 'GT', value: 'x' }],
    ['a number beyond every number', { key: 'number', op: 'EQ', value: 1e308 }],
    ['an object', { key: 'text', op: 'EQ', value: { a: 1 } }],
    ['a list for one', { key: 'text', op: 'EQ', value: ['a'] }],
    ['one for a list', { key: 'text', op: 'IN', value: 'a' }],
    ['a field that nobody defined', { key: "x') OR 1=1 -- ", op: 'EQ', value: 1 }],
    ['an order of truths', { key: 'text', op: 'CONTAINS', value: null }],
  ])('as filters are refused: %s', async (_, filter) => {
    const result = await customers.execute(
      `query ($where: CustomerWhere) { customers(where: $where) { nodes { id } } }`,
      { where: { customFields: [filter] } },
    );
    expect(extensionsOf(result)).toMatchObject({ code: 'INVALID' });
  });
});

test('A service makes indexes with the rights that it has at work', async () => {
  const { cluster, user, password } = testServer();
  const root = await openDatabase({ cluster, user, password, schema: 'mysql', entities: [] });
  const [{ name }] = await customers.db.query('SELECT DATABASE() AS name');
  const account = `at_work_${process.pid}`;
  try {
    await root.query(`CREATE USER '${account}'@'%' IDENTIFIED BY 'x'`);
    await root.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE, CREATE TEMPORARY TABLES ON ${name}.* TO '${account}'@'%'`,
    );
    const atWork = await openDatabase({
      cluster,
      schema: name,
      entities: [],
      user: account,
      password: 'x',
    });
    await define(customers, { key: 'rightful', indexed: true, unique: true });
    await shapeFields(customers, atWork);
    const [field] = await customers.db.query(
      `SELECT indexState FROM customField WHERE \`key\` = 'rightful'`,
    );
    expect(field).toEqual({ indexState: 'READY' });
    await expect(atWork.query('ALTER TABLE customer DROP COLUMN phone')).rejects.toThrow('denied');
    await expect(
      atWork.query(
        `CALL shapeCustomField('customer', 'x)), DROP COLUMN phone; -- ', 'TEXT', 1, 0)`,
      ),
    ).rejects.toThrow('No custom field');
    await atWork.destroy();
  } finally {
    await root.query(`DROP USER IF EXISTS '${account}'@'%'`);
    await root.destroy();
    closeCluster(cluster);
  }
});
