import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import {
  createPerson,
  eventsOf,
  made,
  relatePeople,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;
let rep: Partial<Viewer>;

beforeAll(async () => {
  contacts = await startContacts();
  rep = { roles: ['rep'], staffId: newId(), teamIds: [newId()] };
});
afterAll(() => contacts.stop());

type Input = Readonly<Record<string, unknown>>;

const person = (name: string, more: Input = {}): Promise<string> =>
  made(contacts, createPerson, { name, ...more });

const relate = (fromId: string, type: string, toId: string, more: Input = {}): Promise<string> =>
  made(contacts, relatePeople, { fromId, type, toId, ...more });

async function refusal(input: Input, viewer: Partial<Viewer> = {}): Promise<unknown> {
  const { errors } = await contacts.execute(relatePeople, { input }, { viewer });
  return errors?.[0]?.extensions;
}

async function ask(
  query: string,
  variables: Input,
  viewer: Partial<Viewer> = {},
): Promise<Readonly<Record<string, unknown>> | null | undefined> {
  const { data, errors } = await contacts.execute(query, variables, { viewer });
  expect(errors).toBeUndefined();
  return data;
}

const nodesSchema = z.object({
  person: z.object({
    relationships: z.object({
      nodes: z.array(
        z.object({ name: z.string(), counterparty: z.object({ name: z.string() }).nullable() }),
      ),
    }),
  }),
});

/** What each relationship of a person is called from there, and with whom it is. */
async function relationshipsOf(id: string, args = '', viewer: Partial<Viewer> = {}) {
  const data = await ask(
    `query ($id: ID!) { person(id: $id) { relationships${args && `(${args})`} {
      nodes { name counterparty { name } } } } }`,
    { id },
    viewer,
  );
  return nodesSchema
    .parse(data)
    .person.relationships.nodes.map(
      ({ name, counterparty }) => `${name} ${counterparty?.name ?? '…'}`,
    );
}

describe('relatePeople', () => {
  test('is seen from both sides, by either name, the strongest first, and tells the event', async () => {
    const [li, wang, zhou] = [await person('李总'), await person('王秘书'), await person('周太太')];
    const assistant = await relate(wang, 'ASSISTANT_OF', li);
    await relate(li, 'REPORTED_TO_BY', wang, { strength: 40 });
    const spouse = await relate(zhou, 'SPOUSE_OF', li);

    expect(await relationshipsOf(li)).toEqual([
      'SPOUSE_OF 周太太',
      'ASSISTED_BY 王秘书',
      'REPORTED_TO_BY 王秘书',
    ]);
    expect(await relationshipsOf(wang)).toEqual(['ASSISTANT_OF 李总', 'REPORTS_TO 李总']);
    expect(await relationshipsOf(li, 'categories: [FAMILY]')).toEqual(['SPOUSE_OF 周太太']);
    expect(await relationshipsOf(li, 'types: ["REPORTED_TO_BY"]')).toEqual([
      'REPORTED_TO_BY 王秘书',
    ]);
    expect(await relationshipsOf(li, 'types: ["REPORTS_TO"]')).toEqual([]);
    expect(await eventsOf(contacts, assistant)).toEqual(['relationship.established']);
    expect(await eventsOf(contacts, spouse)).toEqual([
      'relationship.established',
      'relationship.kin_told',
    ]);
    const told: unknown[] = await contacts.db.query(
      "SELECT * FROM outbox WHERE aggregateId = UUID_TO_BIN(?) AND type = 'relationship.established'",
      [spouse],
    );
    expect(JSON.stringify(told)).not.toContain(zhou);
  });

  test('takes every field, and labels it in both languages from where it is seen', async () => {
    const [uncle, principal] = [
      await person('李伯', { gender: 'MALE' }),
      await person('李敏', { gender: 'FEMALE' }),
    ];
    const given = {
      kinship: 'FATHERS_ELDER_BROTHER',
      strength: 88,
      reason: '抚养长大',
      note: '每年春节见面',
      validFrom: '1990-01-01',
      source: 'ERP',
      externalRef: 'R-1',
      confidence: 80,
    };
    const id = await relate(uncle, 'RELATIVE_OF', principal, given);
    const data = await ask(
      `query ($principal: ID!, $uncle: ID!) {
        principal: person(id: $principal) { family { ...all } }
        uncle: person(id: $uncle) { family { ...all } }
      }
      fragment all on PersonRelationship { id kinship { label } counterpartyKinship { label en: label(locale: EN) }
        label en: label(locale: EN) direction strength reason note validFrom validTo source externalRef confidence
        isActive category type { careRelevant } }`,
      { principal, uncle },
    );
    const { kinship: _, ...plain } = given;
    const both = {
      id,
      ...plain,
      validTo: null,
      isActive: true,
      category: 'FAMILY',
      type: { careRelevant: true },
      kinship: { label: '伯父' },
    };
    expect(data).toEqual({
      principal: {
        family: [
          {
            ...both,
            label: '有亲属',
            en: 'Has a relative',
            direction: 'IN',
            counterpartyKinship: { label: '伯父', en: 'Uncle (elder brother of the father)' },
          },
        ],
      },
      uncle: {
        family: [
          {
            ...both,
            label: '亲属',
            en: 'Relative of',
            direction: 'OUT',
            counterpartyKinship: { label: '侄女', en: 'Niece (daughter of a brother)' },
          },
        ],
      },
    });
  });

  test('refuses a circle and names the way, also when it is long', async () => {
    const ids: string[] = [];
    for (const name of ['甲', '乙', '丙']) ids.push(await person(name));
    const [a = '', b = '', c = ''] = ids;
    await relate(a, 'REPORTS_TO', b);
    await relate(b, 'REPORTS_TO', c);
    expect(await refusal({ fromId: c, type: 'REPORTS_TO', toId: a })).toEqual({
      code: 'RULE_VIOLATION',
      cycle: ['丙', '甲', '乙', '丙'],
    });
    expect(await refusal({ fromId: a, type: 'REPORTED_TO_BY', toId: b })).toMatchObject({
      cycle: ['乙', '甲', '乙'],
    });
    expect(await refusal({ fromId: c, type: 'SUPERIOR_OF', toId: a })).toBeUndefined();
  });

  test('lets what was the other way round in other years be', async () => {
    const [a, b] = [await person('甲'), await person('乙')];
    await relate(a, 'REPORTS_TO', b, { validFrom: '2020-01-01', validTo: '2022-12-31' });
    const back = { fromId: b, type: 'REPORTS_TO', toId: a };
    expect(await refusal({ ...back, validFrom: '2022-12-31' })).toMatchObject({
      code: 'RULE_VIOLATION',
    });
    expect(await refusal({ ...back, validFrom: '2023-01-01' })).toBeUndefined();
    expect(await relationshipsOf(a, 'activeOn: "2021-06-01"')).toEqual(['REPORTS_TO 乙']);
    expect(await relationshipsOf(a, 'activeOn: "2024-06-01"')).toEqual(['REPORTED_TO_BY 乙']);
  });

  test('checks a chain of 10,000 superiors at once', async () => {
    const [first, last] = [await person('首'), await person('尾')];
    await chain(10_000, first, last);
    const startedAt = performance.now();
    expect(await refusal({ fromId: last, type: 'REPORTS_TO', toId: first })).toMatchObject({
      code: 'RULE_VIOLATION',
      cycle: expect.arrayContaining(['首', '尾', '…']),
    });
    expect(performance.now() - startedAt).toBeLessThan(5000);
  }, 30_000);

  test('never closes a circle when both ways come at once', async () => {
    const [a, b] = [await person('甲'), await person('乙')];
    const answers = await Promise.all([
      refusal({ fromId: a, type: 'REPORTS_TO', toId: b }),
      refusal({ fromId: b, type: 'REPORTS_TO', toId: a }),
    ]);
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
  });

  test('is there once for a pair at a time, symmetric ones from either side', async () => {
    const [a, b] = [await person('甲'), await person('乙')];
    await relate(a, 'FRIEND_OF', b, { validTo: '2024-12-31' });
    const again = { fromId: b, type: 'FRIEND_OF', toId: a };
    expect(await refusal(again)).toMatchObject({ code: 'INVALID', fields: [{ path: 'toId' }] });
    expect(await refusal({ ...again, validFrom: '2025-01-01' })).toBeUndefined();
  });

  test.each([
    ['a type that is none', { type: 'COUSIN_OF' }, 'type'],
    ['a strength above 100', { strength: 101 }, 'strength'],
    ['a negative confidence', { confidence: -1 }, 'confidence'],
    ['a kinship that is none', { kinship: 'ROBOT', type: 'RELATIVE_OF' }, 'kinship'],
    ['a kinship outside a family', { kinship: 'SON' }, 'kinship'],
    ['days in the wrong order', { validFrom: '2026-02-01', validTo: '2026-01-01' }, 'validTo'],
    ['a reference without its system', { externalRef: '7' }, 'source'],
    ['too long a reason', { reason: '长'.repeat(1001) }, 'reason'],
  ])('refuses %s', async (_, input, path) => {
    const [fromId, toId] = [await person('甲'), await person('乙')];
    expect(await refusal({ fromId, toId, type: 'FRIEND_OF', ...input })).toMatchObject({
      code: 'INVALID',
      fields: [{ path }],
    });
  });

  test('refuses a person to itself, and one that is none', async () => {
    const fromId = await person('甲');
    for (const toId of [fromId, newId(), 'x'])
      expect(await refusal({ fromId, type: 'FRIEND_OF', toId })).toMatchObject({
        code: 'INVALID',
        fields: [{ path: 'toId' }],
      });
  });
});

const hex = (id: string | undefined): string => (id ?? '').replaceAll('-', '');

async function chain(length: number, first: string, last: string): Promise<void> {
  const ids = [first, ...Array.from({ length: length - 2 }, () => newId()), last];
  const rows = ids.slice(1).map((id, at) => [hex(newId()), hex(ids[at]), hex(id)]);
  for (let at = 0; at < rows.length; at += 1000) {
    await contacts.db.query(
      `INSERT INTO personRelationship (id, version, createdAt, updatedAt, type, category, fromId, toId, strength)
       SELECT UNHEX(j.a), 1, NOW(3), NOW(3), 'REPORTS_TO', 'WORK', UNHEX(j.b), UNHEX(j.c), 70
       FROM JSON_TABLE(?, '$[*]' COLUMNS (a CHAR(32) PATH '$[0]', b CHAR(32) PATH '$[1]', c CHAR(32) PATH '$[2]')) j`,
      [JSON.stringify(rows.slice(at, at + 1000))],
    );
  }
}

const edges = (id: string): Promise<unknown> =>
  contacts.db.query(
    `SELECT strength, DATE_FORMAT(validTo, '%Y-%m-%d') AS validTo FROM personEdge
     WHERE relationshipId = UUID_TO_BIN(?)`,
    [id],
  );

describe('a relationship later', () => {
  test('is changed, ended and taken back, and tells so', async () => {
    const [a, b] = [await person('甲'), await person('乙')];
    const id = await relate(a, 'INFLUENCES', b, { strength: 30 });
    const data = await ask(
      `mutation ($id: ID!) {
        updateRelationship(input: { id: $id, expectedVersion: 1, strength: 90, reason: "老领导" }) { strength reason }
        endRelationship(input: { id: $id, endedOn: "2026-01-31" }) { validTo isActive }
      }`,
      { id },
    );
    expect(data).toEqual({
      updateRelationship: { strength: 90, reason: '老领导' },
      endRelationship: { validTo: '2026-01-31', isActive: false },
    });
    expect(await edges(id)).toEqual([
      { strength: 90, validTo: '2026-01-31' },
      { strength: 90, validTo: '2026-01-31' },
    ]);
    const again = await contacts.execute(
      'mutation ($id: ID!) { endRelationship(input: { id: $id }) { id } }',
      { id },
    );
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
    await ask('mutation ($id: ID!) { removeRelationship(input: { id: $id }) { id } }', { id });
    expect(await edges(id)).toEqual([]);
    expect(await relationshipsOf(a)).toEqual([]);
    expect(await eventsOf(contacts, id)).toEqual([
      'relationship.established',
      'relationship.changed',
      'relationship.ended',
      'relationship.removed',
    ]);
  });

  test('does not come to close a circle by its new dates', async () => {
    const [a, b] = [await person('甲'), await person('乙')];
    await relate(a, 'REPORTS_TO', b, { validFrom: '2024-01-01' });
    const id = await relate(b, 'REPORTS_TO', a, { validTo: '2023-12-31' });
    const { errors } = await contacts.execute(
      'mutation ($id: ID!) { updateRelationship(input: { id: $id, validTo: "2024-01-01" }) { id } }',
      { id },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ cycle: ['乙', '甲', '乙'] });
  });
});

