import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { valueAt, type Column } from '@crm/kit/record/entity';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { CustomerEntity } from './customer.fields.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
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

const names = async (first: number): Promise<unknown[]> => {
  const all: unknown[] = [];
  for (let after: unknown = null; ;) {
    const { data } = await customers.execute(
      `query ($first: Int, $after: String) { customers(orderBy: [{ field: "shortName" }],
        first: $first, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
      { first, after },
    );
    const { nodes, pageInfo } = Object(data?.['customers']);
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
};

describe('Every text of a customer', () => {
  test.each(Object.entries(samples))('keeps %s to the byte', async (name, text) => {
    const values = columns.map((column) => [column, sent(column, text)] as const);
    const { data, errors } = await customers.execute(CREATE, { input: inputOf(values) });
    expect(errors).toBeUndefined();
    const { id } = Object(data?.['createCustomer']);
    const selection = selectionOf(columns.map(({ path }) => path));
    const read = await customers.execute(`{ customer(id: "${id}") ${selection} }`);
    const stored = Object(read.data?.['customer']);

    const different = values.filter(
      ([{ path }, value]) => bytes(valueAt(stored, path)) !== bytes(value),
    );
    expect(different.map(([column]) => `${column.name}: ${name}`)).toEqual([]);
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

  test('is sorted the same whatever the size of the pages', async () => {
    const whole = await names(100);
    expect(whole.length).toBeGreaterThanOrEqual(Object.keys(samples).length);
    expect(await names(1)).toEqual(whole);
  });
});
