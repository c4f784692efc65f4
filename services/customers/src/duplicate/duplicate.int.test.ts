import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements, statementsOf } from '@crm/kit/testing/statements';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { scanOn } from './scan.repository.ts';

let customers: TestCustomers;
const staff = new Map<string, string>();
const teams = new Map<string, string>();

beforeAll(async () => {
  customers = await startCustomers();
  await customers.execute(`mutation {
    upsertTeams(input: { rows: [{ code: "TN", name: "North" }, { code: "TS", name: "South" }] }) { created }
    upsertStaff(input: { rows: [
      { code: "N1", name: "N", teamCode: "TN" }, { code: "S1", name: "S", teamCode: "TS" }] }) { created }
  }`);
  const { data } = await customers.execute(
    '{ staff { nodes { id code } } teams { nodes { id code } } }',
  );
  const coded = z.object({ nodes: z.array(z.object({ id: z.string(), code: z.string() })) });
  const found = z.object({ staff: coded, teams: coded }).parse(data);
  for (const { id, code } of found.staff.nodes) staff.set(code, id);
  for (const { id, code } of found.teams.nodes) teams.set(code, id);
});
afterAll(() => customers.stop());

/** A salesperson of the south, who cannot read what the north has. */
const south = (): TestRequest => ({
  viewer: {
    subject: 'south',
    roles: ['rep'],
    staffId: staff.get('S1') ?? null,
    teamIds: [teams.get('TS') ?? ''],
  },
});

const CREATE = `mutation ($input: CreateCustomerInput!, $accept: Boolean! = false) {
  createCustomer(input: $input, acceptDuplicates: $accept) { id duplicates { score } }
}`;
const createdSchema = z.object({
  createCustomer: z.object({
    id: z.string(),
    duplicates: z.array(z.object({ score: z.number() })),
  }),
});

type Input = Readonly<Record<string, unknown>>;

const create = (input: Input, accept = false, request: TestRequest = {}) =>
  customers.execute(CREATE, { input, accept }, request);

async function made(input: Input, accept = false): Promise<string> {
  return createdSchema.parse((await create(input, accept)).data).createCustomer.id;
}

const north = (input: Input): Promise<string> => made({ ...input, ownerId: staff.get('N1') });

describe('createCustomer', () => {
  test.each([
    ['another legal form', '天津宏远化工股份有限公司', '天津宏远化工有限公司'],
    ['the region in brackets', '宏大纺织（苏州）有限公司', '苏州宏大纺织有限责任公司'],
    ['width and case', 'Ｂｅｔａ Ｔｒａｄｉｎｇ Co., Ltd.', 'beta trading'],
  ])('asks to confirm a name that differs by %s', async (_, first, second) => {
    const id = await made({ name: first });
    const refused = await create({ name: second });

    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      fields: [{ path: 'name' }],
      existingId: id,
      isAcceptable: true,
      matches: [{ score: 85, fields: ['NAME'], customerId: id }],
    });
    expect(await made({ name: second }, true)).not.toBe(id);
  });

  test('creates what merely sounds alike, and tells of it', async () => {
    await made({ name: '亨泰五金有限公司' });
    const { data } = await create({ name: '恒太五金有限公司' });

    expect(createdSchema.parse(data).createCustomer.duplicates).toEqual([{ score: 50 }]);
  });

  test('refuses a registration number that is taken, however it is written and accepted', async () => {
    await made({ name: 'Registered one', registrationNumber: '91310000MA1FL0AB1X' });
    const input = { name: 'Registered two', registrationNumber: '91310000ma1fl0ab1x' };
    const refused = await create(input, true);

    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      fields: [{ path: 'registrationNumber' }],
      isAcceptable: false,
    });
  });

  test('refuses a malformed credit code', async () => {
    const { errors } = await create({ name: 'Bad', registrationNumber: '91310000MA1FL0AI1X' });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'registrationNumber' }],
    });
  });

  test('forgets the name of a deleted customer, and a name that was changed', async () => {
    const id = await made({ name: '万象软件有限公司' });
    await customers.execute(`mutation { deleteCustomer(input: { id: "${id}" }) { id } }`);
    const next = await made({ name: '万象软件有限公司' });
    await customers.execute(
      `mutation { updateCustomer(input: { id: "${next}", name: "千象软件有限公司" }) { id } }`,
    );

    await made({ name: '万象软件有限公司' });
    expect((await create({ name: '千象软件' })).errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      existingId: next,
    });
  });

  test('looks for duplicates with one statement', async () => {
    const statements = await statementsOf(customers.db, () => create({ name: `One ${newId()}` }));
    expect(statements.filter(({ sql }) => /FROM duplicatePrint/.test(sql))).toHaveLength(2);
  });
});

const CHECK = `query ($input: CheckCustomerDuplicatesInput!) {
  checkCustomerDuplicates(input: $input) { score fields customer { id name } team { code } }
}`;