describe('upsertRelationships', () => {
  const UPSERT = `mutation ($rows: [RelationshipRowInput!]!) { upsertRelationships(input: { rows: $rows }) {
    created updated unchanged refused rows { index outcome problems { path } } } }`;

  test('relates by code or id, changes nothing the second time, and refuses bad rows alone', async () => {
    const codes = ['U1', 'U2', 'U3'].map((code) => `${code}-${newId()}`);
    const ids: string[] = [];
    for (const code of codes) ids.push(await person(code, { code }));
    const [first, second, third] = codes;
    const rows = [
      { fromCode: first, type: 'REPORTS_TO', toCode: second },
      { fromCode: third, type: 'REPORTED_TO_BY', toId: ids[1] },
      { fromCode: third, type: 'REPORTS_TO', toCode: first },
      { fromCode: first, type: 'FRIEND_OF', toCode: third, source: 'CRM', externalRef: newId() },
      { fromCode: 'nobody', type: 'FRIEND_OF', toCode: third },
      { fromCode: first, type: 'NONE', toCode: third },
    ];
    expect(await ask(UPSERT, { rows })).toEqual({
      upsertRelationships: {
        created: 3,
        updated: 0,
        unchanged: 0,
        refused: 3,
        rows: [
          { index: 0, outcome: 'CREATED', problems: [] },
          { index: 1, outcome: 'CREATED', problems: [] },
          { index: 2, outcome: 'REFUSED', problems: [{ path: 'toId' }] },
          { index: 3, outcome: 'CREATED', problems: [] },
          { index: 4, outcome: 'REFUSED', problems: expect.anything() },
          { index: 5, outcome: 'REFUSED', problems: expect.anything() },
        ],
      },
    });
    const turned = { fromCode: third, type: 'FRIEND_OF', toCode: first, strength: 77 };
    expect(await ask(UPSERT, { rows: [...rows.slice(0, 2), turned] })).toMatchObject({
      upsertRelationships: { created: 0, updated: 1, unchanged: 2, refused: 0 },
    });
    expect(await relationshipsOf(ids[0] ?? '')).toEqual([
      `FRIEND_OF ${third}`,
      `REPORTS_TO ${second}`,
    ]);
  });
});

