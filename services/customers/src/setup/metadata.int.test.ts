import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { define, shapeFields } from '../testing/fields.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
  await define(customers, { key: 'size', type: 'NUMBER', indexed: true });
  await define(customers, { key: 'shade', type: 'SELECT', options: ['深', '浅'] });
  await define(customers, { key: 'marks', type: 'MULTI_SELECT', options: ['a'] });
  await define(customers, { key: 'cost', class: 'CONFIDENTIAL' });
  await define(customers, { key: 'old', active: false });
  await shapeFields(customers);
});
afterAll(() => customers.stop());

const READ = `query ($entity: String) { metadata { customers(entity: $entity) { name fields {
  name zh: label en: label(locale: EN) group: groupLabel(locale: EN) type class isMasked isCustom
  required readOnly max references vocabulary operators sortable groupable measures
  options { value zh: label en: label(locale: EN) } } } } }`;

const fieldSchema = z.object({
  name: z.string(),
  zh: z.string(),
  en: z.string(),
  group: z.string().nullable(),
  type: z.string(),
  class: z.string(),
  isMasked: z.boolean(),
  isCustom: z.boolean(),
  required: z.boolean(),
  readOnly: z.boolean(),
  max: z.number().nullable(),
  references: z.string().nullable(),
  vocabulary: z.string().nullable(),
  operators: z.array(z.string()),
  sortable: z.boolean(),
  groupable: z.boolean(),
  measures: z.array(z.string()),
  options: z.array(z.object({ value: z.string(), zh: z.string(), en: z.string() })),
});

type Field = z.infer<typeof fieldSchema>;

const answerSchema = z.object({
  metadata: z.object({
    customers: z.array(z.object({ name: z.string(), fields: z.array(fieldSchema) })),
  }),
});

async function fieldsOf(
  entity: string,
  role: 'admin' | 'care_agent' | 'rep' = 'admin',
): Promise<ReadonlyMap<string, Field>> {
  const { data } = await customers.execute(READ, { entity }, { viewer: { roles: [role] } });
  const [found] = answerSchema.parse(data).metadata.customers;
  return new Map((found?.fields ?? []).map((field) => [field.name, field]));
}

describe('Metadata of customers', () => {
  test('calls a value what it is called in its field', async () => {
    const fields = await fieldsOf('Customer');
    const fair = (name: string): unknown =>
      fields.get(name)?.options.find(({ value }) => value === 'FAIR');

    expect(fair('peerReputation')).toEqual({ value: 'FAIR', zh: '普通', en: 'Fair' });
    expect(fair('finance.bankCreditRating')).toEqual({ value: 'FAIR', zh: '一般', en: 'Fair' });
    expect(fields.get('finance.registeredCapital.amount')).toMatchObject({
      zh: '注册资金',
      group: 'Finance · Registered capital',
      type: 'DECIMAL',
      class: 'CONFIDENTIAL',
    });
  });

  test('tells what each field is and takes', async () => {
    const fields = await fieldsOf('Customer');

    expect(fields.get('name')).toMatchObject({
      zh: '客户单位名称',
      type: 'TEXT',
      required: true,
      readOnly: false,
      max: 200,
      operators: ['eq', 'ne', 'in', 'notIn', 'contains', 'startsWith', 'isNull'],
      sortable: true,
      groupable: true,
      measures: ['COUNT_DISTINCT', 'MIN', 'MAX'],
    });
    expect(fields.get('headcount.total')?.measures).toContain('SUM');
    expect(fields.get('level')).toMatchObject({ type: 'TERM', vocabulary: 'customer_level' });
    expect(fields.get('ownerId')).toMatchObject({ type: 'ID', references: 'StaffMember' });
    expect(fields.get('tags')).toMatchObject({ type: 'LIST', sortable: false, groupable: false });
    expect(fields.get('registrationNumberKind')?.options).toHaveLength(3);
    expect(fields.get('createdAt')).toMatchObject({ readOnly: true });
    expect((await fieldsOf('Receivable')).get('status')).toMatchObject({ readOnly: true });
    expect([...fields.keys()]).not.toContain('searchText');
  });

  test('holds the fields that a company has defined, but not retired ones', async () => {
    const fields = await fieldsOf('Customer');

    expect(fields.get('custom.size')).toMatchObject({
      isCustom: true,
      type: 'DECIMAL',
      operators: ['EQ', 'NE', 'IN', 'GT', 'GTE', 'LT', 'LTE', 'IS_NULL'],
      measures: ['COUNT_DISTINCT', 'MIN', 'MAX', 'SUM', 'AVG'],
    });
    expect(fields.get('custom.shade')?.options).toEqual([
      { value: '深', zh: '深', en: '深' },
      { value: '浅', zh: '浅', en: '浅' },
    ]);
    expect([...fields.keys()]).not.toContain('custom.old');
  });

  test('leaves out what the viewer may not read, and the use of what is masked', async () => {
    const hidden = await fieldsOf('Customer', 'care_agent');
    expect([...hidden.keys()].filter((name) => /^finance|cost/.test(name))).toEqual([]);

    const masked = await fieldsOf('Customer', 'rep');
    for (const name of ['finance.paymentBehaviour', 'custom.cost']) {
      expect(masked.get(name)).toMatchObject({
        isMasked: true,
        operators: [],
        sortable: false,
        groupable: false,
        measures: [],
      });
    }
  });

  test('is of every kind of record when none is named', async () => {
    const { data } = await customers.execute(READ);
    const names = answerSchema.parse(data).metadata.customers.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Customer', 'SalesOrder', 'CreditCheck']));
    expect(new Set(names).size).toBe(names.length);
  });

  test('names the kinds of record that there are when another is asked for', async () => {
    const { data, errors } = await customers.execute(READ, { entity: 'customer' });
    expect(data?.['metadata']).toEqual({ customers: null });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'entity' }],
    });
    expect(errors?.[0]?.message).toMatch(/^There is no "customer" here.* Customer, .*SalesOrder/);
  });
});

