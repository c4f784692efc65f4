import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import {
  addStaff,
  createPerson,
  logInteraction,
  made,
  mergePeople,
  relatePeople,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';
import { everyPath, numbers, valueOf } from '../testing/every-path.ts';
import type { Tie } from './best-paths.ts';

let contacts: TestContacts;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());

type Input = Readonly<Record<string, unknown>>;

const person = (name: string, more: Input = {}): Promise<string> =>
  made(contacts, createPerson, { name, ...more });

const relate = (fromId: string, type: string, toId: string, more: Input = {}): Promise<string> =>
  made(contacts, relatePeople, { fromId, type, toId, ...more });

const meet = (staffId: string, personId: string, more: Input = {}): Promise<string> =>
  made(contacts, logInteraction, {
    kind: 'VISIT',
    participantIds: [personId],
    staffIds: [staffId],
    occurredAt: new Date(Date.now() - 60_000).toISOString(),
    ...more,
  });

async function ask(
  query: string,
  variables: Input,
  viewer: Partial<Viewer> = {},
): Promise<unknown> {
  const { data, errors } = await contacts.execute(query, variables, { viewer });
  expect(errors).toBeUndefined();
  return data;
}

const PATHS = `query ($from: StaffOrPersonInput!, $to: ID!, $maxHops: Int! = 4, $first: Int! = 5,
    $categories: [RelationshipCategory!], $minStrength: Int, $asOf: Date) {
  influencePaths(from: $from, to: $to, maxHops: $maxHops, first: $first, categories: $categories,
    minStrength: $minStrength, asOf: $asOf) {
    isTruncated
    nodes { strength hops staff { id } zh: explanation en: explanation(locale: EN)
      people { person { id name } via { strength reason type { code } relationship { name } } } } } }`;

const pathsSchema = z.object({
  influencePaths: z.object({
    isTruncated: z.boolean(),
    nodes: z.array(
      z.object({
        strength: z.number(),
        hops: z.number(),
        staff: z.object({ id: z.string() }).nullable(),
        zh: z.string(),
        en: z.string(),
        people: z.array(
          z.object({
            person: z.object({ id: z.string(), name: z.string() }),
            via: z
              .object({
                strength: z.number(),
                reason: z.string().nullable(),
                type: z.object({ code: z.string() }).nullable(),
                relationship: z.object({ name: z.string() }).nullable(),
              })
              .nullable(),
          }),
        ),
      }),
    ),
  }),
});

const paths = async (variables: Input, viewer: Partial<Viewer> = {}) =>
  pathsSchema.parse(await ask(PATHS, variables, viewer)).influencePaths;

/** Who is on each path, and how strong it is. */
const ways = async (variables: Input, viewer: Partial<Viewer> = {}): Promise<string[]> =>
  (await paths(variables, viewer)).nodes.map(
    ({ people, strength }) =>
      `${people.map(({ person: { name } }) => name).join('>')} ${Math.round(strength)}`,
  );

type Found = Awaited<ReturnType<typeof paths>>['nodes'][number];

const stepsOf = ({ hops }: Found): number => hops;

const productOf = ({ people }: Found): number =>
  valueOf(people.flatMap(({ via }) => via?.strength ?? []));

type Network = {
  readonly ids: readonly string[];
  /** Whom the member of staff may read. */
  readonly own: readonly boolean[];
  readonly staffId: string;
  readonly ties: readonly (Tie & { readonly type: string })[];
};