describe('who reports to whom', () => {
  test('is asked for a page of people in as many statements as for one', async () => {
    const boss = await person('总经理');
    const reports: string[] = [];
    for (const name of ['一', '二', '三', '四']) {
      const id = await person(name);
      await relate(id, 'REPORTS_TO', boss);
      reports.push(id);
    }
    const former = await person('前任');
    await relate(reports[0] ?? '', 'REPORTS_TO', former, { strength: 100, validTo: '2020-01-01' });
    const query = `query ($ids: [ID!]!) { people(where: { id: { in: $ids } }, orderBy: [{ field: "id" }]) {
      nodes { name reportsTo { name } directReports(first: 10) { totalCount nodes { name } }
        relationships(first: 2) { nodes { name counterparty { name } } } } } }`;
    const data = await ask(query, { ids: [boss, reports[0]] });
    expect(data?.['people']).toMatchObject({
      nodes: [
        {
          reportsTo: null,
          directReports: { totalCount: 4, nodes: expect.arrayContaining([{ name: '三' }]) },
        },
        { reportsTo: { name: '总经理' }, directReports: { totalCount: 0 } },
      ],
    });
    const one = await countStatements(contacts.db, () => ask(query, { ids: [boss] }));
    const many = await countStatements(contacts.db, () => ask(query, { ids: [boss, ...reports] }));
    expect(many).toBeLessThanOrEqual(one + 1);
  });
});