describe('checkCustomerDuplicates', () => {
  test('shows those without access the team of a match, and nothing else', async () => {
    const name = '北方重型机床有限公司';
    const id = await north({ name, phone: '010-88886666' });
    const input = { name: '北方重型机床', phone: '+86 010 88886666' };
    const own = await customers.execute(CHECK, { input });
    const masked = await customers.execute(CHECK, { input }, south());

    const match = { score: 91, fields: ['NAME', 'PHONE'], team: { code: 'TN' } };
    expect(own.data).toEqual({ checkCustomerDuplicates: [{ ...match, customer: { id, name } }] });
    expect(masked.data).toEqual({ checkCustomerDuplicates: [{ ...match, customer: null }] });

    const refused = await create({ name }, false, south());
    expect(refused.errors?.[0]?.extensions).not.toHaveProperty('existingId');
    expect(JSON.stringify(refused.errors)).not.toContain(id);
  });

  test('is refused to those who create no customers', async () => {
    const analyst = { viewer: { subject: 'a', roles: ['analyst' as const] } };
    const { errors } = await customers.execute(CHECK, { input: { name: 'A' } }, analyst);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('finds nothing for what says nothing', async () => {
    const { data } = await customers.execute(CHECK, { input: { name: ' ', phone: '1' } });
    expect(data).toEqual({ checkCustomerDuplicates: [] });
  });
});

describe('Customer.duplicates', () => {
  test('costs as many statements for thirty customers as for three', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => ({
      code: `D${at}`,
      name: `Same ${at % 3}`,
      source: 'dup',
    }));
    await customers.execute(
      'mutation ($rows: [CreateCustomerInput!]!) { upsertCustomers(input: { rows: $rows }) { created } }',
      { rows },
    );
    const LIST = `query ($first: Int) { customers(where: { source: { eq: "dup" } }, first: $first) {
      nodes { duplicates { score customer { name } team { name } } } } }`;
    const count = (first: number): Promise<number> =>
      countStatements(customers.db, () => customers.execute(LIST, { first }));
    expect(await count(30)).toBe(await count(3));
  });
});

const CANDIDATES = `query ($where: DuplicateCandidateWhere) {
  duplicateCandidates(where: $where) { nodes { id score fields state first { id } second { id } } }
}`;
const candidatesSchema = z.object({
  duplicateCandidates: z.object({
    nodes: z.array(z.object({ id: z.string(), state: z.string() }).loose()),
  }),
});

async function scan(): Promise<void> {
  await customers.execute('mutation { startDuplicateScan(input: {}) { id } }');
  for (let step = 0; step < 20; step += 1) {
    await transact(customers.db, (manager) => scanOn(manager, new Date()));
  }
}

async function pairsOf(id: string, request: TestRequest = {}) {
  const where = { any: [{ firstId: { eq: id } }, { secondId: { eq: id } }] };
  const { data } = await customers.execute(CANDIDATES, { where }, request);
  return candidatesSchema.parse(data).duplicateCandidates.nodes;
}

describe('a scan', () => {
  test('finds pairs, which are worked through and never shown again', async () => {
    const first = await north({ name: '长城电缆有限公司' });
    const second = await made({ name: '长城电缆股份有限公司', ownerId: staff.get('N1') }, true);
    await customers.db.query('DELETE FROM duplicatePrint WHERE customerId = UUID_TO_BIN(?)', [
      first,
    ]);
    await scan();

    const [pair] = await pairsOf(first);
    expect(pair).toMatchObject({
      score: 85,
      fields: ['NAME'],
      state: 'OPEN',
      first: { id: first },
      second: { id: second },
    });
    expect(await pairsOf(first, south())).toEqual([]);

    const DISMISS = `mutation ($input: DecideDuplicateInput!) { dismissDuplicate(input: $input) { state note version } }`;
    const input = { id: pair?.id, note: '两家公司' };
    const foreign = await customers.execute(DISMISS, { input }, south());
    expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const dismissed = await customers.execute(DISMISS, { input });
    expect(dismissed.data?.['dismissDuplicate']).toMatchObject({
      state: 'DISMISSED',
      note: '两家公司',
    });

    await scan();
    expect(await pairsOf(first)).toMatchObject([{ id: pair?.id, state: 'DISMISSED' }]);
    const { data } = await customers.execute(
      `{ customer(id: "${first}") { duplicates { score } } duplicateScan { finishedAt found } }`,
    );
    expect(data).toMatchObject({
      customer: { duplicates: [] },
      duplicateScan: { finishedAt: expect.any(String), found: expect.any(Number) },
    });
  });

  test('is started once, by those who manage', async () => {
    const START = 'mutation { startDuplicateScan(input: {}) { id } }';
    const [one, two] = [await customers.execute(START), await customers.execute(START)];
    expect(one.data).toEqual(two.data);
    const refused = await customers.execute(START, {}, south());
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    await scan();
  });
});

describe('saveDuplicateRule', () => {
  const SAVE = `mutation ($input: DuplicateRuleInput!) { saveDuplicateRule(input: $input) { weight onCreate } }`;

  test('changes what a new customer with an equal phone meets', async () => {
    await made({ name: 'Phone one', phone: '021-77778888' });
    await customers.execute(SAVE, { input: { field: 'PHONE', onCreate: 'CONFIRM' } });
    const refused = await create({ name: 'Phone two', phone: '02177778888' });
    await customers.execute(SAVE, { input: { field: 'PHONE', onCreate: 'TELL' } });

    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      fields: [{ path: 'phone' }],
    });
  });

  test.each([
    ['a weight above 100', { field: 'PHONE', weight: 101 }, {}, 'INVALID'],
    ['a salesperson', { field: 'PHONE', weight: 10 }, { isSouth: true }, 'FORBIDDEN'],
  ])('refuses %s', async (_, input, { isSouth = false }: { isSouth?: boolean }, code) => {
    const { errors } = await customers.execute(SAVE, { input }, isSouth ? south() : {});
    expect(errors?.[0]?.extensions).toMatchObject({ code });
  });
});
