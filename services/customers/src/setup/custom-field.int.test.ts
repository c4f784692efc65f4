import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { statementsOf } from '@crm/kit/testing/statements';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { define, shapeFields } from '../testing/fields.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());

const CREATE = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input, acceptDuplicates: true) { id version customFields { key value } }
}`;

type Values = Readonly<Record<string, unknown>>;

const asList = (values: Values): object[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

async function create(values: Values, name = 'Fields'): Promise<string> {
  const { data, errors } = await customers.execute(CREATE, {
    input: { name, customFields: asList(values) },
  });
  expect(errors).toBeUndefined();
  return String(Object(data?.['createCustomer']).id);
}

/** Defines fields, and makes their indexes. */
async function defineAll(...fields: readonly Parameters<typeof define>[1][]): Promise<void> {
  for (const field of fields) {
    expect((await define(customers, field)).errors).toBeUndefined();
  }
  await shapeFields(customers);
}

const types = ['TEXT', 'NUMBER', 'DATE', 'BOOLEAN', 'SELECT'] as const;
const keyOf = (type: string): string => `ix_${type.toLowerCase()}`;

const columnsLike = (name: string): Promise<unknown> =>
  customers.db.query(
    `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'customer' AND COLUMN_NAME = ?`,
    [name],
  );

async function keyOn(name: string): Promise<string | null> {
  const [row]: { names: string | null }[] = await customers.db.query(
    `SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS names FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'customer' AND INDEX_NAME = ?`,
    [name],
  );
  return row?.names ?? null;
}

describe('An indexed custom field', () => {
  const held: Readonly<Record<(typeof types)[number], readonly unknown[]>> = {
    TEXT: ['b', 'A', 'ä', '恒泰', '𠮷', 'a%_\\', '', ' '],
    NUMBER: [10, 9, -1, 0.5, 1e15, 0, 2.000001],
    DATE: ['2024-02-29', '1999-12-31', '2026-01-01'],
    BOOLEAN: [true, false],
    SELECT: ['L', 'M', 'S'],
  };
  const filters: Readonly<Record<(typeof types)[number], readonly object[]>> = {
    TEXT: [
      { op: 'EQ', value: 'a' },
      { op: 'NE', value: 'b' },
      { op: 'CONTAINS', value: '%_' },
      { op: 'IN', value: ['恒泰', '𠮷'] },
    ],
    NUMBER: [
      { op: 'GT', value: 0 },
      { op: 'LTE', value: 9 },
      { op: 'EQ', value: 2.000001 },
      { op: 'IS_NULL' },
    ],
    DATE: [
      { op: 'GTE', value: '2024-02-29' },
      { op: 'EQ', value: '1999-12-31' },
    ],
    BOOLEAN: [
      { op: 'EQ', value: false },
      { op: 'NE', value: true },
    ],
    SELECT: [
      { op: 'IN', value: ['L', 'S'] },
      { op: 'NE', value: 'M' },
    ],
  };

  beforeAll(async () => {
    for (const type of types) {
      const options = type === 'SELECT' ? { options: ['L', 'M', 'S'] } : {};
      await defineAll({ key: keyOf(type), type, ...options });
      for (const value of [...held[type], null]) await create({ [keyOf(type)]: value }, type);
    }
  });

  const LIST = `query ($where: CustomerWhere, $orderBy: [OrderBy!], $after: String) {
    customers(where: $where, orderBy: $orderBy, first: 3, after: $after) {
      nodes { id } pageInfo { endCursor hasNextPage } totalCount } }`;

  /** All ids, page by page. */
  async function idsOf(variables: object): Promise<readonly unknown[]> {
    const ids: unknown[] = [];
    for (let after: unknown = null; ;) {
      const { data, errors } = await customers.execute(LIST, { ...variables, after });
      expect(errors).toBeUndefined();
      const { nodes, pageInfo } = Object(data?.['customers']);
      ids.push(...nodes.map((node: { id: string }) => node.id));
      if (!pageInfo.hasNextPage) return ids;
      after = pageInfo.endCursor;
    }
  }

  async function answersOf(type: (typeof types)[number]): Promise<{
    readonly sorted: readonly (readonly unknown[])[];
    readonly [more: string]: unknown;
  }> {
    const key = keyOf(type);
    const groups = await customers.execute(
      `query ($where: CustomerWhere) { customerAggregate(where: $where,
        groupBy: [{ field: "custom.${key}" }], measures: [{ fn: COUNT }]) {
          rows { keys { value } values { value } } } }`,
      { where: { name: { eq: type } } },
    );
    expect(groups.errors).toBeUndefined();
    const name = { name: { eq: type } };
    return {
      groups: groups.data,
      filtered: await Promise.all(
        filters[type].map((filter) =>
          idsOf({ where: { ...name, customFields: [{ key, ...filter }] } }),
        ),
      ),
      sorted: await Promise.all(
        ['ASC', 'DESC'].map((direction) =>
          idsOf({ where: name, orderBy: [{ field: `custom.${key}`, direction }] }),
        ),
      ),
    };
  }

  test.each(types)('answers as before, of type %s, and from its index', async (type) => {
    const key = keyOf(type);
    const before = await answersOf(type);
    expect(before.sorted.map(({ length }) => length)).toEqual(
      [1, 1].map((more) => held[type].length + more),
    );
    await defineAll({
      key,
      type,
      indexed: true,
      ...(type === 'SELECT' && { options: ['L', 'M', 'S'] }),
    });

    const statements = await statementsOf(customers.db, async () => {
      expect(await answersOf(type)).toEqual(before);
    });
    expect(statements.filter(({ sql }) => sql.includes('JSON_VALUE'))).toEqual([]);
    const [plan] = await customers.db.query(
      `EXPLAIN SELECT id FROM customer WHERE custom_${key} = ?`,
      [held[type][0]],
    );
    expect(JSON.stringify(plan)).toContain(`by_custom_${key}`);
  });

  test('has a key that tells lists and figures all they leave out, also where it had less', async () => {
    const wide = 'custom_wide,id,deletedAt,ownerId,teamId';
    await defineAll({ key: 'wide', indexed: true });
    expect(await keyOn('by_custom_wide')).toBe(wide);

    await customers.db.query(
      'ALTER TABLE customer DROP KEY by_custom_wide, ADD KEY by_custom_wide (custom_wide, id)',
    );
    await customers.db.query(
      `UPDATE customField SET indexState = 'BUILDING' WHERE \`key\` = 'wide'`,
    );
    await shapeFields(customers);
    expect(await keyOn('by_custom_wide')).toBe(wide);
  });

  test('is asked for without its column where a server does not have it yet', async () => {
    await defineAll({ key: 'late', type: 'NUMBER' });
    const id = await create({ late: 7 }, 'Late');
    await customers.db.query(`UPDATE customField SET indexState = 'READY' WHERE \`key\` = 'late'`);

    const where = { customFields: [{ key: 'late', op: 'EQ', value: 7 }] };
    expect(await idsOf({ where, orderBy: [{ field: 'custom.late' }] })).toEqual([id]);
  });

  test('loses its index when it is retired, and keeps its values', async () => {
    await defineAll({ key: 'gone', indexed: true });
    const id = await create({ gone: 'x' });
    await defineAll({ key: 'gone', indexed: true, active: false });

    expect(await columnsLike('custom_gone')).toEqual([]);
    expect(await idsOf({ where: { customFields: [{ key: 'gone', value: 'x' }] } })).toEqual([id]);
    await defineAll({ key: 'gone', indexed: true });
    expect(await columnsLike('custom_gone')).toEqual([{ name: 'custom_gone' }]);
  });
});
