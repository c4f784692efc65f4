import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { until } from '@crm/kit/testing/until';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { codeOf, createCustomer, hire, type Person } from '../testing/people.ts';

let customers: TestCustomers;
let wang: Person;
let li: Person;

beforeAll(async () => {
  customers = await startCustomers();
  wang = await hire(customers);
  li = await hire(customers);
});
afterAll(() => customers.stop());

const TRANSFER = `mutation ($input: TransferCustomersInput!) { transferCustomers(input: $input) {
  updated unchanged refused rows { index outcome id problems { path } } } }`;

const transfer = (input: Readonly<Record<string, unknown>>, as: TestRequest = {}) =>
  customers.execute(TRANSFER, { input: { reason: '区域调整', ...input } }, as);

const HISTORY = `query ($id: ID!) { customer(id: $id) { owner { id } team { id }
  ownershipHistory(first: 3) { nodes { owner { id } kind reason to handedOverBy { id } } } } }`;

const historyOf = async (id: string, as: TestRequest = {}): Promise<unknown> =>
  (await customers.execute(HISTORY, { id }, as)).data?.['customer'];

const count = (ids: readonly string[]): Promise<number> =>
  countStatements(customers.db, () => transfer({ ids, toOwnerId: li.id }));

describe('transferCustomers', () => {
  test('gives a customer to another, says why, and lets the owner before read on until a day', async () => {
    const id = await createCustomer(customers, {}, wang.as);
    const keepAccessUntil = new Date(Date.now() + 1500).toISOString();
    const { data } = await transfer({ ids: [id], toOwnerId: li.id, keepAccessUntil }, wang.as);
    expect(data?.['transferCustomers']).toMatchObject({ updated: 1, refused: 0 });

    const [kept, given] = [await historyOf(id, wang.as), await historyOf(id, li.as)];
    expect(given).toEqual({
      owner: { id: li.id },
      team: { id: li.teamId },
      ownershipHistory: {
        nodes: [
          {
            owner: { id: li.id },
            kind: 'TRANSFERRED',
            reason: '区域调整',
            to: null,
            handedOverBy: { id: wang.id },
          },
          {
            owner: { id: wang.id },
            kind: 'CREATED',
            reason: null,
            to: expect.any(String),
            handedOverBy: { id: wang.id },
          },
        ],
      },
    });
    expect(kept).toEqual(given);
    const UPDATE = `mutation { updateCustomer(input: { id: "${id}", fax: "1" }) { id } }`;
    expect(codeOf(await customers.execute(UPDATE, {}, wang.as))).toBe('NOT_FOUND');

    const isGone = async (): Promise<boolean> => (await historyOf(id, wang.as)) === null;
    await until(isGone, { what: 'the former owner reads no more' });
  });

  test('tells of each row, and does nothing the second time', async () => {
    const [own, foreign] = [
      await createCustomer(customers, {}, wang.as),
      await createCustomer(customers, {}, li.as),
    ];
    const input = { ids: [own, foreign, newId(), 'x'], toOwnerId: li.id };
    const { data } = await transfer(input, wang.as);
    expect(data?.['transferCustomers']).toEqual({
      updated: 1,
      unchanged: 0,
      refused: 3,
      rows: [
        { index: 0, outcome: 'UPDATED', id: own, problems: [] },
        ...[1, 2, 3].map((index) => ({
          index,
          outcome: 'REFUSED',
          id: null,
          problems: [{ path: 'id' }],
        })),
      ],
    });
    const again = await transfer({ ids: [own], toOwnerId: li.id });
    expect(again.data?.['transferCustomers']).toMatchObject({ updated: 0, unchanged: 1 });
  });

  test('takes those of a filter that the viewer may hand over', async () => {
    const source = newId();
    const ids = [
      await createCustomer(customers, { source }, wang.as),
      await createCustomer(customers, { source }, wang.as),
      await createCustomer(customers, { source }, li.as),
    ];
    const where = { source: { eq: source } };
    const { data } = await transfer({ where, toOwnerId: li.id }, wang.as);
    expect(data?.['transferCustomers']).toMatchObject({ updated: 2, refused: 0 });
    for (const id of ids) expect(await historyOf(id)).toMatchObject({ owner: { id: li.id } });
  });

  test.each([
    ['neither ids nor a filter', {}, 'ids'],
    ['both', { ids: [], where: {} }, 'ids'],
    ['too many', { ids: Array.from({ length: 501 }, () => newId()) }, 'ids'],
    ['no reason', { ids: [newId()], reason: ' ' }, 'reason'],
    ['nobody to have them', { ids: [newId()], toOwnerId: newId() }, 'toOwnerId'],
  ])('refuses %s', async (_, input, path) => {
    const { errors } = await transfer({ toOwnerId: li.id, ...input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('is refused to those who only read', async () => {
    const analyst = { viewer: { subject: 'a', roles: ['analyst' as const] } };
    expect(codeOf(await transfer({ ids: [newId()], toOwnerId: li.id }, analyst))).toBe('FORBIDDEN');
  });

  test('costs as many statements for thirty as for three', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 33; at += 1) ids.push(await createCustomer(customers, {}, wang.as));
    expect(await count(ids.slice(3))).toBe(await count(ids.slice(0, 3)));
  });
});

test('a plain change of the owner is a term too', async () => {
  const id = await createCustomer(customers, {}, wang.as);
  await customers.execute(
    `mutation { updateCustomer(input: { id: "${id}", ownerId: "${li.id}" }) { id } }`,
  );
  expect(await historyOf(id)).toMatchObject({
    ownershipHistory: {
      nodes: [{ owner: { id: li.id }, kind: 'CHANGED' }, { owner: { id: wang.id } }],
    },
  });
});
