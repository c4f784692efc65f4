import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addDays } from '@crm/kit/day';
import { newId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  eventsOf,
  logInteraction,
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

const SAVE = `mutation ($input: SaveDecisionMapInput!) { record: saveDecisionMap(input: $input) { id version } }`;

const save = (input: Input): Promise<string> => made(contacts, SAVE, input);

async function refusal(input: Input, viewer: Partial<Viewer> = {}): Promise<unknown> {
  const { errors } = await contacts.execute(SAVE, { input }, { viewer });
  return errors?.[0]?.extensions;
}

const person = (name: string, more: Input = {}): Promise<string> =>
  made(contacts, createPerson, { name, ...more });

/** A day of the company, so many from today. */
const companyDay = (days: number): string => addDays(companyDate(new Date()), days);

const NODES = `query ($customerId: ID!, $opportunityId: ID) { decisionMap(customerId: $customerId, opportunityId: $opportunityId) {
  name version nodes { buyingRole stance influence parentId endedOn isActive lastCoveredAt person { name status } } } }`;

async function ask(query: string, variables: Input): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await contacts.execute(query, variables);
  expect(errors).toBeUndefined();
  return data ?? {};
}

describe('saveDecisionMap', () => {
  test('draws who decides, placeholders too, and is another version each time', async () => {
    const customerId = await addCustomer(contacts);
    const [boss, unknown] = [
      await person('周总'),
      await person('采购科长', { status: 'PLACEHOLDER' }),
    ];
    const id = await save({
      customerId,
      nodes: [
        { personId: boss, buyingRole: 'DECISION_MAKER', stance: 'SKEPTIC', influence: 90 },
        { personId: unknown, parentId: boss, buyingRole: 'GATEKEEPER' },
      ],
    });
    const { decisionMap } = await ask(NODES, { customerId });
    expect(decisionMap).toEqual({
      name: '决策图',
      version: 1,
      nodes: [
        {
          buyingRole: 'DECISION_MAKER',
          stance: 'SKEPTIC',
          influence: 90,
          parentId: null,
          endedOn: null,
          isActive: true,
          lastCoveredAt: null,
          person: { name: '周总', status: 'ACTIVE' },
        },
        {
          buyingRole: 'GATEKEEPER',
          stance: null,
          influence: null,
          parentId: boss,
          endedOn: null,
          isActive: true,
          lastCoveredAt: null,
          person: { name: '采购科长', status: 'PLACEHOLDER' },
        },
      ],
    });
    const again = {
      customerId,
      name: '二期',
      nodes: [{ personId: boss, buyingRole: 'APPROVER' }],
    };
    expect(await refusal({ ...again, expectedVersion: 2 })).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 1,
    });
    expect(await save({ ...again, expectedVersion: 1 })).toBe(id);
    expect((await ask(NODES, { customerId }))['decisionMap']).toMatchObject({
      name: '二期',
      version: 2,
      nodes: [{ buyingRole: 'APPROVER', stance: null, person: { name: '周总' } }],
    });
    expect(await eventsOf(contacts, id)).toEqual(['decisionmap.changed', 'decisionmap.changed']);
  });

  test('keeps one map for each opportunity beside the one in general', async () => {
    const customerId = await addCustomer(contacts);
    const opportunityId = newId();
    const personId = await person('甲');
    await save({ customerId, nodes: [] });
    await save({
      customerId,
      opportunityId,
      nodes: [{ personId, buyingRole: 'USER' }],
    });
    expect((await ask(NODES, { customerId }))['decisionMap']).toMatchObject({ nodes: [] });
    const data = await ask(
      `query ($r: [_Any!]!) { _entities(representations: $r) {
        ... on Opportunity { decisionMap { nodes { person { name } } } }
        ... on Customer { decisionMaps(first: 5) { totalCount nodes { opportunity { id } } } } } }`,
      {
        r: [
          { __typename: 'Opportunity', id: opportunityId },
          { __typename: 'Customer', id: customerId },
        ],
      },
    );
    expect(data['_entities']).toEqual([
      { decisionMap: { nodes: [{ person: { name: '甲' } }] } },
      {
        decisionMaps: {
          totalCount: 2,
          nodes: expect.arrayContaining([
            { opportunity: null },
            { opportunity: { id: opportunityId } },
          ]),
        },
      },
    ]);
  });

  test('refuses a node without a person, and everything else that is no decision', async () => {
    const customerId = await addCustomer(contacts);
    const [a, b] = [await person('甲'), await person('乙')];
    const node = { personId: a, buyingRole: 'USER' };
    const { errors } = await contacts.execute(SAVE, {
      input: { customerId, nodes: [{ buyingRole: 'USER' }] },
    });
    expect(errors?.[0]?.message).toContain('personId');
    for (const [nodes, path] of [
      [[{ ...node, personId: newId() }], 'nodes.0.personId'],
      [[{ ...node, personId: '' }], 'nodes.0.personId'],
      [[node, node], 'nodes.1.personId'],
      [[{ ...node, parentId: b }], 'nodes.0.parentId'],
      [[{ ...node, parentId: a }], 'nodes.0.parentId'],
      [[{ ...node, influence: 101 }], 'nodes.0.influence'],
    ] as const) {
      expect(await refusal({ customerId, nodes })).toMatchObject({
        code: 'INVALID',
        fields: expect.arrayContaining([expect.objectContaining({ path })]),
      });
    }
    const circle = [
      { ...node, parentId: b },
      { personId: b, buyingRole: 'USER', parentId: a },
    ];
    expect(await refusal({ customerId, nodes: circle })).toMatchObject({ code: 'INVALID' });
    const rep = { roles: ['rep' as const], staffId: newId() };
    expect(await refusal({ customerId, nodes: [] }, rep)).toMatchObject({ code: 'NOT_FOUND' });
    expect((await contacts.execute(NODES, { customerId }, { viewer: rep })).data).toEqual({
      decisionMap: null,
    });
  });
});