/** Forty people and what holds among them today. */
async function randomNetwork(seed: number): Promise<Network> {
  const next = numbers(seed);
  const ids: string[] = [];
  for (let at = 0; at < 40; at += 1) ids.push(await person(`随机${at}`));
  const staffId = await addStaff(contacts);
  const own = ids.map((_, at) => at < 2 || next(10) < 7);
  for (const id of ids.filter((_, at) => own[at])) await give(id, staffId);
  const types = ['FRIEND_OF', 'COLLEAGUE_OF', 'INFLUENCES', 'SCHOOLMATE_OF', 'SPOUSE_OF'];
  const ties: (Tie & { readonly type: string })[] = [];
  for (let at = 0; at < 110; at += 1) {
    const tie = { a: next(40), b: next(40), strength: 1 + next(100), type: types[next(5)] ?? '' };
    const isEnded = next(6) === 0;
    const input = {
      fromId: ids[tie.a],
      toId: ids[tie.b],
      type: tie.type,
      strength: tie.strength,
      ...(isEnded && { validTo: '2020-12-31' }),
    };
    const { errors } = await contacts.execute(relatePeople, { input });
    if (!errors && !isEnded) ties.push(tie);
  }
  return { ids, own, staffId, ties };
}

describe('influencePaths', () => {
  test('finds what going everywhere finds, for those who see all and for those who see a part', async () => {
    const { ids, own, ties, staffId } = await randomNetwork(7);
    const [from, to] = [{ personId: ids[0] }, ids[1]];
    const everybody = [{}, ties] as const;
    const some = [
      { roles: ['rep' as const], staffId },
      ties.filter(({ a, b }) => own[a] && own[b]),
    ] as const;
    for (const [viewer, seen] of [everybody, some]) {
      for (const maxHops of [1, 2, 3, 4, 5, 6]) {
        const expected = everyPath(seen, { from: 0, to: 1, maxHops }).slice(0, 10);
        const found = await paths({ from, to, maxHops, first: 10 }, viewer);
        expect(found.isTruncated).toBe(false);
        expect(found.nodes.map(stepsOf)).toEqual(expected.map(({ strengths }) => strengths.length));
        expect(found.nodes.map(productOf)).toEqual(
          expected.map(({ strengths }) => valueOf(strengths)),
        );
      }
    }
    const friends = ties.filter(
      ({ type, strength }) => (type === 'FRIEND_OF' || type === 'SCHOOLMATE_OF') && strength >= 20,
    );
    const expected = everyPath(friends, { from: 0, to: 1, maxHops: 6 }).slice(0, 20);
    const narrow = { maxHops: 6, categories: ['SOCIAL'], minStrength: 20, first: 20 };
    const found = await paths({ from, to, ...narrow });
    expect(found.nodes.length).toBeGreaterThan(0);
    expect(found.nodes.map(productOf)).toEqual(expected.map(({ strengths }) => valueOf(strengths)));
  }, 120_000);

  test('begins with our staff, and explains itself in both languages', async () => {
    const [li, zhou, chen] = [await person('李敏'), await person('周总'), await person('陈工')];
    const staffId = await addStaff(contacts);
    await relate(li, 'ASSISTANT_OF', zhou, { strength: 80, reason: '十年老秘书' });
    await relate(chen, 'REPORTS_TO', zhou, { strength: 60 });
    for (const _ of [1, 2, 3]) await meet(staffId, li);
    await meet(staffId, chen, { kind: 'CALL' });

    const { nodes } = await paths({ from: { staffId }, to: zhou, maxHops: 3 });
    expect(nodes.map(({ hops, staff }) => [hops, staff?.id])).toEqual([
      [2, staffId],
      [2, staffId],
    ]);
    expect(nodes[0]).toMatchObject({
      people: [
        { person: { name: '李敏' }, via: { strength: 68, type: null, relationship: null } },
        {
          person: { name: '周总' },
          via: {
            strength: 80,
            reason: '十年老秘书',
            type: { code: 'ASSISTANT_OF' },
            relationship: { name: 'ASSISTANT_OF' },
          },
        },
      ],
      zh: '王芳认识李敏（亲密度 68），李敏对周总：助理/秘书（强度 80，十年老秘书）；总强度 54。',
      en: '王芳 knows 李敏 (closeness 68), 李敏 → Assistant of → 周总 (strength 80, 十年老秘书); overall strength 54.',
    });
    expect(await ways({ from: { staffId }, to: li, maxHops: 1 })).toEqual(['李敏 68']);
    expect(await ways({ from: { staffId }, to: zhou, maxHops: 1 })).toEqual([]);
    const back = await paths({ from: { personId: zhou }, to: li });
    expect(back.nodes[0]?.people[1]?.via?.relationship?.name).toBe('ASSISTED_BY');
  });

  test('is asked as of a day, for relationships and for what our staff had done by then', async () => {
    const [a, b] = [await person('甲'), await person('乙')];
    const staffId = await addStaff(contacts);
    await relate(a, 'FRIEND_OF', b, { validFrom: '2024-01-01', validTo: '2024-12-31' });
    await meet(staffId, a, { occurredAt: '2024-03-01T02:00:00Z' });
    const asked = { from: { staffId }, to: b };
    expect(await ways({ ...asked, asOf: '2024-06-01' })).toHaveLength(1);
    expect(await ways({ ...asked, asOf: '2024-02-01' })).toEqual([]);
    expect(await ways(asked)).toEqual([]);
  });

  test('leads over nobody whom one may not read, and counts them not', async () => {
    const [a, hidden, b] = [await person('甲'), await person('隐'), await person('乙')];
    await relate(a, 'FRIEND_OF', hidden, { strength: 90 });
    await relate(hidden, 'FRIEND_OF', b, { strength: 90 });
    const staffId = await addStaff(contacts);
    for (const id of [a, b]) await give(id, staffId);
    const rep = { roles: ['rep' as const], staffId };
    expect(await ways({ from: { personId: a }, to: b })).toEqual(['甲>隐>乙 81']);
    expect(await ways({ from: { personId: a }, to: b }, rep)).toEqual([]);
    const graph = await ask(GRAPH, { id: a }, rep);
    expect(graph).toEqual({
      relationshipNeighbourhood: {
        isTruncated: false,
        people: [{ hops: 0, strength: 100, person: { name: '甲' } }],
        links: [],
      },
    });
    const { errors } = await contacts.execute(
      PATHS,
      { from: { personId: a }, to: hidden },
      { viewer: rep },
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    const child = await person('孩', {
      guardianConsent: { givenBy: '父亲', givenOn: '2025-01-01' },
      birthday: { year: new Date().getFullYear() - 5, month: 1, day: 1 },
    });
    await relate(a, 'COLLEAGUE_OF', child, { strength: 99 });
    await relate(child, 'COLLEAGUE_OF', b, { strength: 99 });
    expect(await ways({ from: { personId: a }, to: b })).toEqual(['甲>隐>乙 81']);
    expect(await ways({ from: { personId: a }, to: b }, { purpose: '核对' })).toHaveLength(2);
  });

  test('says so when somebody knows too many, and finds the closest of them', async () => {
    const [a, hub, b] = [await person('甲'), await person('名人'), await person('乙')];
    await relate(a, 'FRIEND_OF', hub, { strength: 50 });
    await relate(hub, 'FRIEND_OF', b, { strength: 95 });
    await crowd(hub, 1500);
    const found = await paths({ from: { personId: hub }, to: a, maxHops: 2 });
    expect(found.nodes.map(({ strength }) => strength)).toEqual([50]);
    expect(found.isTruncated).toBe(true);
    expect((await paths({ from: { personId: a }, to: b, maxHops: 2 })).nodes).toHaveLength(1);
  });

  test.each([
    ['nobody to begin with', { from: {} }],
    ['both to begin with', { from: { staffId: newId(), personId: newId() } }],
    ['too many hops', { maxHops: 7 }],
    ['no hop', { maxHops: 0 }],
    ['too many paths', { first: 21 }],
    ['a strength above 100', { minStrength: 101 }],
    ['an id that is none', { to: 'x' }],
  ])('refuses %s', async (_, variables) => {
    const { errors } = await contacts.execute(PATHS, {
      from: { personId: newId() },
      to: newId(),
      ...variables,
    });
    expect(errors?.[0]?.extensions?.['code']).toBe('INVALID');
  });
});

const GRAPH = `query ($id: ID!, $hops: Int! = 2, $limit: Int! = 100) {
  relationshipNeighbourhood(personId: $id, hops: $hops, limit: $limit) {
    isTruncated people { hops strength person { name } } links { strength relationship { type { code } } } } }`;

describe('relationshipNeighbourhood', () => {
  test('gives whom a person knows and whom those know, the strongest within the limit', async () => {
    const [a, b, c, d] = [
      await person('甲'),
      await person('乙'),
      await person('丙'),
      await person('丁'),
    ];
    await relate(a, 'FRIEND_OF', b, { strength: 80 });
    await relate(a, 'COLLEAGUE_OF', c, { strength: 40 });
    await relate(b, 'FRIEND_OF', c, { strength: 90 });
    await relate(c, 'SPOUSE_OF', d, { strength: 50 });
    expect(await ask(GRAPH, { id: a })).toEqual({
      relationshipNeighbourhood: {
        isTruncated: false,
        people: [
          { hops: 0, strength: 100, person: { name: '甲' } },
          { hops: 1, strength: 80, person: { name: '乙' } },
          { hops: 1, strength: 40, person: { name: '丙' } },
          { hops: 2, strength: 20, person: { name: '丁' } },
        ],
        links: [
          { strength: 80, relationship: { type: { code: 'FRIEND_OF' } } },
          { strength: 40, relationship: { type: { code: 'COLLEAGUE_OF' } } },
          { strength: 90, relationship: { type: { code: 'FRIEND_OF' } } },
          { strength: 50, relationship: { type: { code: 'SPOUSE_OF' } } },
        ],
      },
    });
    expect(await ask(GRAPH, { id: a, limit: 1 })).toMatchObject({
      relationshipNeighbourhood: { isTruncated: true, people: [{}, { person: { name: '乙' } }] },
    });
    expect(await ask(GRAPH, { id: a, hops: 1 })).toMatchObject({
      relationshipNeighbourhood: { people: [{}, {}, {}] },
    });
  });
});

describe('introducers', () => {
  const INTRODUCERS = `query ($id: ID!) { introducers(personId: $id, first: 5) {
    strength hops staff { id } explanation people { person { name } } } }`;

  test('are our staff, each by the strongest way', async () => {
    const [target, friend, other] = [
      await person('目标'),
      await person('朋友'),
      await person('同事'),
    ];
    await relate(target, 'FRIEND_OF', friend, { strength: 90 });
    await relate(friend, 'COLLEAGUE_OF', other, { strength: 90 });
    const [direct, near, far] = [
      await addStaff(contacts),
      await addStaff(contacts),
      await addStaff(contacts),
    ];
    await meet(direct, target, { kind: 'CALL' });
    for (const _ of [1, 2]) await meet(near, friend);
    for (const _ of [1, 2, 3]) await meet(far, other);
    await meet(near, target, { kind: 'EMAIL', outcome: 'NOT_REACHED' });
    const data = await ask(INTRODUCERS, { id: target });
    expect(data).toMatchObject({
      introducers: [
        { staff: { id: far }, hops: 3, people: [{ person: { name: '同事' } }, {}, {}] },
        { staff: { id: near }, hops: 2, people: [{ person: { name: '朋友' } }, {}] },
        { staff: { id: direct }, hops: 1, explanation: expect.stringContaining('王芳认识目标') },
      ],
    });
  });
});

const closenessOf = async (staffId: string, personId: string): Promise<number> =>
  (await paths({ from: { staffId }, to: personId, maxHops: 1 })).nodes[0]?.strength ?? 0;

describe('closeness', () => {
  test('follows interactions that are logged, amended and removed', async () => {
    const [a, b] = [await person('甲'), await person('乙')];
    const staffId = await addStaff(contacts);
    const first = await meet(staffId, a);
    expect(Math.round(await closenessOf(staffId, a))).toBe(31);
    const second = await meet(staffId, a);
    expect(Math.round(await closenessOf(staffId, a))).toBe(53);
    await ask(
      `mutation ($id: ID!, $ids: [ID!]) { amendInteraction(input: { id: $id, participantIds: $ids }) { id } }`,
      { id: second, ids: [b] },
    );
    expect(Math.round(await closenessOf(staffId, a))).toBe(31);
    expect(Math.round(await closenessOf(staffId, b))).toBe(31);
    await ask('mutation ($id: ID!) { amendInteraction(input: { id: $id, kind: CALL }) { id } }', {
      id: second,
    });
    expect(Math.round(await closenessOf(staffId, b))).toBe(17);
    await ask('mutation ($id: ID!) { removeInteraction(input: { id: $id }) { id } }', {
      id: first,
    });
    expect(await closenessOf(staffId, a)).toBe(0);
    await meet(staffId, a, { outcome: 'NOT_REACHED' });
    expect(await closenessOf(staffId, a)).toBe(0);
    await meet(staffId, a, { occurredAt: '2020-01-01T00:00:00Z' });
    expect(await closenessOf(staffId, a)).toBe(0);
  });
});

describe('closeness after a merge', () => {
  test('is that of both, counts a visit to both once, and is each one’s own again when undone', async () => {
    const [a, b] = [await person('甲'), await person('乙')];
    const [one, two] = [await addStaff(contacts), await addStaff(contacts)];
    await meet(one, a);
    await meet(one, b);
    await meet(two, b);
    await made(contacts, logInteraction, {
      kind: 'VISIT',
      occurredAt: new Date().toISOString(),
      participantIds: [a, b],
      staffIds: [two],
    });
    const merge = await made(contacts, mergePeople, { survivorId: a, mergedId: b });
    expect(Math.round(await closenessOf(one, a))).toBe(53);
    expect(Math.round(await closenessOf(two, a))).toBe(53);
    // The old id means the survivor.
    expect(Math.round(await closenessOf(two, b))).toBe(53);
    await ask('mutation ($id: ID!) { unmergePeople(input: { id: $id }) { id } }', { id: merge });
    expect(Math.round(await closenessOf(one, a))).toBe(31);
    expect(Math.round(await closenessOf(one, b))).toBe(31);
    expect(Math.round(await closenessOf(two, a))).toBe(31);
    expect(Math.round(await closenessOf(two, b))).toBe(53);
  });
});

test('a search costs as many statements for many people as for few', async () => {
  const hub = await person('中心');
  const [a, b] = [await person('甲'), await person('乙')];
  await relate(a, 'FRIEND_OF', hub);
  await relate(hub, 'FRIEND_OF', b);
  const asked = (): Promise<unknown> => paths({ from: { personId: a }, to: b });
  const few = await countStatements(contacts.db, asked);
  await crowd(hub, 300);
  expect(await countStatements(contacts.db, asked)).toBeLessThanOrEqual(few + 1);
});

const give = (id: string, staffId: string): Promise<unknown> =>
  contacts.db.query('UPDATE person SET ownerId = UUID_TO_BIN(?) WHERE id = UUID_TO_BIN(?)', [
    staffId,
    id,
  ]);

/** Relates a person to so many others, who are friends of nobody else. */
async function crowd(id: string, size: number): Promise<void> {
  const rows = Array.from({ length: size }, () => ({
    code: `crowd-${newId()}`,
    name: '众',
    source: 'T',
    externalRef: newId(),
  }));
  for (let at = 0; at < size; at += 500) {
    const part = rows.slice(at, at + 500);
    await ask(
      'mutation ($rows: [PersonRowInput!]!) { upsertPeople(input: { rows: $rows }) { created } }',
      { rows: part },
    );
    await ask(
      'mutation ($rows: [RelationshipRowInput!]!) { upsertRelationships(input: { rows: $rows }) { created } }',
      {
        rows: part.map(({ code }) => ({
          fromId: id,
          type: 'FRIEND_OF',
          toCode: code,
          strength: 90,
        })),
      },
    );
  }
}
