import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { z } from 'zod';
import {
  addCustomer,
  affiliate,
  createPerson,
  logInteraction,
  made,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;
let customerId: string;

beforeAll(async () => {
  contacts = await startContacts();
  customerId = await addCustomer(contacts);
});
afterAll(() => contacts.stop());

const activitySchema = z.object({
  person: z.object({
    activity: z.object({
      totalCount: z.number(),
      nodes: z.array(
        z.object({
          kind: z.string(),
          at: z.string(),
          status: z.string().nullable(),
          interaction: z.object({ id: z.string() }).nullable(),
          affiliation: z.object({ jobTitle: z.string().nullable() }).nullable(),
        }),
      ),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
});

const ACTIVITY = `query ($id: ID!, $kinds: [ActivityKind!], $first: Int, $after: String) {
  person(id: $id) { activity(kinds: $kinds, first: $first, after: $after) {
    totalCount nodes { kind at status interaction { id } affiliation { jobTitle } }
    pageInfo { hasNextPage endCursor } } } }`;

async function activityOf(id: string, args: object = {}) {
  const { data, errors } = await contacts.execute(ACTIVITY, { id, ...args });
  expect(errors).toBeUndefined();
  return activitySchema.parse(data).person.activity;
}

/** Somebody who was at two places, was called twice, and has left. */
async function busyPerson(): Promise<string> {
  const id = await made(contacts, createPerson, { name: '李雷' });
  const job = { personId: id, customerId };
  await made(contacts, affiliate, {
    ...job,
    jobTitle: '采购员',
    validFrom: '2020-01-01',
    validTo: '2022-06-30',
  });
  await made(contacts, affiliate, {
    personId: id,
    organizationName: '别家',
    jobTitle: '经理',
    validFrom: '2022-07-01',
  });
  for (const occurredAt of ['2021-03-04T05:06:07.000Z', '2023-03-04T05:06:07.000Z']) {
    await made(contacts, logInteraction, {
      kind: 'CALL',
      customerId,
      participantIds: [id],
      occurredAt,
    });
  }
  await contacts.execute(
    'mutation ($id: ID!) { updatePerson(input: { id: $id, status: DEPARTED }) { id } }',
    { id },
  );
  return id;
}

describe('the activity of a person', () => {
  test('has interactions, jobs and life events in one list, latest first', async () => {
    const id = await busyPerson();
    const { nodes, totalCount } = await activityOf(id);
    expect(nodes.map(({ kind }) => kind)).toEqual([
      'LIFE_EVENT',
      'INTERACTION',
      'JOB_STARTED',
      'JOB_ENDED',
      'INTERACTION',
      'JOB_STARTED',
    ]);
    expect(totalCount).toBe(6);
    expect(nodes[0]?.status).toBe('DEPARTED');
    expect(nodes[1]?.interaction).not.toBeNull();
    // A day begins where the company is.
    expect(nodes[2]).toMatchObject({
      at: '2022-06-30T16:00:00.000Z',
      affiliation: { jobTitle: '经理' },
    });
  });

  test('is the same page by page as it is in one', async () => {
    const id = await busyPerson();
    const whole = await activityOf(id);
    const seen: unknown[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof activityOf>> = await activityOf(id, {
        first: 1,
        after,
      });
      seen.push(...page.nodes);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(whole.nodes);
  });

  test('may be of some kinds alone, and leaves out what is to come', async () => {
    const id = await busyPerson();
    const at = await addCustomer(contacts);
    await made(contacts, affiliate, { personId: id, customerId: at, validFrom: '2999-01-01' });
    const { nodes, totalCount } = await activityOf(id, { kinds: ['JOB_STARTED'] });
    expect(nodes.map(({ affiliation }) => affiliation?.jobTitle)).toEqual(['经理', '采购员']);
    expect(totalCount).toBe(2);
  });

  test('has promotions, with the title that came of them', async () => {
    const personId = await made(contacts, createPerson, { name: '李雷' });
    const job = { personId, customerId, jobTitle: '采购员', validFrom: '2020-01-01' };
    const affiliationId = await made(contacts, affiliate, job);
    await made(
      contacts,
      'mutation ($input: RecordPromotionInput!) { record: recordPromotion(input: $input) { id } }',
      { affiliationId, newTitle: '采购经理', promotedOn: '2023-05-06' },
    );
    const { data, errors } = await contacts.execute(
      `{ person(id: "${personId}") { activity { nodes { kind at promotion { newTitle } } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.['person']).toMatchObject({
      activity: {
        nodes: [
          { kind: 'PROMOTED', at: '2023-05-05T16:00:00.000Z', promotion: { newTitle: '采购经理' } },
          { kind: 'JOB_STARTED', promotion: null },
        ],
      },
    });
  });

  test('has relations from both sides, from when on and until when', async () => {
    const [one, other] = [
      await made(contacts, createPerson, { name: '李雷' }),
      await made(contacts, createPerson, { name: '韩梅' }),
    ];
    const input = { fromId: one, type: 'REPORTS_TO', toId: other };
    await made(
      contacts,
      'mutation ($input: RelatePeopleInput!) { record: relatePeople(input: $input) { id } }',
      { ...input, validFrom: '2020-01-01', validTo: '2021-12-31' },
    );
    for (const id of [one, other]) {
      const { nodes } = await activityOf(id);
      expect(nodes.map(({ kind }) => kind)).toEqual(['RELATION_ENDED', 'RELATION_STARTED']);
    }
  });

  test('shows nothing of what the viewer may not read', async () => {
    const team = newId();
    const staffId = newId();
    const id = await busyPerson();
    await contacts.db.query('UPDATE person SET teamId = UUID_TO_BIN(?) WHERE id = UUID_TO_BIN(?)', [
      team,
      id,
    ]);
    const { data } = await contacts.execute(
      ACTIVITY,
      { id },
      { viewer: { roles: ['rep'], staffId, teamIds: [team] } },
    );
    // The calls are of a customer of others; the jobs come with the person.
    expect(activitySchema.parse(data).person.activity).toMatchObject({ totalCount: 4 });
  });

  test.each([
    ['a cursor that is none', { after: 'nonsense' }],
    ['no kinds at all', { kinds: [] }],
    ['a page that is too long', { first: 101 }],
  ])('refuses %s', async (_, args) => {
    const id = await made(contacts, createPerson, { name: '韩梅' });
    const { errors } = await contacts.execute(ACTIVITY, { id, ...args });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
  });

  test('of ten people is read with as many statements as of two', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 10; at += 1) ids.push(await busyPerson());
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person {
      activity(first: 5) { totalCount nodes { interaction { subject } affiliation { jobTitle } } } } } }`;
    const count = (of: readonly string[]): Promise<number> =>
      countStatements(contacts.db, () =>
        contacts.execute(query, { r: of.map((id) => ({ __typename: 'Person', id })) }),
      );
    expect(await count(ids)).toBe(await count(ids.slice(0, 2)));
  });
});
