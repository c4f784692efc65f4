import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { z } from 'zod';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  eventsOf,
  logInteraction,
  made,
  mergePeople,
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

const create = (input: Input = {}): Promise<string> =>
  made(contacts, createPerson, { name: `Person ${newId()}`, ...input });

const merge = (survivorId: string, mergedId: string, more: Input = {}): Promise<string> =>
  made(contacts, mergePeople, { survivorId, mergedId, ...more });

const tryMerge = (
  survivorId: string,
  mergedId: string,
  more: Input = {},
  request: TestRequest = {},
): Promise<TestResult> =>
  contacts.execute(mergePeople, { input: { survivorId, mergedId, ...more } }, request);

const unmerge = (id: string): Promise<TestResult> =>
  contacts.execute('mutation ($id: ID!) { unmergePeople(input: { id: $id }) { reversedAt } }', {
    id,
  });

const code = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];

const visit = (participantIds: readonly string[]): Promise<string> =>
  made(contacts, logInteraction, {
    kind: 'VISIT',
    occurredAt: '2026-11-20T08:00:00Z',
    participantIds,
  });

const ALL = `query ($id: ID!) { person(id: $id) {
  id code name note honoraryPositions birthday { year month day } contactPoints { value }
  educations { nodes { school } } careers { nodes { employer } }
  affiliations(orderBy: [{ field: "createdAt" }]) { nodes { id roles department jobTitle isPrimary
    validFrom validTo customer { id } recentDecisions { nodes { content } } } }
  relationships { nodes { name counterparty { id } } }
  interactions(orderBy: [{ field: "createdAt" }]) { nodes { id participants { id } } }
  merges { nodes { isIdentification merged { id name } reversedAt } } } }`;

const read = async (id: string): Promise<unknown> =>
  (await contacts.execute(ALL, { id })).data?.['person'];

const idOf = async (id: string): Promise<unknown> =>
  z
    .object({ id: z.string() })
    .nullable()
    .parse(await read(id))?.id ?? null;

const rowsOf = async (table: string): Promise<number> => {
  const [row]: { n: number }[] = await contacts.db.query(`SELECT COUNT(*) AS n FROM ${table}`);
  return Number(row?.n);
};

const run = async (name: string, input: Input): Promise<void> => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  await made(
    contacts,
    `mutation ($input: ${type}!) { record: ${name}(input: $input) { id } }`,
    input,
  );
};

/** Somebody with all that may belong to a person. */
async function withRecords(name: string): Promise<{ id: string; friend: string }> {
  const id = await create({ name, contactPoints: [{ kind: 'EMAIL', value: `${newId()}@a.cn` }] });
  const friend = await create();
  const customerId = await addCustomer(contacts);
  const affiliationId = await made(contacts, affiliate, {
    personId: id,
    customerId,
    roles: ['PRINCIPAL'],
    isPrimary: true,
  });
  await run('recordDecision', { affiliationId, decidedOn: '2026-01-01', content: `${name}决策` });
  await made(contacts, relatePeople, { fromId: id, type: 'FRIEND_OF', toId: friend });
  await run('recordEducation', { personId: id, school: `${name}大学` });
  await run('recordCareer', { personId: id, employer: `${name}公司` });
  await run('recordConsent', {
    personId: id,
    purpose: 'CARE',
    channel: 'SMS',
    status: 'GRANTED',
    lawfulBasis: 'CONSENT',
    source: '合同',
  });
  await visit([id, friend]);
  return { id, friend };
}