/** A value that a filter of the field may hold. */
function sampleOf({ type, options }: Field, operator: string): unknown {
  const samples: Readonly<Record<string, unknown>> = {
    BOOLEAN: true,
    DATE: '2026-01-01',
    DATE_TIME: '2026-01-01T00:00:00Z',
    DECIMAL: '1',
    ENUM: options[0]?.value,
    ID: newId(),
    INT: 1,
  };
  if (['isNull', 'isEmpty', 'IS_NULL'].includes(operator)) return true;
  if (operator === 'withinDays') return 3;
  const one = samples[type] ?? 'a';
  return ['in', 'notIn', 'hasAny', 'IN'].includes(operator) ? [one] : one;
}

function whereOf(field: Field, operator: string): object {
  const value = sampleOf(field, operator);
  if (field.isCustom) {
    const number = (each: unknown): unknown => (field.type === 'DECIMAL' ? Number(each) : each);
    const given = Array.isArray(value) ? value.map(number) : number(value);
    return {
      customFields: [{ key: field.name.slice('custom.'.length), op: operator, value: given }],
    };
  }
  return field.name
    .split('.')
    .toReversed()
    .reduce<object>((inner, part) => ({ [part]: inner }), { [operator]: value });
}

test('What metadata says can be done with customers can be done', async () => {
  const problems: string[] = [];
  const attempt = async (what: string, query: string, variables: object): Promise<void> => {
    const { errors } = await customers.execute(query, { ...variables });
    if (errors) problems.push(`${what}: ${errors[0]?.message}`);
  };
  for (const field of (await fieldsOf('Customer')).values()) {
    const by = { field: field.name };
    for (const operator of field.operators) {
      await attempt(
        `${field.name} ${operator}`,
        'query ($where: CustomerWhere) { customers(where: $where) { nodes { id } } }',
        { where: whereOf(field, operator) },
      );
    }
    if (field.sortable) {
      await attempt(
        `sort by ${field.name}`,
        'query ($orderBy: [OrderBy!]) { customers(orderBy: $orderBy) { nodes { id } } }',
        { orderBy: [by] },
      );
    }
    const measures = field.measures.map((fn) => ({ ...by, fn }));
    if (field.groupable) {
      await attempt(
        `figures of ${field.name}`,
        `query ($groupBy: [GroupBy!], $measures: [Measure!]!) {
          customerAggregate(groupBy: $groupBy, measures: $measures) { rows { values { value } } } }`,
        { groupBy: [by], measures: [{ fn: 'COUNT' }, ...measures] },
      );
    }
  }
  expect(problems).toEqual([]);
});
