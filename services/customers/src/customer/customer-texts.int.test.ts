import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { valueAt, type Column } from '@crm/kit/record/entity';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { define, shapeFields } from '../testing/fields.ts';
import { CustomerEntity } from './customer.fields.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
  await define(customers, { key: 'plain' });
  await define(customers, { key: 'kept', indexed: true });
  await shapeFields(customers);
});
afterAll(() => customers.stop());

/** What has a form of its own that it is brought to, or is worth nothing without an amount. */
const isFree = ({ name, field }: Column): boolean =>
  ['text', 'list'].includes(field.kind) &&
  !field.managed &&
  !field.vocabulary &&
  name !== 'registrationNumber' &&
  !name.endsWith('.currency');

const columns = CustomerEntity.columns.filter(isFree);

/** Exactly as many characters as a field takes, or 255. */
const fill = (part: string, max: number): string => {
  const wanted = Math.min(max, 255);
  const characters = Array.from(part);
  return Array.from({ length: wanted }, (_, at) => characters[at % characters.length]).join('');
};

const samples: Readonly<Record<string, string>> = {
  emoji: '😀👩‍👩‍👧🇨🇳',
  'characters of four bytes': '𠮷𩸽𪚥恒',
  'right to left': 'مرحبا\u200fשלום',
  'combining marks': 'e\u0301a\u0308\u00e9o\u0302\u0323',
  'the same composed': '\u00e9\u00e4\u1ed9',
  'zero width': 'a\u200bb\u200d\u2060\ufeffc',
  'quotes and wild cards': `'"\\%_;--\`$\{x}`,
};

const CREATE = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input, acceptDuplicates: true) { id } }`;

const sent = (column: Column, text: string): unknown =>
  column.field.kind === 'list' ? [fill(text, 200)] : fill(text, column.field.max ?? 0);

function inputOf(values: readonly (readonly [Column, unknown])[]): object {
  const input: Record<string, unknown> = { name: 'Texts' };
  for (const [{ path }, value] of values) {
    let place = input;
    for (const part of path.slice(0, -1)) {
      place[part] = { ...Object(place[part]) };
      place = Object(place[part]);
    }
    place[path.at(-1) ?? ''] = value;
  }
  return input;
}

/** An input in which this field holds this text. */
const inputWith = (name: string, text: string): object =>
  inputOf(
    columns
      .filter((column) => column.name === name)
      .map((column) => [column, column.field.kind === 'list' ? [text] : text]),
  );

/** `{ name address { city } }` */
function selectionOf(paths: readonly (readonly string[])[]): string {
  const names = [...new Set(paths.map(([first]) => first ?? ''))];
  const parts = names.map((name) => {
    const rest = paths.filter(([first]) => first === name).map((path) => path.slice(1));
    return rest.some((path) => path.length > 0)
      ? `${name} ${selectionOf(rest.filter((path) => path.length > 0))}`
      : name;
  });
  return `{ ${parts.join(' ')} }`;
}

const bytes = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('hex');

const UPDATE = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id version } }`;

/** Makes a customer, or gives it other texts. It must be taken. */
async function save(mutation: 'createCustomer' | 'updateCustomer', input: object) {
  const document = mutation === 'createCustomer' ? CREATE : UPDATE;
  const { data, errors } = await customers.execute(document, { input });
  expect(errors).toBeUndefined();
  return String(Object(data?.[mutation]).id);
}

const valuesOf = (text: string): (readonly [Column, unknown])[] =>
  columns.map((column) => [column, sent(column, text)]);

/** As long as each field takes it. */
const longest = (character: string): (readonly [Column, unknown])[] =>
  columns.map((column) => {
    const { kind, max = 0 } = column.field;
    return [column, kind === 'list' ? [character.repeat(200)] : character.repeat(max)];
  });

/** What others were told of the customer last. */
async function toldOf(id: string): Promise<Readonly<Record<string, unknown>>> {
  const [row]: { payload: { data: Record<string, unknown> } }[] = await customers.db.query(
    'SELECT payload FROM outbox WHERE aggregateId = UUID_TO_BIN(?) ORDER BY version DESC LIMIT 1',
    [id],
  );
  return row?.payload.data ?? {};
}

