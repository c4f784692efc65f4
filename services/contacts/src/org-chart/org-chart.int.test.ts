import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { countStatements } from '@crm/kit/testing/statements';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  made,
  relatePeople,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());

type Input = Readonly<Record<string, unknown>>;

async function colleague(customerId: string, name: string, more: Input = {}): Promise<string> {
  const personId = await made(contacts, createPerson, { name });
  await made(contacts, affiliate, { personId, customerId, ...more });
  return personId;
}

const report = (fromId: string, toId: string, more: Input = {}): Promise<string> =>
  made(contacts, relatePeople, { fromId, type: 'REPORTS_TO', toId, ...more });

const CHART = `query ($id: ID!, $asOf: Date, $depth: Int! = 20) { orgChart(customerId: $id, asOf: $asOf, depth: $depth) {
  isTruncated nodes { depth parentId otherParentIds person { id name } affiliation { department jobTitle } } } }`;

const chartSchema = z.object({
  orgChart: z.object({
    isTruncated: z.boolean(),
    nodes: z.array(
      z.object({
        depth: z.number(),
        parentId: z.string().nullable(),
        otherParentIds: z.array(z.string()),
        person: z.object({ id: z.string(), name: z.string() }),
      }),
    ),
  }),
});

async function chart(variables: Input, viewer: Partial<Viewer> = {}) {
  const { data, errors } = await contacts.execute(CHART, variables, { viewer });
  expect(errors).toBeUndefined();
  return chartSchema.parse(data).orgChart;
}

/** Everybody with the one above, by depth. */
async function drawn(variables: Input, viewer: Partial<Viewer> = {}): Promise<string[]> {
  const { nodes } = await chart(variables, viewer);
  const names = new Map(nodes.map(({ person: { id, name } }) => [id, name]));
  return nodes.map(
    ({ depth, person: { name }, parentId }) =>
      `${depth} ${name}${parentId === null ? '' : ` < ${names.get(parentId) ?? '?'}`}`,
  );
}

describe('orgChart', () => {
  test('shows the people and lines that were in force on a day', async () => {
    const id = await addCustomer(contacts);
    const boss = await colleague(id, '总经理', { sequence: 1, roles: ['PRINCIPAL', 'KEY_PERSON'] });
    const old = await colleague(id, '前任总监', { validTo: '2024-12-31' });
    const next = await colleague(id, '新任总监', { validFrom: '2025-01-01' });
    const clerk = await colleague(id, '职员', { department: '采购部' });
    const outsider = await colleague(await addCustomer(contacts), '外人');
    await report(old, boss, { validTo: '2024-12-31' });
    await report(next, boss, { validFrom: '2025-01-01' });
    await report(clerk, old, { validTo: '2024-12-31' });
    await report(clerk, next, { validFrom: '2025-01-01' });
    await report(clerk, boss, { validFrom: '2025-01-01', strength: 10 });
    await report(boss, outsider);

    expect(await drawn({ id, asOf: '2024-06-30' })).toEqual([
      '0 总经理',
      '1 前任总监 < 总经理',
      '2 职员 < 前任总监',
    ]);
    expect(await drawn({ id })).toEqual(['0 总经理', '1 新任总监 < 总经理', '2 职员 < 新任总监']);
    expect(await chart({ id, depth: 2 })).toMatchObject({
      isTruncated: true,
      nodes: [{ depth: 0 }, { depth: 1 }],
    });
    const { nodes } = await chart({ id });
    expect(nodes[2]?.otherParentIds).toEqual([boss]);
  });

  test('is of those whom one may read', async () => {
    const staffId = await addStaff(contacts);
    const [mine, theirs] = [
      await addCustomer(contacts, { ownerId: staffId }),
      await addCustomer(contacts),
    ];
    await colleague(mine, '甲');
    await colleague(theirs, '乙');
    const rep = { roles: ['rep' as const], staffId };
    expect(await drawn({ id: mine }, rep)).toEqual(['0 甲']);
    expect(await drawn({ id: theirs }, rep)).toEqual([]);
  });

  test('costs as many statements for many people as for one', async () => {
    const id = await addCustomer(contacts);
    const boss = await colleague(id, '总');
    const one = await countStatements(contacts.db, () => chart({ id }));
    for (const name of ['一', '二', '三', '四']) await report(await colleague(id, name), boss);
    expect(await countStatements(contacts.db, () => chart({ id }))).toBe(one);
    expect(await chart({ id })).toMatchObject({ isTruncated: false, nodes: { length: 5 } });
  });

  test.each([{ depth: 0 }, { depth: 51 }, { id: 'x' }])('refuses %p', async (bad) => {
    const id = await addCustomer(contacts);
    const { errors } = await contacts.execute(CHART, { id, ...bad });
    expect(errors?.[0]?.extensions?.['code']).toBe('INVALID');
  });
});

test('the strongest influencer of many people is found in one statement, with the reason', async () => {
  const [a, b] = [
    await made(contacts, createPerson, { name: '负责人甲' }),
    await made(contacts, createPerson, { name: '负责人乙' }),
  ];
  const [weak, strong, former] = [
    await made(contacts, createPerson, { name: '弱' }),
    await made(contacts, createPerson, { name: '强' }),
    await made(contacts, createPerson, { name: '前' }),
  ];
  const influence = (fromId: string, toId: string, more: Input): Promise<string> =>
    made(contacts, relatePeople, { fromId, type: 'INFLUENCES', toId, ...more });
  await influence(weak, a, { strength: 30 });
  await influence(strong, a, { strength: 80, reason: '老领导，提拔过他' });
  await influence(former, a, { strength: 99, validTo: '2020-01-01' });
  await influence(a, b, { strength: 95, reason: '同乡' });
  const query = `query ($ids: [ID!]!) { people(where: { id: { in: $ids } }, orderBy: [{ field: "id" }]) {
    nodes { strongestInfluencer { strength reason name counterparty { name } } } } }`;
  const { data } = await contacts.execute(query, { ids: [a, b, weak] });
  expect(data?.['people']).toEqual({
    nodes: [
      {
        strongestInfluencer: {
          strength: 80,
          reason: '老领导，提拔过他',
          name: 'INFLUENCED_BY',
          counterparty: { name: '强' },
        },
      },
      {
        strongestInfluencer: {
          strength: 95,
          reason: '同乡',
          name: 'INFLUENCED_BY',
          counterparty: { name: '负责人甲' },
        },
      },
      { strongestInfluencer: null },
    ],
  });
});