test('whoever leaves the customer decides no more there', async () => {
  const customerId = await addCustomer(contacts);
  const [a, b] = [await person('甲'), await person('乙')];
  const affiliation = await made(contacts, affiliate, { personId: a, customerId });
  await made(contacts, affiliate, { personId: b, customerId });
  const id = await save({
    customerId,
    nodes: [
      { personId: a, buyingRole: 'USER' },
      { personId: b, buyingRole: 'APPROVER' },
    ],
  });
  await ask(
    'mutation ($id: ID!) { endAffiliation(input: { id: $id, endedOn: "2026-01-31" }) { id } }',
    { id: affiliation },
  );
  expect((await ask(NODES, { customerId }))['decisionMap']).toMatchObject({
    version: 2,
    nodes: [
      { endedOn: '2026-01-31', isActive: false, person: { name: '甲' } },
      { endedOn: null, isActive: true },
    ],
  });
  expect(await eventsOf(contacts, id)).toEqual(['decisionmap.changed', 'decisionmap.changed']);
});

const run = (mutation: string, id: string): Promise<object> =>
  ask(`mutation ($id: ID!) { ${mutation}(input: { id: $id }) { id } }`, { id });

const nodesOf = async (customerId: string): Promise<unknown> =>
  (
    await ask(
      `query ($customerId: ID!) { decisionMap(customerId: $customerId) { version nodes { isActive } } }`,
      { customerId },
    )
  )['decisionMap'];