const idsInOrder = async (field: string, first: number): Promise<unknown[]> => {
  const all: unknown[] = [];
  for (let after: unknown = null; ;) {
    const { data } = await customers.execute(
      `query ($field: String!, $first: Int, $after: String) { customers(orderBy: [{ field: $field }],
        first: $first, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
      { field, first, after },
    );
    const { nodes, pageInfo } = Object(data?.['customers']);
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
};

/** The fields that events hold, by the names that they have there. */
const told: Readonly<Record<string, string>> = {
  code: 'code',
  name: 'name',
  shortName: 'shortName',
  country: 'address.country',
  province: 'address.province',
  city: 'address.city',
  source: 'source',
};

describe('Every text of a customer', () => {
  test('is looked at', () => {
    const texts = columns.filter(({ field }) => field.kind === 'text').map(({ name }) => name);
    expect(texts).toEqual(
      expect.arrayContaining([
        ...Object.values(told),
        'address.street',
        'developmentPlan.longTerm',
        'finance.summary',
        'supervisingAuthority',
      ]),
    );
    expect(columns.length - texts.length).toBe(2);
  });

  test.each(Object.entries(samples))('keeps %s to the byte', async (name, text) => {
    const values = valuesOf(text);
    const id = await save('createCustomer', inputOf(values));
    const selection = selectionOf(columns.map(({ path }) => path));
    const read = await customers.execute(`{ customer(id: "${id}") ${selection} }`);
    const stored = Object(read.data?.['customer']);

    const different = values.filter(
      ([{ path }, value]) => bytes(valueAt(stored, path)) !== bytes(value),
    );
    expect(different.map(([column]) => `${column.name}: ${name}`)).toEqual([]);
    const given = new Map(values.map(([column, value]) => [column.name, value]));
    const data = await toldOf(id);
    for (const [key, field] of Object.entries(told)) {
      expect([key, bytes(data[key])]).toEqual([key, bytes(given.get(field))]);
    }
  });

  test.each(Object.entries(samples))('tells and remembers %s to the byte', async (_, text) => {
    const id = await save('createCustomer', { name: 'Before', shortName: fill(text, 100) });
    await save('updateCustomer', { id, name: fill(text, 200), shortName: 'After' });
    const changes = {
      name: { from: 'Before', to: fill(text, 200) },
      shortName: { from: fill(text, 100), to: 'After' },
    };
    expect(await toldOf(id)).toMatchObject({ changes });
    const { data } = await customers.execute(
      `{ customer(id: "${id}") { fieldHistory(fields: ["shortName"]) { nodes { from to } } } }`,
    );
    expect(Object(data?.['customer']).fieldHistory.nodes[0]).toEqual(changes.shortName);
  });

  test.each(Object.entries(samples))('keeps %s in custom fields', async (_, text) => {
    const values = ['kept', 'plain'].map((key) => ({ key, value: fill(text, 255) }));
    const id = await save('createCustomer', { name: 'Custom', customFields: values });
    const { data } = await customers.execute(
      `query ($where: CustomerWhere) { customers(where: $where) { nodes { id customFields { key value } } } }`,
      { where: { id: { eq: id }, customFields: values } },
    );
    expect(bytes(Object(data?.['customers']).nodes)).toBe(bytes([{ id, customFields: values }]));
  });

  test.each(['kept', 'plain'])('in the custom field %s refuses a NUL', async (key) => {
    const { errors } = await customers.execute(CREATE, {
      input: { name: 'Custom', customFields: [{ key, value: 'a\0b' }] },
    });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: `customFields.${key}` }],
    });
  });

  test('is taken at its full length, and changed from there', async () => {
    const id = await save('createCustomer', inputOf(longest('恒')));
    await save('updateCustomer', { id, ...inputOf(longest('𠮷')) });
    expect(await toldOf(id)).toMatchObject({ name: '𠮷'.repeat(200) });
  });

  test.each(columns.map(({ name }) => name))(
    '%s refuses a NUL and half a character',
    async (name) => {
      const before = await customers.db.query('SELECT COUNT(*) n FROM customer');
      for (const text of ['a\0b', 'a\uD842']) {
        const { errors } = await customers.execute(CREATE, { input: inputWith(name, text) });
        expect(errors?.[0]?.extensions).toMatchObject({
          code: 'INVALID',
          fields: [{ path: name }],
        });
      }
      expect(await customers.db.query('SELECT COUNT(*) n FROM customer')).toEqual(before);
    },
  );

  test.each(['name', 'shortName', 'code', 'source', 'address.city', 'custom.kept', 'custom.plain'])(
    'sorts the same by %s whatever the size of the pages',
    async (field) => {
      const whole = await idsInOrder(field, 100);
      expect(new Set(whole.map((each) => JSON.stringify(each))).size).toBe(whole.length);
      expect(whole.length).toBeGreaterThanOrEqual(3 * Object.keys(samples).length);
      for (const size of [1, 3]) expect(await idsInOrder(field, size)).toEqual(whole);
    },
  );
});
