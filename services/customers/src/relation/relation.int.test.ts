import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { eventsOf, makeRecord, statementsOf } from '../testing/records.ts';

let customers: TestCustomers;
let ids: { readonly [name: string]: string };

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());
beforeEach(async () => {
  const names = ['Group', 'Holding', 'Works', 'Dealer'];
  const made: [string, string][] = [];
  for (const name of names) {
    made.push([name, await makeRecord(customers, 'createCustomer', { name })]);
  }
  const bureau = { name: '市国资委', kind: 'AUTHORITY' };
  made.push(['Bureau', await makeRecord(customers, 'createExternalOrganization', bureau)]);
  ids = Object.fromEntries(made);
});

const id = (name: string): string => ids[name] ?? '';

const relate = (from: string, type: string, to: string, more: object = {}): Promise<string> =>
  makeRecord(customers, 'relateCustomers', { fromId: id(from), type, toId: id(to), ...more });

const RELATE = `mutation ($input: RelateCustomersInput!) { relateCustomers(input: $input) { id } }`;

const refusal = async (
  input: Readonly<Record<string, unknown>>,
  viewer?: Partial<Viewer>,
): Promise<unknown> => {
  const { errors } = await customers.execute(RELATE, { input }, viewer ? { viewer } : {});
  return errors?.[0]?.extensions;
};

const NAMES = `counterparty { ... on Customer { name } ... on ExternalOrganization { name kind } }`;

/** The relations of a customer, with these arguments: what each is called and who it is to. */
async function relationsOf(name: string, args = ''): Promise<string[]> {
  const { data, errors } = await customers.execute(
    `query ($id: ID!) { customer(id: $id) {
      relations(orderBy: [{ field: "id" }] ${args}) { nodes { name direction ${NAMES} } }
    } }`,
    { id: id(name) },
  );
  expect(errors).toBeUndefined();
  const node = z.object({
    name: z.string(),
    direction: z.string(),
    counterparty: z.object({ name: z.string() }).nullable(),
  });
  return z
    .object({ customer: z.object({ relations: z.object({ nodes: z.array(node) }) }) })
    .parse(data)
    .customer.relations.nodes.map(
      ({ name: called, direction, counterparty }) =>
        `${called} ${direction} ${counterparty?.name ?? '…'}`,
    );
}