describe('mergePeople', () => {
  test('gives the survivor all that was the other’s, and unmerging gives it all back', async () => {
    const [one, two] = [await withRecords('甲'), await withRecords('乙')];
    const [before, beforeTwo] = [await read(one.id), await read(two.id)];
    const counted = await Promise.all(
      ['person', 'affiliation', 'interaction', 'personRelationship', 'educationRecord'].map(rowsOf),
    );
    const mergeId = await merge(two.id, one.id, { reason: '同一人' });

    const survivor = await read(two.id);
    expect(survivor).toMatchObject({
      id: two.id,
      name: '乙',
      educations: { nodes: expect.arrayContaining([{ school: '甲大学' }, { school: '乙大学' }]) },
      careers: { nodes: expect.arrayContaining([{ employer: '甲公司' }]) },
      affiliations: {
        nodes: [
          {
            roles: ['PRINCIPAL'],
            isPrimary: false,
            recentDecisions: { nodes: [{ content: '甲决策' }] },
          },
          { roles: ['PRINCIPAL'], isPrimary: true },
        ],
      },
      relationships: {
        nodes: expect.arrayContaining([
          { name: 'FRIEND_OF', counterparty: { id: one.friend } },
          { name: 'FRIEND_OF', counterparty: { id: two.friend } },
        ]),
      },
      interactions: {
        nodes: [
          { participants: [{ id: two.id }, { id: one.friend }] },
          { participants: [{ id: two.id }, { id: two.friend }] },
        ],
      },
      merges: {
        nodes: [{ isIdentification: false, merged: { id: one.id, name: '甲' }, reversedAt: null }],
      },
    });
    expect(await read(one.id)).toEqual(survivor);
    expect((await eventsOf(contacts, one.id)).at(-1)).toBe('person.merged');

    expect((await unmerge(mergeId)).errors).toBeUndefined();
    expect(await read(one.id)).toEqual(before);
    expect(await read(two.id)).toEqual({
      ...z.record(z.string(), z.unknown()).parse(beforeTwo),
      merges: {
        nodes: [expect.objectContaining({ reversedAt: expect.any(String) })],
      },
    });
    expect((await eventsOf(contacts, one.id)).at(-1)).toBe('person.unmerged');
    expect(
      await Promise.all(
        ['person', 'affiliation', 'interaction', 'personRelationship', 'educationRecord'].map(
          rowsOf,
        ),
      ),
    ).toEqual(counted);
  });

  test('joins what both had, and takes what is asked for', async () => {
    const survivor = await create({
      name: '王强',
      honoraryPositions: ['会长'],
      birthday: { year: 1970, month: 1, day: 1 },
      contactPoints: [{ kind: 'MOBILE', value: '13800000001', isPreferred: true }],
    });
    const gone = await create({
      name: '王强（采购）',
      note: '喜欢围棋',
      honoraryPositions: ['理事'],
      birthday: { year: 1971, month: 2, day: 2 },
      contactPoints: [
        { kind: 'MOBILE', value: '13800000002', isPreferred: true },
        { kind: 'MOBILE', value: '13800000001' },
      ],
    });
    await merge(survivor, gone, { takeFields: ['birthday'] });
    expect(await read(gone)).toMatchObject({
      id: survivor,
      name: '王强',
      note: '喜欢围棋',
      honoraryPositions: ['会长', '理事'],
      birthday: { year: 1971, month: 2, day: 2 },
      contactPoints: [{ value: '13800000001' }, { value: '13800000002' }],
    });
  });

  test('makes one affiliation of two at the same place, without losing a role, and undoes it', async () => {
    const customerId = await addCustomer(contacts);
    const [survivor, gone] = [await create(), await create()];
    await made(contacts, affiliate, {
      personId: survivor,
      customerId,
      jobTitle: '经理',
      validFrom: '2022-01-01',
    });
    await made(contacts, affiliate, {
      personId: gone,
      customerId,
      roles: ['PRINCIPAL'],
      department: '采购部',
      validFrom: '2020-01-01',
      isPrimary: true,
    });
    const [before, beforeGone] = [await read(survivor), await read(gone)];
    const id = await merge(survivor, gone);
    expect(await read(survivor)).toMatchObject({
      affiliations: {
        nodes: [
          {
            roles: ['CONTACT', 'PRINCIPAL'],
            department: '采购部',
            jobTitle: '经理',
            validFrom: '2020-01-01',
            isPrimary: true,
          },
        ],
      },
    });
    const OF = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
      principal { id } } } }`;
    const r = [{ __typename: 'Customer', id: customerId }];
    const principal = async () => (await contacts.execute(OF, { r })).data?.['_entities'];
    expect(await principal()).toEqual([{ principal: { id: survivor } }]);
    await unmerge(id);
    expect(await principal()).toEqual([{ principal: { id: gone } }]);
    expect(await read(gone)).toEqual(beforeGone);
    const places = z.object({ affiliations: z.unknown() });
    expect(places.parse(await read(survivor))).toEqual(places.parse(before));
  });

  test('of two who took part in one visit leaves one, and gives back both', async () => {
    const [one, two, third] = [await create(), await create(), await create()];
    const both = await visit([one, two, third]);
    const first = await merge(two, one);
    const participants = async () => {
      const { data } = await contacts.execute(
        `{ interaction(id: "${both}") { participants { id } } }`,
      );
      return z
        .object({ interaction: z.object({ participants: z.array(z.object({ id: z.string() })) }) })
        .parse(data)
        .interaction.participants.map(({ id }) => id);
    };
    expect(await participants()).toEqual([two, third]);
    const second = await merge(third, two);
    expect(await participants()).toEqual([third]);
    await unmerge(second);
    expect((await participants()).toSorted()).toEqual([two, third].toSorted());
    await unmerge(first);
    expect((await participants()).toSorted()).toEqual([one, two, third].toSorted());
    expect(await read(one)).toMatchObject({ interactions: { nodes: [{ id: both }] } });
  });

  test('relates nobody to himself, nor twice alike, and brings both back when it is undone', async () => {
    const [one, two, wife] = [await create(), await create(), await create()];
    for (const [fromId, type, toId] of [
      [one, 'COLLEAGUE_OF', two],
      [one, 'FRIEND_OF', wife],
      [wife, 'FRIEND_OF', two],
    ]) {
      await made(contacts, relatePeople, { fromId, type, toId });
    }
    const before = await read(one);
    const id = await merge(two, one);
    const kept = z.object({ relationships: z.object({ nodes: z.array(z.unknown()) }) });
    expect(kept.parse(await read(two)).relationships.nodes).toEqual([
      { name: 'FRIEND_OF', counterparty: { id: wife } },
    ]);
    expect(kept.parse(await read(wife ?? '')).relationships.nodes).toEqual([
      { name: 'FRIEND_OF', counterparty: { id: two } },
    ]);
    await unmerge(id);
    expect(await read(one)).toEqual(before);
    expect(kept.parse(await read(wife ?? '')).relationships.nodes).toHaveLength(2);
  });

  test('is refused when somebody would stand above himself then', async () => {
    const [low, middle, high] = [await create(), await create(), await create()];
    await made(contacts, relatePeople, { fromId: low, type: 'REPORTS_TO', toId: middle });
    await made(contacts, relatePeople, { fromId: middle, type: 'REPORTS_TO', toId: high });
    expect(code(await tryMerge(low, high))).toBe('RULE_VIOLATION');
    expect(await idOf(high)).toBe(high);
  });

  test('takes what is recorded by an old id for the survivor', async () => {
    const [survivor, gone] = [await create(), await create()];
    await merge(survivor, gone);
    const visited = await visit([gone]);
    await made(contacts, affiliate, { personId: gone, organizationName: '商会' });
    await made(contacts, relatePeople, { fromId: gone, type: 'FRIEND_OF', toId: await create() });
    await run('updatePerson', { id: gone, note: '改' });
    expect(await read(gone)).toMatchObject({
      id: survivor,
      note: '改',
      affiliations: { nodes: [{}] },
      relationships: { nodes: [{}] },
      interactions: { nodes: [{ id: visited }] },
    });
    const r = [{ __typename: 'Person', id: gone }];
    const { data } = await contacts.execute(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } } }',
      { r },
    );
    expect(data?.['_entities']).toEqual([{ id: survivor }]);
  });

  test('never lets somebody be addressed who refused it under either name', async () => {
    const [survivor, gone] = [await create(), await create()];
    await run('setPreferences', { personId: survivor, doNotContact: ['PHONE'] });
    await run('setPreferences', { personId: gone, doNotContact: ['SMS'] });
    await merge(survivor, gone);
    const { data } = await contacts.execute(
      `{ person(id: "${gone}") { preferences { doNotContact } } }`,
    );
    expect(data).toEqual({ person: { preferences: { doNotContact: ['PHONE', 'SMS'] } } });
  });

  test('follows chains, and undoes them from their end', async () => {
    const [a, b, c] = [await create(), await create(), await create()];
    const [ofA, ofB] = [await visit([a]), await visit([b])];
    const first = await merge(b, a);
    const second = await merge(c, b);
    expect([await idOf(a), await idOf(b)]).toEqual([c, c]);
    expect(code(await unmerge(first))).toBe('RULE_VIOLATION');
    await unmerge(second);
    await unmerge(first);
    const visits = z.object({
      interactions: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
    });
    const of = async (id: string) =>
      visits.parse(await read(id)).interactions.nodes.map((each) => each.id);
    expect([await of(a), await of(b), await of(c)]).toEqual([[ofA], [ofB], []]);
  });

  test('refuses one person, unknown and foreign ones, wrong fields, and a second undoing', async () => {
    const [one, two] = [await create(), await create()];
    expect(code(await tryMerge(one, one))).toBe('RULE_VIOLATION');
    expect(code(await tryMerge(one, newId()))).toBe('NOT_FOUND');
    expect(code(await tryMerge(one, 'x'))).toBe('NOT_FOUND');
    expect(code(await tryMerge(one, two, { takeFields: ['code'] }))).toBe('INVALID');
    const rep = { viewer: { roles: ['rep' as const], staffId: await addStaff(contacts) } };
    expect(code(await tryMerge(one, two, {}, rep))).toBe('NOT_FOUND');
    const analyst = { viewer: { roles: ['analyst' as const] } };
    expect(code(await tryMerge(one, two, {}, analyst))).toBe('FORBIDDEN');
    expect(await eventsOf(contacts, two)).toHaveLength(1);

    const id = await merge(one, two);
    const restored = await contacts.execute(
      `mutation { restorePerson(input: { id: "${two}" }) { id } }`,
    );
    expect(code(restored)).toBe('RULE_VIOLATION');
    await unmerge(id);
    expect(code(await unmerge(id))).toBe('RULE_VIOLATION');
  });

  test('lets one of two that merge the same pair at once win', async () => {
    const [one, two] = [await create(), await create()];
    const results = await Promise.all([tryMerge(one, two), tryMerge(two, one), tryMerge(one, two)]);
    expect(results.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(new Set(results.map(code))).toEqual(new Set([undefined, 'RULE_VIOLATION']));
  });
});

const IDENTIFY = `mutation ($input: IdentifyPlaceholderInput!) {
  record: identifyPlaceholder(input: $input) { id status name } }`;

async function placeholder(): Promise<{ id: string; boss: string }> {
  const id = await create({ name: '采购部经理（待确认）', status: 'PLACEHOLDER' });
  const boss = await create();
  await made(contacts, affiliate, { personId: id, customerId: await addCustomer(contacts) });
  await made(contacts, relatePeople, { fromId: id, type: 'REPORTS_TO', toId: boss });
  await visit([id]);
  return { id, boss };
}

const kept = (boss: string) => ({
  affiliations: { nodes: [{}] },
  relationships: { nodes: [{ counterparty: { id: boss } }] },
  interactions: { nodes: [{}] },
});

const identify = (input: Input): Promise<TestResult> => contacts.execute(IDENTIFY, { input });

describe('identifyPlaceholder', () => {
  test('gives all that names it to somebody who is known', async () => {
    const { id, boss } = await placeholder();
    const known = await create({ name: '王强' });
    const { data } = await contacts.execute(IDENTIFY, {
      input: { placeholderId: id, personId: known },
    });
    expect(data?.['record']).toEqual({ id: known, status: 'ACTIVE', name: '王强' });
    expect(await read(id)).toMatchObject({ id: known, name: '王强', ...kept(boss) });
    expect((await eventsOf(contacts, id)).at(-1)).toBe('person.identified');
  });

  test('makes a person of it with what is known now, under the same id', async () => {
    const { id, boss } = await placeholder();
    const { data, errors } = await contacts.execute(IDENTIFY, {
      input: { placeholderId: id, person: { name: '赵敏', gender: 'FEMALE' } },
    });
    expect(errors).toBeUndefined();
    expect(data?.['record']).toEqual({ id, status: 'ACTIVE', name: '赵敏' });
    expect(await read(id)).toMatchObject({ id, name: '赵敏', ...kept(boss) });
    expect((await eventsOf(contacts, id)).at(-1)).toBe('person.identified');
  });

  test('is undone like a merge', async () => {
    const { id, boss } = await placeholder();
    const known = await create();
    await contacts.execute(IDENTIFY, { input: { placeholderId: id, personId: known } });
    const { data } = await contacts.execute(
      `{ person(id: "${known}") { merges { nodes { id isIdentification } } } }`,
    );
    const [merged] = z
      .object({
        person: z.object({
          merges: z.object({
            nodes: z.array(z.object({ id: z.string(), isIdentification: z.literal(true) })),
          }),
        }),
      })
      .parse(data).person.merges.nodes;
    await unmerge(merged?.id ?? '');
    expect(await read(id)).toMatchObject({ id, ...kept(boss) });
  });

  test('refuses who is no placeholder, two answers or none, and merging one over a person', async () => {
    const { id } = await placeholder();
    const known = await create();
    expect(code(await identify({ placeholderId: known, personId: id }))).toBe('RULE_VIOLATION');
    expect(code(await identify({ placeholderId: id }))).toBe('INVALID');
    const both = { placeholderId: id, personId: known, person: { name: 'x' } };
    expect(code(await identify(both))).toBe('INVALID');
    expect(code(await identify({ placeholderId: known, person: { name: 'x' } }))).toBe(
      'RULE_VIOLATION',
    );
    expect(code(await tryMerge(id, known))).toBe('RULE_VIOLATION');
  });
});