const own = (id: string): Promise<unknown> =>
  contacts.db.query('UPDATE person SET ownerId = UUID_TO_BIN(?) WHERE id = UUID_TO_BIN(?)', [
    rep.staffId,
    id,
  ]);

describe('what one may see', () => {
  test('whoever may read one of both sees that there is a relationship, and not whom with', async () => {
    const [mine, other] = [await person('我的'), await person('别人的')];
    await own(mine);
    await relate(mine, 'FRIEND_OF', other);
    expect(await relationshipsOf(mine, '', rep)).toEqual(['FRIEND_OF …']);
    const [theirs, alsoTheirs] = [await person('丙'), await person('丁')];
    const id = await relate(theirs, 'FRIEND_OF', alsoTheirs);
    const unseen = await ask(
      'query ($id: ID!) { personRelationship(id: $id) { id } }',
      { id },
      rep,
    );
    expect(unseen).toEqual({ personRelationship: null });
    expect(await refusal({ fromId: mine, type: 'FRIEND_OF', toId: theirs }, rep)).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'toId' }],
    });
    const { errors } = await contacts.execute(
      'mutation ($id: ID!) { removeRelationship(input: { id: $id }) { id } }',
      { id },
      { viewer: rep },
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  });

  test('what is on the way of a circle stays unnamed', async () => {
    const [a, b, c] = [await person('甲'), await person('乙'), await person('丙')];
    await own(a);
    await own(c);
    await relate(a, 'REPORTS_TO', b);
    await relate(b, 'REPORTS_TO', c);
    expect(await refusal({ fromId: c, type: 'REPORTS_TO', toId: a }, rep)).toMatchObject({
      cycle: ['丙', '甲', '…', '丙'],
    });
  });

  test('family is hidden from those who may not read what is personal, and children from more', async () => {
    const year = new Date().getFullYear();
    const birthday = { year: year - 6, month: 1, day: 1 };
    const guardianConsent = { givenBy: '父亲', givenOn: `${year - 1}-01-01` };
    const [parent, spouse, child] = [
      await person('父亲'),
      await person('母亲'),
      await person('孩子', { birthday, guardianConsent }),
    ];
    await relate(parent, 'SPOUSE_OF', spouse);
    await relate(parent, 'PARENT_OF', child);
    await relate(parent, 'COLLEAGUE_OF', child);
    const all = ['SPOUSE_OF 母亲', 'PARENT_OF 孩子', 'COLLEAGUE_OF 孩子'];
    expect(await relationshipsOf(parent, '', { purpose: '家属关怀' })).toEqual(all);
    expect(await relationshipsOf(parent)).toEqual([all[0], all[2]]);
    expect(await relationshipsOf(parent, '', { roles: ['analyst'] })).toEqual([all[2]]);
  });
});