describe('relateCustomers', () => {
  test('is seen from both sides, by either name, and tells the event', async () => {
    const relation = await relate('Works', 'SUBSIDIARY_OF', 'Holding');
    await relate('Group', 'PARENT_OF', 'Holding');
    await relate('Works', 'RIVAL_OF', 'Dealer', { situation: '价格战', strategy: '提高服务' });
    await relate('Works', 'SUPERVISED_BY', 'Bureau');

    expect(await relationsOf('Works')).toEqual([
      'SUBSIDIARY_OF OUT Holding',
      'RIVAL_OF BOTH Dealer',
      'SUPERVISED_BY OUT 市国资委',
    ]);
    expect(await relationsOf('Holding')).toEqual(['PARENT_OF IN Works', 'SUBSIDIARY_OF OUT Group']);
    expect(await relationsOf('Holding', 'type: ["PARENT_OF"]')).toEqual(['PARENT_OF IN Works']);
    expect(await relationsOf('Holding', 'direction: OUT')).toEqual(['SUBSIDIARY_OF OUT Group']);
    expect(await relationsOf('Dealer', 'type: ["RIVAL_OF"]')).toEqual(['RIVAL_OF BOTH Works']);
    expect(await eventsOf(customers, relation)).toEqual(['1 customerrelation.established']);
  });

  test('says who supplies whom: a distributor has end users, and they a distributor', async () => {
    await relate('Dealer', 'SUPPLIES', 'Works');
    await relate('Group', 'SUPPLIED_BY', 'Dealer');
    expect(await relationsOf('Dealer', 'type: ["SUPPLIES"]')).toEqual([
      'SUPPLIES OUT Works',
      'SUPPLIES OUT Group',
    ]);
    expect(await relationsOf('Works', 'type: ["SUPPLIED_BY"]')).toEqual(['SUPPLIED_BY IN Dealer']);
    const { data } = await customers.execute(
      `query ($id: ID!) { customers(
        where: { relationsTo: { some: { type: { eq: "SUPPLIES" }, fromId: { eq: $id } } } }
        orderBy: [{ field: "name" }]
      ) { nodes { name } } }`,
      { id: id('Dealer') },
    );
    expect(data?.['customers']).toEqual({ nodes: [{ name: 'Group' }, { name: 'Works' }] });
  });

  test('refuses a circle and names it', async () => {
    await relate('Works', 'SUBSIDIARY_OF', 'Holding');
    await relate('Holding', 'SUBSIDIARY_OF', 'Group');
    const input = { fromId: id('Group'), type: 'SUBSIDIARY_OF', toId: id('Works') };
    expect(await refusal(input)).toEqual({
      code: 'RULE_VIOLATION',
      cycle: ['Group', 'Works', 'Holding', 'Group'],
    });
    expect(await relationsOf('Group')).toEqual(['PARENT_OF IN Holding']);
  });

  test('names nothing of a circle that the viewer may not read', async () => {
    await relate('Works', 'SUBSIDIARY_OF', 'Holding');
    await relate('Holding', 'SUBSIDIARY_OF', 'Group');
    const staffId = newId();
    await customers.db.query(
      'UPDATE customer SET ownerId = UUID_TO_BIN(?) WHERE id IN (UUID_TO_BIN(?), UUID_TO_BIN(?))',
      [staffId, id('Group'), id('Works')],
    );
    const input = { fromId: id('Group'), type: 'SUBSIDIARY_OF', toId: id('Works') };
    expect(await refusal(input, { roles: ['rep'], staffId })).toMatchObject({
      cycle: ['Group', 'Works', '…', 'Group'],
    });
  });

  test('never closes a circle when both ways come at once', async () => {
    const pairs = [
      ['Works', 'Holding'],
      ['Holding', 'Works'],
    ] as const;
    const answers = await Promise.all(
      pairs.map(([from, to]) => refusal({ fromId: id(from), type: 'SUBSIDIARY_OF', toId: id(to) })),
    );
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
  });

  test('takes a day on which one ends for the next to begin', async () => {
    const relation = await relate('Works', 'SUBSIDIARY_OF', 'Holding', { validFrom: '2020-01-01' });
    const next = {
      fromId: id('Works'),
      type: 'SUBSIDIARY_OF',
      toId: id('Group'),
      validFrom: '2025-07-01',
    };
    expect(await refusal(next)).toMatchObject({ code: 'INVALID', fields: [{ path: 'toId' }] });
    const { data } = await customers.execute(
      `mutation ($id: ID!) { endCustomerRelation(input: { id: $id, endedOn: "2025-06-30" }) {
        validTo isActive
      } }`,
      { id: relation },
    );
    expect(data?.['endCustomerRelation']).toEqual({ validTo: '2025-06-30', isActive: false });
    expect(await refusal(next)).toBeUndefined();
    expect(await relationsOf('Works', 'asOf: "2025-06-30"')).toEqual(['SUBSIDIARY_OF OUT Holding']);
    expect(await relationsOf('Works', 'asOf: "2025-07-01"')).toEqual(['SUBSIDIARY_OF OUT Group']);
    expect(await relationsOf('Works')).toHaveLength(2);
    expect(await eventsOf(customers, relation)).toEqual([
      '1 customerrelation.established',
      '2 customerrelation.ended',
    ]);
    const again = await customers.execute(
      'mutation ($id: ID!) { endCustomerRelation(input: { id: $id }) { id } }',
      { id: relation },
    );
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
  });

  test.each([
    ['a type that is none', (): object => ({ type: 'COUSIN_OF' }), 'type'],
    ['an organisation to itself', (): object => ({ toId: id('Works') }), 'toId'],
    ['an organisation that is none', (): object => ({ toId: newId() }), 'toId'],
    ['an id that is none', (): object => ({ toId: 'x' }), 'toId'],
    [
      'an end before the beginning',
      (): object => ({ validFrom: '2026-02-01', validTo: '2026-01-31' }),
      'validTo',
    ],
    ['too long a note', (): object => ({ note: '长'.repeat(2001) }), 'note'],
  ])('refuses %s', async (_, more, path) => {
    const input = { fromId: id('Works'), type: 'PARTNER_OF', toId: id('Dealer'), ...more() };
    expect(await refusal(input)).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('refuses the same pair twice, a symmetric one from the other side too', async () => {
    await relate('Works', 'PARTNER_OF', 'Dealer');
    const input = { fromId: id('Dealer'), type: 'PARTNER_OF', toId: id('Works') };
    expect(await refusal(input)).toMatchObject({ code: 'INVALID', fields: [{ path: 'toId' }] });
  });

  test('takes a customer that the viewer may change, and one to relate it to that can be read', async () => {
    const rep: Partial<Viewer> = { roles: ['rep'], staffId: newId() };
    const input = { fromId: id('Works'), type: 'PARTNER_OF', toId: id('Bureau') };
    expect(await refusal(input, rep)).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'fromId' }],
    });
    const agent: Partial<Viewer> = { roles: ['care_agent'], staffId: newId() };
    expect(await refusal(input, agent)).toMatchObject({ code: 'FORBIDDEN' });
    const other = await makeRecord(customers, 'createExternalOrganization', { name: '行业协会' });
    expect(await refusal({ ...input, fromId: other })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a relation', () => {
  test('keeps its parties, and what is known of it changes with its history', async () => {
    const relation = await relate('Works', 'PARTNER_OF', 'Dealer');
    const { data, errors } = await customers.execute(
      `mutation ($id: ID!) { updateCustomerRelation(
        input: { id: $id, expectedVersion: 1, situation: "经营稳定", strength: "资金充足" }
      ) { version situation strength fieldHistory { nodes { field } } } }`,
      { id: relation },
    );
    expect(errors).toBeUndefined();
    expect(data?.['updateCustomerRelation']).toMatchObject({
      version: 2,
      situation: '经营稳定',
      fieldHistory: {
        nodes: expect.arrayContaining([{ field: 'situation' }, { field: 'strength' }]),
      },
    });
    const stale = await customers.execute(
      `mutation ($id: ID!) { updateCustomerRelation(
        input: { id: $id, expectedVersion: 1, situation: "不明" }
      ) { id } }`,
      { id: relation },
    );
    expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' });
  });

  test('that was a mistake leaves both sides, and makes room', async () => {
    const relation = await relate('Works', 'PARTNER_OF', 'Dealer');
    await customers.execute(
      'mutation ($id: ID!) { removeCustomerRelation(input: { id: $id }) { id } }',
      { id: relation },
    );
    expect(await relationsOf('Works')).toEqual([]);
    expect(await relationsOf('Dealer')).toEqual([]);
    await relate('Dealer', 'PARTNER_OF', 'Works');
    expect(await eventsOf(customers, relation)).toContain('2 customerrelation.removed');
  });

  test('moved to other days closes no circle either', async () => {
    await relate('Works', 'SUPERVISED_BY', 'Group', { validTo: '2020-12-31' });
    const back = await relate('Group', 'SUPERVISED_BY', 'Works', { validFrom: '2021-01-01' });
    const { errors } = await customers.execute(
      `mutation ($id: ID!) { updateCustomerRelation(input: { id: $id, validFrom: "2020-01-01" }) { id } }`,
      { id: back },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
  });

  test('shows a counterpart that the viewer may not read as null', async () => {
    await relate('Works', 'SUBSIDIARY_OF', 'Holding');
    const staffId = newId();
    await customers.db.query(
      'UPDATE customer SET ownerId = UUID_TO_BIN(?) WHERE id = UUID_TO_BIN(?)',
      [staffId, id('Works')],
    );
    const { data } = await customers.execute(
      `query ($id: ID!) { customer(id: $id) { parent { __typename }
        relations { nodes { name label(locale: EN) counterparty { __typename } } } } }`,
      { id: id('Works') },
      { viewer: { roles: ['rep'], staffId } },
    );
    expect(data?.['customer']).toEqual({
      parent: null,
      relations: {
        nodes: [{ name: 'SUBSIDIARY_OF', label: 'Subsidiary of', counterparty: null }],
      },
    });
  });
});

async function addPlants(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const fromId = await makeRecord(customers, 'createCustomer', { name: `Plant ${at}` });
    const input = { fromId, type: 'SUBSIDIARY_OF', toId: id('Group') };
    await makeRecord(customers, 'relateCustomers', input);
  }
}

describe('organizationTree', () => {
  const TREE = `query ($id: ID!, $depth: Int! = 5) { organizationTree(rootId: $id, depth: $depth) {
    isTruncated nodes { depth parentId organization { ... on Customer { name } } }
  } }`;

  test('goes down level by level as far as it is asked', async () => {
    await relate('Works', 'SUBSIDIARY_OF', 'Holding');
    await relate('Dealer', 'SUBSIDIARY_OF', 'Holding', { validTo: '2020-12-31' });
    await relate('Holding', 'SUBSIDIARY_OF', 'Group');
    const whole = await customers.execute(TREE, { id: id('Group') });
    expect(whole.data?.['organizationTree']).toEqual({
      isTruncated: false,
      nodes: [
        { depth: 0, parentId: null, organization: { name: 'Group' } },
        { depth: 1, parentId: id('Group'), organization: { name: 'Holding' } },
        { depth: 2, parentId: id('Holding'), organization: { name: 'Works' } },
      ],
    });
    const top = await customers.execute(TREE, { id: id('Group'), depth: 1 });
    expect(top.data?.['organizationTree']).toMatchObject({
      isTruncated: true,
      nodes: [{ depth: 0 }, { depth: 1 }],
    });
    const { data } = await customers.execute(
      `query ($id: ID!) { customer(id: $id) { parent { ... on Customer { name } } } }`,
      { id: id('Works') },
    );
    expect(data?.['customer']).toEqual({ parent: { name: 'Holding' } });
  });

  test('is empty for what nobody knows, and 1 to 10 levels deep', async () => {
    const { data } = await customers.execute(TREE, { id: newId() });
    expect(data?.['organizationTree']).toEqual({ isTruncated: false, nodes: [] });
    for (const depth of [0, 11]) {
      const { errors } = await customers.execute(TREE, { id: id('Group'), depth });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
    }
  });

  test('reads a level with as many statements for thirty as for three', async () => {
    await addPlants(3);
    const few = await statementsOf(customers, TREE, { id: id('Group') });
    await addPlants(27);
    expect(await statementsOf(customers, TREE, { id: id('Group') })).toBe(few);
  });
});

describe('relation types', () => {
  const SAVE = `mutation ($input: SaveRelationTypeInput!) {
    saveRelationType(input: $input) { code inverseCode inverseLabels { zh } shape active }
  }`;
  const buys = {
    code: 'BUYS_FOR',
    inverseCode: 'BOUGHT_BY',
    labels: { zh: '代购', en: 'Buys for' },
    inverseLabels: { zh: '由其代购', en: 'Bought by' },
    shape: 'DIRECTED',
    order: 9,
  };

  test('are defined by the company, retired, and kept in their meaning once used', async () => {
    const { data } = await customers.execute(SAVE, { input: buys });
    expect(data?.['saveRelationType']).toMatchObject({ inverseCode: 'BOUGHT_BY', active: true });
    await relate('Dealer', 'BOUGHT_BY', 'Works');
    expect(await relationsOf('Dealer')).toEqual(['BOUGHT_BY IN Works']);

    const other = await customers.execute(SAVE, { input: { ...buys, shape: 'ACYCLIC' } });
    expect(other.errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
    await customers.execute(SAVE, { input: { ...buys, active: false } });
    const input = { fromId: id('Works'), type: 'BUYS_FOR', toId: id('Group') };
    expect(await refusal(input)).toMatchObject({ code: 'INVALID', fields: [{ path: 'type' }] });
  });

  test('are called the same from both sides when they are symmetric', async () => {
    const input = {
      code: 'NEIGHBOUR_OF',
      labels: { zh: '邻居', en: 'Neighbour' },
      shape: 'SYMMETRIC',
    };
    const { data } = await customers.execute(SAVE, { input });
    expect(data?.['saveRelationType']).toMatchObject({
      inverseCode: 'NEIGHBOUR_OF',
      inverseLabels: { zh: '邻居' },
    });
  });

  test.each([
    ['a code in small letters', { code: 'buys', inverseCode: 'SOLD_BY' }, 'code'],
    ['the inverse of another type', { code: 'PAYS_FOR', inverseCode: 'PARENT_OF' }, 'inverseCode'],
    [
      'no words',
      { code: 'PAYS_FOR', inverseCode: 'PAID_BY', labels: { zh: '', en: 'x' } },
      'labels.zh',
    ],
  ])('refuse %s', async (_, input, path) => {
    const { errors } = await customers.execute(SAVE, { input: { ...buys, ...input } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('are for those who set the company up', async () => {
    const { errors } = await customers.execute(
      SAVE,
      { input: buys },
      { viewer: { roles: ['manager'] } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('an external organisation', () => {
  test('becomes a customer once, and its relations with it', async () => {
    const relation = await relate('Works', 'SUPPLIED_BY', 'Bureau');
    const PROMOTE = `mutation ($id: ID!) {
      promoteToCustomer(input: { id: $id }) { id name relations { nodes { name ${NAMES} } } }
    }`;
    const { data, errors } = await customers.execute(PROMOTE, { id: id('Bureau') });
    expect(errors).toBeUndefined();
    expect(data?.['promoteToCustomer']).toMatchObject({
      name: '市国资委',
      relations: { nodes: [{ name: 'SUPPLIES', counterparty: { name: 'Works' } }] },
    });
    expect(await relationsOf('Works')).toEqual(['SUPPLIED_BY IN 市国资委']);
    expect(await eventsOf(customers, relation)).toEqual([
      '1 customerrelation.established',
      '2 customerrelation.changed',
    ]);

    const again = await customers.execute(PROMOTE, { id: id('Bureau') });
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
    const input = { fromId: id('Works'), type: 'PARTNER_OF', toId: id('Bureau') };
    expect(await refusal(input)).toMatchObject({ code: 'INVALID', fields: [{ path: 'toId' }] });
  });

  test('is changed, listed and found, and not deleted while it is related', async () => {
    const { data } = await customers.execute(
      `mutation ($id: ID!) { updateExternalOrganization(
        input: { id: $id, expectedVersion: 1, note: "2025 年改制" }
      ) { version note } }`,
      { id: id('Bureau') },
    );
    expect(data?.['updateExternalOrganization']).toEqual({ version: 2, note: '2025 年改制' });
    const listed = await customers.execute(
      `query ($id: ID!) {
        externalOrganizations(where: { kind: { eq: AUTHORITY }, id: { eq: $id } }) {
          totalCount nodes { name relations { totalCount } }
        }
        externalOrganizationAggregate(
          where: { id: { eq: $id } }, groupBy: [{ field: "kind" }], measures: [{ fn: COUNT }]
        ) { rows { keys { label } values { value } } }
      }`,
      { id: id('Bureau') },
    );
    expect(listed.data).toMatchObject({
      externalOrganizations: {
        totalCount: 1,
        nodes: [{ name: '市国资委', relations: { totalCount: 0 } }],
      },
      externalOrganizationAggregate: {
        rows: [{ keys: [{ label: '主管部门' }], values: [{ value: '1' }] }],
      },
    });

    const DELETE = `mutation ($id: ID!) { deleteExternalOrganization(input: { id: $id }) { id } }`;
    const relation = await relate('Works', 'SUPERVISED_BY', 'Bureau');
    const related = await customers.execute(DELETE, { id: id('Bureau') });
    expect(related.errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
    await customers.execute(
      'mutation ($id: ID!) { removeCustomerRelation(input: { id: $id }) { id } }',
      { id: relation },
    );
    expect((await customers.execute(DELETE, { id: id('Bureau') })).errors).toBeUndefined();
    const restored = await customers.execute(
      `mutation ($id: ID!) { restoreExternalOrganization(input: { id: $id }) { name } }`,
      { id: id('Bureau') },
    );
    expect(restored.data?.['restoreExternalOrganization']).toEqual({ name: '市国资委' });
  });

  test('needs a name', async () => {
    const { errors } = await customers.execute(
      'mutation { createExternalOrganization(input: { name: " " }) { id } }',
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path: 'name' }] });
  });

  test('is an entity of the graph, and so is a relation', async () => {
    const relation = await relate('Works', 'SUPERVISED_BY', 'Bureau');
    const { data } = await customers.execute(
      `query ($of: [_Any!]!) { _entities(representations: $of) {
        ... on ExternalOrganization { name } ... on CustomerRelation { name }
      } }`,
      {
        of: [
          { __typename: 'ExternalOrganization', id: id('Bureau') },
          { __typename: 'CustomerRelation', id: relation },
          { __typename: 'ExternalOrganization', id: newId() },
        ],
      },
    );
    expect(data?.['_entities']).toEqual([{ name: '市国资委' }, { name: 'SUPERVISED_BY' }, null]);
  });
});

test('the relations of thirty customers are read with as many statements as those of three', async () => {
  for (let at = 0; at < 30; at += 1) {
    const fromId = await makeRecord(customers, 'createCustomer', { name: `Lister ${at}` });
    const input = { fromId, type: 'PARTNER_OF', toId: id('Bureau') };
    await makeRecord(customers, 'relateCustomers', input);
  }
  const query = `query ($first: Int) { customers(first: $first) { nodes { parent { __typename }
          relations(type: ["PARTNER_OF"], asOf: "2026-01-01") { totalCount nodes { type { code } ${NAMES} } }
        } } }`;
  const few = await statementsOf(customers, query, { first: 3 });
  expect(await statementsOf(customers, query, { first: 30 })).toBe(few);
});
