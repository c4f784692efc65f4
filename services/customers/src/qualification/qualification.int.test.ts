import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { eventsOf, makeRecord, statementsOf } from '../testing/records.ts';

let customers: TestCustomers;
let customerId: string;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());
beforeEach(async () => {
  customerId = await makeRecord(customers, 'createCustomer', { name: 'Acme' });
});

const ADD = `mutation ($input: AddQualificationInput!) {
  addQualification(input: $input) { id status kind { label } version }
}`;

const dayFrom = (days: number): string =>
  new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);

const held = async (id = customerId): Promise<unknown> => {
  const { data } = await customers.execute(
    'query ($id: ID!) { customer(id: $id) { qualifications { name grade } } }',
    { id },
  );
  return data?.['customer'];
};

describe('a qualification', () => {
  test('has a kind, a number, an issuer and days on which it holds, and tells its events', async () => {
    const input = {
      customerId,
      kind: 'QUALITY',
      name: 'ISO 9001 质量管理体系认证',
      number: 'CN-9001',
      issuer: '中国质量认证中心',
      validFrom: dayFrom(-10),
      validUntil: dayFrom(20),
    };
    const { data, errors } = await customers.execute(ADD, { input });
    expect(errors).toBeUndefined();
    expect(data?.['addQualification']).toMatchObject({
      status: 'VALID',
      kind: { label: '质量管理' },
      version: 1,
    });
    const found = await customers.execute(
      `query ($id: ID!) {
        qualifications(where: { customerId: { eq: $id }, number: { eq: "CN-9001" } }) {
          totalCount nodes { id customer { name } }
        }
      }`,
      { id: customerId },
    );
    expect(found.data?.['qualifications']).toMatchObject({
      totalCount: 1,
      nodes: [{ customer: { name: 'Acme' } }],
    });
  });

  test('is found by when it expires, and with it its customer', async () => {
    const add = (name: string, days: number) =>
      makeRecord(customers, 'addQualification', { customerId, name, validUntil: dayFrom(days) });
    await add('soon', 20);
    await add('later', 200);
    await add('gone', -1);
    const { data, errors } = await customers.execute(
      `query ($id: ID!) {
        soon: qualifications(where: { customerId: { eq: $id }, validUntil: { withinDays: 30 } }) { nodes { name } }
        gone: qualifications(where: { customerId: { eq: $id }, status: { eq: EXPIRED } }) { nodes { name } }
        customers(where: { id: { eq: $id }, qualifications: { some: { status: { eq: EXPIRED } } } }) { totalCount }
        qualificationAggregate(
          where: { customerId: { eq: $id } }, groupBy: [{ field: "status" }], measures: [{ fn: COUNT }]
        ) { rows { keys { label } values { value } } }
      }`,
      { id: customerId },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      soon: { nodes: [{ name: 'soon' }] },
      gone: { nodes: [{ name: 'gone' }] },
      customers: { totalCount: 1 },
    });
  });

  test('is changed and removed, and nothing is overwritten unseen', async () => {
    const id = await makeRecord(customers, 'addQualification', { customerId, name: 'ISO 9001' });
    const UPDATE = `mutation ($input: UpdateQualificationInput!) {
      updateQualification(input: $input) { grade version }
    }`;
    const changed = await customers.execute(UPDATE, {
      input: { id, expectedVersion: 1, grade: '一级' },
    });
    expect(changed.data?.['updateQualification']).toEqual({ grade: '一级', version: 2 });
    const stale = await customers.execute(UPDATE, {
      input: { id, expectedVersion: 1, grade: '二级' },
    });
    expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' });
    await customers.execute(
      'mutation ($id: ID!) { removeQualification(input: { id: $id }) { id } }',
      { id },
    );
    expect(await held()).toEqual({ qualifications: [] });
    expect(await eventsOf(customers, id)).toEqual([
      '1 qualification.added',
      '2 qualification.changed',
      '3 qualification.removed',
    ]);
  });

  test.each([
    ['a blank name', { name: ' ' }, 'name'],
    ['a kind that is none', { kind: 'NOPE' }, 'kind'],
    [
      'an end before the beginning',
      { validFrom: '2026-02-01', validUntil: '2026-01-31' },
      'validUntil',
    ],
    ['too long a number', { number: '9'.repeat(101) }, 'number'],
  ])('refuses %s', async (_, more, path) => {
    const { errors } = await customers.execute(ADD, { input: { customerId, name: 'x', ...more } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('belongs to a customer that the viewer may change, who has fifty at most', async () => {
    const rep = { roles: ['rep' as const], staffId: newId() };
    const foreign = await customers.execute(
      ADD,
      { input: { customerId, name: 'x' } },
      { viewer: rep },
    );
    expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const qualifications = Array.from({ length: 50 }, (_, at) => ({ name: `证书 ${at}` }));
    const full = await makeRecord(customers, 'createCustomer', { name: 'Full', qualifications });
    const { errors } = await customers.execute(ADD, { input: { customerId: full, name: 'x' } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
  });
});

describe('the list of a customer', () => {
  const UPDATE = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id } }`;

  test('is given with it, takes the place of what was there, and is left alone when it is left out', async () => {
    const id = await makeRecord(customers, 'createCustomer', {
      name: 'Works',
      qualifications: [{ name: 'ISO 9001', grade: '一级' }, { name: '高新技术企业' }],
    });
    await customers.execute(UPDATE, { input: { id, phone: '1' } });
    expect(await held(id)).toMatchObject({ qualifications: [{ name: 'ISO 9001' }, {}] });
    await customers.execute(UPDATE, {
      input: { id, qualifications: [{ name: '高新技术企业' }, { name: 'ISO 14001' }] },
    });
    expect(await held(id)).toEqual({
      qualifications: [
        { name: '高新技术企业', grade: null },
        { name: 'ISO 14001', grade: null },
      ],
    });
    await customers.execute(UPDATE, { input: { id, qualifications: null } });
    expect(await held(id)).toEqual({ qualifications: [] });
  });

  test('comes with imports too, whose bad rows are named', async () => {
    const rows = [
      { code: 'Q-1', name: 'Good', qualifications: [{ name: 'ISO 9001' }] },
      { code: 'Q-2', name: 'Bad', qualifications: [{ name: 'ISO 9001' }, { name: '' }] },
    ];
    const { data } = await customers.execute(
      `mutation ($rows: [CreateCustomerInput!]!) {
        upsertCustomers(input: { rows: $rows }) { created refused rows { id problems { path } } }
      }`,
      { rows },
    );
    expect(data?.['upsertCustomers']).toMatchObject({
      created: 1,
      refused: 1,
      rows: [{ problems: [] }, { problems: [{ path: 'qualifications.1.name' }] }],
    });
    const { data: found } = await customers.execute(
      '{ customerByCode(code: "Q-1") { qualifications { name } } }',
    );
    expect(found?.['customerByCode']).toEqual({ qualifications: [{ name: 'ISO 9001' }] });
  });

  test('is refused as a whole when one entry is wrong', async () => {
    const { errors } = await customers.execute(
      'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { id } }',
      { input: { name: 'x', qualifications: [{ name: 'a' }, { name: 'b', kind: 'NOPE' }] } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'qualifications.1.kind' }],
    });
  });

  test('of thirty customers is read with as many statements as of three', async () => {
    for (let at = 0; at < 30; at += 1) {
      await makeRecord(customers, 'createCustomer', {
        name: `Lister ${at}`,
        qualifications: [{ name: 'ISO 9001', kind: 'QUALITY' }],
      });
    }
    const query =
      'query ($first: Int) { customers(first: $first) { nodes { qualifications { kind { label } customer { name } } } } }';
    const few = await statementsOf(customers, query, { first: 3 });
    expect(await statementsOf(customers, query, { first: 30 })).toBe(few);
  });
});