describe('saveRelationshipType', () => {
  const SAVE = `mutation ($input: SaveRelationshipTypeInput!) { saveRelationshipType(input: $input) {
    code inverseCode category symmetric inverseLabels { zh } } }`;
  const mentor = {
    code: 'MENTOR_OF',
    inverseCode: 'MENTORED_BY',
    category: 'INFLUENCE',
    labels: { zh: '师父', en: 'Mentor of' },
    inverseLabels: { zh: '徒弟', en: 'Mentored by' },
    acyclic: true,
  };

  test('defines a type that people are then related by, and keeps its meaning', async () => {
    expect(await ask(SAVE, { input: mentor })).toMatchObject({
      saveRelationshipType: { code: 'MENTOR_OF', symmetric: false, inverseLabels: { zh: '徒弟' } },
    });
    const [a, b] = [await person('师'), await person('徒')];
    await relate(b, 'MENTORED_BY', a);
    expect(await relationshipsOf(a)).toEqual(['MENTOR_OF 徒']);
    const change = async (input: object): Promise<unknown> =>
      (await contacts.execute(SAVE, { input: { ...mentor, ...input } })).errors?.[0]?.extensions;
    expect(await change({ acyclic: false })).toEqual({ code: 'RULE_VIOLATION' });
    expect(await change({ labels: { zh: '导师', en: 'Mentor of' } })).toBeUndefined();
    expect(await change({ code: 'X', inverseCode: 'REPORTS_TO' })).toMatchObject({
      fields: [{ path: 'inverseCode' }],
    });
    expect(await change({ active: false })).toBeUndefined();
    expect(await refusal({ fromId: a, type: 'MENTOR_OF', toId: b })).toMatchObject({
      fields: [{ path: 'type' }],
    });
  });

  test('the seeded types and the kinship terms are there, in both languages', async () => {
    const data = await ask(
      `{ relationshipTypes { code category inverseCode }
        contactsVocabulary(vocabulary: "kinship") { code zh: label en: label(locale: EN) } }`,
      {},
    );
    const codes = z
      .object({ relationshipTypes: z.array(z.object({ code: z.string() })) })
      .parse(data)
      .relationshipTypes.map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining([
        'SUPERIOR_OF',
        'ASSISTANT_OF',
        'REPORTS_TO',
        'INFLUENCES',
        'SPOUSE_OF',
        'PARENT_OF',
        'RELATIVE_OF',
        'COLLEAGUE_OF',
        'FRIEND_OF',
        'SCHOOLMATE_OF',
        'TOWNSMAN_OF',
      ]),
    );
    expect(data?.['contactsVocabulary']).toEqual(
      expect.arrayContaining([
        {
          code: 'PATERNAL_ELDER_MALE_COUSIN',
          zh: '堂兄',
          en: 'Elder male cousin (child of a brother of the father)',
        },
      ]),
    );
  });
});
