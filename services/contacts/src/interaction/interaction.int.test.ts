import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import {
  addCustomer,
  addStaff,
  createPerson,
  eventsOf,
  logInteraction,
  made,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;
let customerId: string;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());
beforeEach(async () => {
  customerId = await addCustomer(contacts);
});

const visit = { kind: 'VISIT', occurredAt: '2024-05-06T01:02:03.000Z' };
const AMEND = `mutation ($input: AmendInteractionInput!) {
  amendInteraction(input: $input) { version subject outcome participants { id } }
}`;
const LOG_MANY = `mutation ($rows: [LogInteractionInput!]!) {
  logInteractions(input: { rows: $rows }) { created updated unchanged refused
    rows { index outcome problems { path } } }
}`;

const log = (input: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  made(contacts, logInteraction, { ...visit, customerId, ...input });

describe('logInteraction', () => {
  test('gives back every field as it was given, and records the event', async () => {
    const person = await made(contacts, createPerson, { name: '李雷' });
    const staff = await addStaff(contacts);
    const input = {
      ...visit,
      direction: 'INBOUND',
      durationMinutes: 90,
      subject: '年度回访 𠮷😀',
      content: '客户满意',
      outcome: 'POSITIVE',
      nextStep: '寄样品',
      nextTouchOn: '2024-06-06',
      visibility: 'CUSTOMER',
      source: 'OA',
      externalRef: '7',
    };
    const relatesTo = { needId: newId(), opportunityId: newId(), careTaskId: newId() };
    const id = await log({ ...input, relatesTo, participantIds: [person], staffIds: [staff] });
    const { data, errors } = await contacts.execute(
      `{ interaction(id: "${id}") { kind direction occurredAt durationMinutes subject content outcome
        nextStep nextTouchOn visibility source externalRef
        relatesTo { need { id } opportunity { id } careTaskId } customer { id } participants { id } staff { id } } }`,
    );

    expect(errors).toBeUndefined();
    expect(data?.['interaction']).toEqual({
      ...input,
      relatesTo: {
        need: { id: relatesTo.needId },
        opportunity: { id: relatesTo.opportunityId },
        careTaskId: relatesTo.careTaskId,
      },
      customer: { id: customerId },
      participants: [{ id: person }],
      staff: [{ id: staff }],
    });
    expect(await eventsOf(contacts, id)).toEqual(['interaction.logged']);
  });

  test.each([
    ['nobody it was with', { customerId: null }, 'customerId'],
    ['a customer that is unknown', { customerId: newId() }, 'customerId'],
    ['a participant that is unknown', { participantIds: [newId()] }, 'participantIds'],
    ['a colleague that is unknown', { staffIds: [newId()] }, 'staffIds'],
    ['a time to come', { occurredAt: '2999-01-01T00:00:00Z' }, 'occurredAt'],
    ['less than no minutes', { durationMinutes: -1 }, 'durationMinutes'],
    ['a next touch before', { nextTouchOn: '2024-05-05' }, 'nextTouchOn'],
    ['a reference of no system', { externalRef: '1' }, 'source'],
    ['a NUL', { content: 'a\0b' }, 'content'],
    ['over-long text', { subject: '长'.repeat(201) }, 'subject'],
  ])('refuses %s, names the field and stores nothing', async (_, input, path) => {
    const count = 'SELECT COUNT(*) n FROM interaction';
    const before: unknown = await contacts.db.query(count);
    const { errors } = await contacts.execute(logInteraction, {
      input: { ...visit, customerId, ...input },
    });

    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
    expect(await contacts.db.query(count)).toEqual(before);
  });

  test('names the one who logs as the colleague who took part', async () => {
    const staffId = await addStaff(contacts);
    const viewer = { viewer: { subject: 's', roles: ['admin' as const], staffId } };
    const { data } = await contacts.execute(
      `mutation ($input: LogInteractionInput!) { logInteraction(input: $input) { staff { id } direction } }`,
      { input: { ...visit, customerId } },
      viewer,
    );
    expect(data?.['logInteraction']).toEqual({ staff: [{ id: staffId }], direction: 'OUTBOUND' });
  });
});

const rep = (staffId: string, teamId: string) => ({
  viewer: { subject: staffId, roles: ['rep' as const], staffId, teamIds: [teamId] },
});

describe('who sees an interaction', () => {
  const [team, other] = [newId(), newId()];
  const LISTED = `query ($c: ID) { interactions(where: { customerId: { eq: $c } }) { totalCount } }`;

  test.each([
    ['CUSTOMER', { owner: 1, own: 1, analyst: 1, admin: 1 }],
    ['TEAM', { owner: 0, own: 1, analyst: 1, admin: 1 }],
    ['PRIVATE', { owner: 0, own: 0, analyst: 0, admin: 1 }],
  ])('that is for %s', async (visibility, expected) => {
    const [me, mate, boss] = [
      await addStaff(contacts, team),
      await addStaff(contacts, team),
      await addStaff(contacts, other),
    ];
    const customer = await addCustomer(contacts, { ownerId: boss, teamId: other });
    await contacts.db.query(
      `INSERT INTO shareGrant (resourceId, granteeId, access, grantedAt)
       VALUES (UUID_TO_BIN(?), UUID_TO_BIN(?), 'WRITE', NOW(3))`,
      [customer, me],
    );
    const { errors } = await contacts.execute(
      logInteraction,
      { input: { ...visit, customerId: customer, visibility } },
      rep(me, team),
    );
    expect(errors).toBeUndefined();
    const count = async (as: Parameters<typeof contacts.execute>[2]): Promise<unknown> => {
      const { data } = await contacts.execute(LISTED, { c: customer }, as);
      return data?.['interactions'];
    };
    expect(await count(rep(me, team))).toEqual({ totalCount: 1 });
    expect(await count(rep(boss, other))).toEqual({ totalCount: expected.owner });
    expect(await count(rep(mate, team))).toEqual({ totalCount: expected.own });
    expect(await count({ viewer: { roles: ['analyst'] } })).toEqual({
      totalCount: expected.analyst,
    });
    expect(await count({})).toEqual({ totalCount: expected.admin });
  });

  test('is said by a member of staff', async () => {
    const { errors } = await contacts.execute(logInteraction, {
      input: { ...visit, customerId, visibility: 'PRIVATE' },
    });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'visibility' }],
    });
  });
});

