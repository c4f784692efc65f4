import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());

type Values = Readonly<Record<string, unknown>>;

/** Of every field that is no closed value, something that it can hold. */
const values: Values = {
  shortName: '恒泰',
  formerNames: ['上海恒泰机械厂', '恒泰机械'],
  address: { street: '张江路 1 号', city: '上海', province: '上海', postalCode: '201203' },
  phone: '021-5080 1234',
  fax: '021-5080 1235',
  website: 'https://hengtai.example',
  email: 'office@hengtai.example',
  headcount: { male: 120, female: 80, total: 200, seniorTitle: 12, intermediateTitle: 30 },
  developmentPlan: {
    currentStrategy: '稳住老客户',
    oneYear: '扩建二期',
    threeYear: '进入华南',
    longTerm: '上市',
  },
  establishedOn: '1998-05-01',
  supervisingAuthority: '上海市经济委员会',
  source: 'fair-2025',
  tags: ['重点', 'vip'],
  finance: {
    bankAccounts: [{ bank: '中国银行', accountNumber: '4563510100892347654' }],
    registeredCapital: { amount: '5000000.00', currency: 'CNY' },
    paidInCapital: { amount: '3000000.00', currency: 'CNY' },
    summary: '资金充裕，信用良好',
  },
};

const terms: Readonly<Record<string, string>> = {
  industry: 'C',
  level: 'KEY',
  designation: 'STRATEGIC',
  lifecycleStage: 'TRADING',
};

const SELECTION = `shortName formerNames address { street city province postalCode } phone fax website
  email headcount { male female total seniorTitle intermediateTitle }
  developmentPlan { currentStrategy oneYear threeYear longTerm } establishedOn supervisingAuthority
  source tags finance { bankAccounts { bank accountNumber } registeredCapital { amount currency }
    paidInCapital { amount currency } summary }`;

const idSchema = z.object({ createCustomer: z.object({ id: z.string() }) });

async function create(input: Values): Promise<string> {
  const { data, errors } = await customers.execute(
    'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { id } }',
    { input },
  );
  expect(errors).toBeUndefined();
  return idSchema.parse(data).createCustomer.id;
}

const metadataSchema = z.object({
  metadata: z.object({
    customers: z
      .array(
        z.object({
          fields: z.array(
            z.object({
              name: z.string(),
              type: z.string(),
              readOnly: z.boolean(),
              options: z.array(z.object({ value: z.string(), zh: z.string(), en: z.string() })),
            }),
          ),
        }),
      )
      .length(1),
  }),
});

/** The fields of a closed list of values, with what each value is called there. */
async function closedFields(): Promise<
  z.infer<typeof metadataSchema>['metadata']['customers'][number]['fields']
> {
  const { data } = await customers.execute(`{ metadata { customers(entity: "Customer") { fields {
    name type readOnly options { value zh: label en: label(locale: EN) } } } } }`);
  const [entity] = metadataSchema.parse(data).metadata.customers;
  // What follows from other fields is given by them.
  return (entity?.fields ?? []).filter(({ type, readOnly }) => type === 'ENUM' && !readOnly);
}

/** `finance.taxpayerType` of a value as an input has it, and a filter. */
function nested(name: string, value: unknown): Values {
  const [first = '', ...rest] = name.split('.');
  return { [first]: rest.length === 0 ? value : nested(rest.join('.'), value) };
}

/** The same as a selection. */
const selected = (name: string): string =>
  name.split('.').reduceRight((inner, part) => (inner === '' ? part : `${part} { ${inner} }`), '');

describe('a customer', () => {
  test('keeps what every field was given', async () => {
    const id = await create({ name: '上海恒泰机械有限公司', ...values });
    const { data } = await customers.execute(
      `query ($id: ID!) { customer(id: $id) { ${SELECTION} } }`,
      { id },
    );
    expect(data).toEqual({ customer: values });
  });

  test('takes, gives back, filters, groups and names every closed value', async () => {
    const fields = await closedFields();
    expect(fields.map(({ name }) => name).toSorted()).toEqual([
      'channelRole',
      'finance.accountingBooks',
      'finance.bankCreditRating',
      'finance.fundingPosition',
      'finance.paymentBehaviour',
      'finance.taxpayerType',
      'finance.tradeCreditRating',
      'industryStanding',
      'kind',
      'legalForm',
      'peerReputation',
      'salesContractStatus',
    ]);
    for (const { name, options } of fields) {
      const source = `values-${name}`;
      for (const { value, zh, en } of options) {
        expect([zh, en]).not.toContain('');
        const id = await create({ name: `${name} ${value}`, source, ...nested(name, value) });
        const { data, errors } = await customers.execute(
          `query ($where: CustomerWhere) { customers(where: $where) { nodes { id ${selected(name)} } } }`,
          { where: { source: { eq: source }, ...nested(name, { eq: value }) } },
        );
        expect(errors).toBeUndefined();
        expect(data).toEqual({ customers: { nodes: [{ id, ...nested(name, value) }] } });
      }
      const { data } = await customers.execute(
        `query ($where: CustomerWhere, $field: String!) { customerAggregate(where: $where,
          groupBy: [{ field: $field }], measures: [{ fn: COUNT }], first: 20) {
            rows { keys { value zh: label en: label(locale: EN) } values { value } } } }`,
        { where: { source: { eq: source } }, field: name },
      );
      const rows = options.map((key) => ({ keys: [key], values: [{ value: '1' }] }));
      expect(data).toEqual({
        customerAggregate: { rows: expect.arrayContaining(rows) },
      });
    }
  });

  test('takes, gives back and filters terms of open vocabularies', async () => {
    for (const [field, term] of Object.entries(terms)) {
      const id = await create({ name: `${field} ${term}`, source: `term-${field}`, [field]: term });
      const { data, errors } = await customers.execute(
        `query ($where: CustomerWhere) { customers(where: $where) { nodes { id ${field} { code } } } }`,
        { where: { source: { eq: `term-${field}` }, [field]: { eq: term } } },
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({ customers: { nodes: [{ id, [field]: { code: term } }] } });
    }
  });

  test('may be of several categories', async () => {
    const categories = ['MANUFACTURER', 'PUBLIC'];
    const id = await create({ name: 'categories', source: 'categories', categories });
    const { data, errors } = await customers.execute(
      `query ($where: CustomerWhere) { customers(where: $where) { nodes { id categories { code } } } }`,
      { where: { source: { eq: 'categories' }, categories: { hasAny: ['PUBLIC', 'SERVICE'] } } },
    );
    expect(errors).toBeUndefined();
    const nodes = [{ id, categories: categories.map((code) => ({ code })) }];
    expect(data).toEqual({ customers: { nodes } });
  });
});