describe('whose affiliation is taken back', () => {
  test('decides no more there, unless another one holds', async () => {
    const customerId = await addCustomer(contacts);
    const [a, b] = [await person('甲'), await person('乙')];
    const nodes = [a, b].map((personId) => ({ personId, buyingRole: 'USER' }));
    const first = await made(contacts, affiliate, { personId: a, customerId });
    const early = await made(contacts, affiliate, {
      personId: b,
      customerId,
      validTo: companyDay(1),
    });
    await made(contacts, affiliate, { personId: b, customerId, validFrom: companyDay(2) });
    await save({ customerId, nodes });
    await run('removeAffiliation', early);
    expect(await nodesOf(customerId)).toEqual({
      version: 1,
      nodes: [{ isActive: true }, { isActive: true }],
    });
    await run('removeAffiliation', first);
    expect(await nodesOf(customerId)).toEqual({
      version: 2,
      nodes: [{ isActive: false }, { isActive: true }],
    });
  });

  test('with the person, decides again when the person comes back', async () => {
    const customerId = await addCustomer(contacts);
    const personId = await person('甲');
    await made(contacts, affiliate, { personId, customerId });
    await save({ customerId, nodes: [{ personId, buyingRole: 'USER' }] });
    await run('deletePerson', personId);
    expect(await nodesOf(customerId)).toEqual({ version: 2, nodes: [{ isActive: false }] });
    await run('restorePerson', personId);
    expect(await nodesOf(customerId)).toEqual({ version: 3, nodes: [{ isActive: true }] });
  });
});

const daysAgo = (days: number): string =>
  new Date(Date.now() - days * 86_400_000 - 60_000).toISOString();

const meet = (staffId: string, personId: string, occurredAt: string): Promise<string> =>
  made(contacts, logInteraction, {
    kind: 'VISIT',
    participantIds: [personId],
    staffIds: [staffId],
    occurredAt,
  });

describe('decisionCoverage', () => {
  const COVERAGE = `query ($customerId: ID!, $days: Int!) { decisionCoverage(customerId: $customerId, days: $days) {
    covered gaps { daysSince node { buyingRole lastCoveredAt person { name } }
      introduction { hops staff { id } people { person { name } } } } } }`;

  test('tells who was not met, and who of our staff can introduce somebody', async () => {
    const customerId = await addCustomer(contacts);
    const staffId = await addStaff(contacts);
    const [met, long, never, friend, left] = [
      await person('常见'),
      await person('久未'),
      await person('从未'),
      await person('朋友'),
      await person('已走'),
    ];
    await meet(staffId, met, daysAgo(3));
    await meet(staffId, long, daysAgo(45));
    await meet(staffId, friend, daysAgo(1));
    await made(contacts, relatePeople, { fromId: friend, type: 'SCHOOLMATE_OF', toId: never });
    const affiliation = await made(contacts, affiliate, { personId: left, customerId });
    await save({
      customerId,
      nodes: [
        { personId: met, buyingRole: 'USER' },
        { personId: long, buyingRole: 'EVALUATOR' },
        { personId: never, buyingRole: 'DECISION_MAKER' },
        { personId: left, buyingRole: 'COACH' },
      ],
    });
    await ask(
      'mutation ($id: ID!) { endAffiliation(input: { id: $id, endedOn: "2026-01-31" }) { id } }',
      {
        id: affiliation,
      },
    );
    expect((await ask(COVERAGE, { customerId, days: 30 }))['decisionCoverage']).toEqual({
      covered: 1,
      gaps: [
        {
          daysSince: 45,
          node: {
            buyingRole: 'EVALUATOR',
            lastCoveredAt: expect.stringMatching(/^20/),
            person: { name: '久未' },
          },
          introduction: { hops: 1, staff: { id: staffId }, people: [{ person: { name: '久未' } }] },
        },
        {
          daysSince: null,
          node: { buyingRole: 'DECISION_MAKER', lastCoveredAt: null, person: { name: '从未' } },
          introduction: {
            hops: 2,
            staff: { id: staffId },
            people: [{ person: { name: '朋友' } }, { person: { name: '从未' } }],
          },
        },
      ],
    });
    const gaps = z.object({
      decisionCoverage: z.object({ gaps: z.array(z.unknown()) }),
    });
    expect(
      gaps.parse(await ask(COVERAGE, { customerId, days: 60 })).decisionCoverage.gaps,
    ).toHaveLength(1);
    expect(await ask(COVERAGE, { customerId: newId(), days: 30 })).toEqual({
      decisionCoverage: null,
    });
  });
});