test('an opportunity shows what was said and done about it', async () => {
  const opportunityId = newId();
  const id = await log({ relatesTo: { opportunityId } });
  await log();
  const { data } = await contacts.execute(
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Opportunity {
      interactions { nodes { id } } } } }`,
    { r: [{ __typename: 'Opportunity', id: opportunityId }] },
  );
  expect(data).toEqual({ _entities: [{ interactions: { nodes: [{ id }] } }] });
});

describe('amendInteraction', () => {
  test('merges changes of other fields and shows all three values of the same one', async () => {
    const id = await log({ subject: 'One' });
    await contacts.execute(AMEND, { input: { id, expectedVersion: 1, subject: 'Two' } });
    const merged = await contacts.execute(AMEND, {
      input: { id, expectedVersion: 1, outcome: 'NEUTRAL' },
    });
    const refused = await contacts.execute(AMEND, {
      input: { id, expectedVersion: 1, subject: 'Three' },
    });

    expect(merged.data?.['amendInteraction']).toMatchObject({ version: 3, subject: 'Two' });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      conflicts: [{ path: 'subject', base: 'One', theirs: 'Two', yours: 'Three' }],
    });
  });

  test('moves it from one participant to another', async () => {
    const [from, to] = [
      await made(contacts, createPerson, { name: 'from' }),
      await made(contacts, createPerson, { name: 'to' }),
    ];
    const id = await log({ participantIds: [from] });
    await contacts.execute(AMEND, { input: { id, participantIds: [to] } });
    const { data } = await contacts.execute(
      `{ from: person(id: "${from}") { interactions { nodes { id } } }
         to: person(id: "${to}") { interactions { nodes { id } } } }`,
    );
    expect(data).toEqual({
      from: { interactions: { nodes: [] } },
      to: { interactions: { nodes: [{ id }] } },
    });
  });
});

describe('removeInteraction', () => {
  test('takes it out of every list', async () => {
    const id = await log();
    await contacts.execute(`mutation { removeInteraction(input: { id: "${id}" }) { id } }`);
    const { data } = await contacts.execute(
      'query ($c: ID) { interactions(where: { customerId: { eq: $c } }) { totalCount } }',
      { c: customerId },
    );
    expect(data).toEqual({ interactions: { totalCount: 0 } });
    expect(await eventsOf(contacts, id)).toEqual(['interaction.logged', 'interaction.removed']);
  });
});

const row = (externalRef: string, rest = {}): object => ({
  ...visit,
  customerId,
  source: 'BULK',
  externalRef,
  ...rest,
});

describe('logInteractions', () => {
  test('keeps the good rows, names what is wrong with the bad ones, and repeats nothing', async () => {
    const bad = [row('3', { durationMinutes: -1 }), row('4', { customerId: newId() }), row('1')];
    const first = await contacts.execute(LOG_MANY, { rows: [row('1'), row('2'), ...bad] });
    expect(first.data?.['logInteractions']).toMatchObject({
      created: 2,
      refused: 3,
      rows: [
        { outcome: 'CREATED' },
        { outcome: 'CREATED' },
        { outcome: 'REFUSED', problems: [{ path: 'durationMinutes' }] },
        { outcome: 'REFUSED', problems: [{ path: 'customerId' }] },
        { outcome: 'REFUSED' },
      ],
    });

    const second = await contacts.execute(LOG_MANY, {
      rows: [row('1'), row('2', { subject: 'new' })],
    });
    expect(second.data?.['logInteractions']).toMatchObject({
      created: 0,
      updated: 1,
      unchanged: 1,
    });
  });
});

describe('lists of interactions', () => {
  test('cost as many statements for many customers as for one', async () => {
    const ids = [customerId];
    for (let at = 0; at < 9; at += 1) ids.push(await addCustomer(contacts));
    for (const id of ids) await log({ customerId: id });
    const PAGES = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
      principal { name } keyPeople(first: 3) { nodes { person { name } } }
      interactions(first: 3) { totalCount nodes { subject participants { name } } } } } }`;
    const count = (of: readonly string[]): Promise<number> =>
      countStatements(contacts.db, () =>
        contacts.execute(PAGES, { r: of.map((id) => ({ __typename: 'Customer', id })) }),
      );

    expect(await count(ids)).toBe(await count(ids.slice(0, 2)));
  });
});
