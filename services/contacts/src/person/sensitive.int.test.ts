import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import {
  addStaff,
  createPerson,
  eventsOf,
  made,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());

type Input = Readonly<Record<string, unknown>>;

const create = (input: Input): Promise<string> => made(contacts, createPerson, input);

const purposeful: TestRequest = { viewer: { purpose: '生日关怀' } };

const profile = {
  personality: 'OUTGOING',
  temperament: 'STEADY',
  maritalStatus: 'MARRIED',
  interests: ['围棋', '登山'],
  background: '军人家庭',
  verbalExpression: 'ARTICULATE',
  thinkingStyle: 'PRUDENT',
  drinking: 'MODERATE',
  smoking: 'NON_SMOKER',
  otherHabits: '喝茶',
  strengths: '果断',
  weaknesses: '急躁',
  specialSkills: ['书法'],
  health: '良好',
};

const PROFILE = `profile { personality temperament maritalStatus interests background
  verbalExpression thinkingStyle drinking smoking otherHabits strengths weaknesses specialSkills
  health }`;

const read = (id: string, fields: string, request: TestRequest = {}): Promise<TestResult> =>
  contacts.execute(`query ($id: ID!) { person(id: $id) { ${fields} } }`, { id }, request);

type Read = { entity: string; fields: string[]; purpose: string; bySubject: string };

const readsOf = (id: string): Promise<Read[]> =>
  contacts.db.query(
    `SELECT entity, fields, purpose, bySubject FROM sensitiveRead
     WHERE entityId = UUID_TO_BIN(?) ORDER BY id`,
    [id],
  );

describe('the profile', () => {
  test('comes back as it was given, to those who may read it and say why', async () => {
    const id = await create({ name: '王强', profile });
    const { data, errors, extensions } = await read(id, PROFILE, purposeful);
    expect(errors).toBeUndefined();
    expect(data?.['person']).toEqual({ profile });
    expect(extensions).not.toHaveProperty('withheld');
  });

  test.each([
    ['no purpose', {}, 'PURPOSE_NEEDED'],
    ['no right', { roles: ['manager' as const], purpose: '了解' }, 'NOT_ALLOWED'],
    ['neither', { roles: ['care_agent' as const] }, 'NOT_ALLOWED'],
  ])('is null with a note for those with %s', async (_, viewer, reason) => {
    const staffId = await addStaff(contacts);
    const id = await create({ name: '王强', profile, ethnicity: '回族', ownerId: staffId });
    const { data, errors, extensions } = await read(id, `ethnicity ${PROFILE} name`, {
      viewer: { staffId, ...viewer },
    });
    expect(errors).toBeUndefined();
    expect(data?.['person']).toEqual({ ethnicity: null, profile: null, name: '王强' });
    expect(extensions?.['withheld']).toEqual([
      { field: 'Person.ethnicity', reason },
      { field: 'Person.profile', reason },
    ]);
    expect(await readsOf(id)).toEqual([]);
  });

  test('is changed member by member, and filtered, grouped and sorted by', async () => {
    const id = await create({ name: '赵六', profile, source: 'PROFILE', externalRef: '1' });
    await create({
      name: '钱七',
      source: 'PROFILE',
      externalRef: '2',
      profile: { drinking: 'NONE' },
    });
    const changed = await contacts.execute(
      `mutation ($input: UpdatePersonInput!) { updatePerson(input: $input) { ${PROFILE} } }`,
      { input: { id, profile: { drinking: 'HEAVY', interests: ['围棋'] } } },
      purposeful,
    );
    expect(changed.data?.['updatePerson']).toEqual({
      profile: { ...profile, drinking: 'HEAVY', interests: ['围棋'] },
    });

    const LISTS = `query ($where: PersonWhere) {
      people(where: $where) { nodes { id } }
      sorted: people(where: { source: { eq: "PROFILE" } },
        orderBy: [{ field: "profile.drinking" }]) { nodes { name } }
      personAggregate(where: { source: { eq: "PROFILE" } },
        groupBy: [{ field: "profile.drinking" }], measures: [{ fn: COUNT }]) {
        rows { keys { value } values { value } } } }`;
    const where = {
      source: { eq: 'PROFILE' },
      profile: { drinking: { eq: 'HEAVY' }, interests: { has: '围棋' } },
    };
    const { data, errors } = await contacts.execute(LISTS, { where }, purposeful);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      people: { nodes: [{ id }] },
      sorted: { nodes: [{ name: '赵六' }, { name: '钱七' }] },
      personAggregate: {
        rows: expect.arrayContaining([
          { keys: [{ value: 'HEAVY' }], values: [{ value: '1' }] },
          { keys: [{ value: 'NONE' }], values: [{ value: '1' }] },
        ]),
      },
    });
    const used = await contacts.db.query<{ n: number }[]>(
      `SELECT COUNT(*) AS n FROM sensitiveRead WHERE entityId IS NULL
       AND JSON_CONTAINS(fields, '"profile.drinking"')`,
    );
    expect(Number(used[0]?.n)).toBe(1);
    const refused = await contacts.execute(LISTS, { where });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is in no public event, nor in what is searched', async () => {
    const id = await create({ name: '孙八', profile, ethnicity: '满族' });
    await contacts.execute(
      `mutation { updatePerson(input: { id: "${id}", profile: { health: "欠佳" } }) { id } }`,
    );
    expect(await eventsOf(contacts, id)).toEqual(['person.created', 'person.updated']);
    const rows: { text: string }[] = await contacts.db.query(
      `SELECT CAST(payload AS CHAR) COLLATE utf8mb4_bin AS text FROM outbox WHERE aggregateId = UUID_TO_BIN(?)
       UNION ALL SELECT CONVERT(searchText USING utf8mb4) COLLATE utf8mb4_bin FROM person
       WHERE id = UUID_TO_BIN(?)`,
      [id, id],
    );
    expect(rows).toHaveLength(3);
    for (const { text } of rows) expect(text).not.toMatch(/欠佳|良好|满族|围棋|OUTGOING/);
  });
});

describe('each read of what is sensitive', () => {
  test('is recorded before the answer is given: who, why and which fields, but no value', async () => {
    const staffId = await addStaff(contacts);
    const id = await create({ name: '周九', profile, ethnicity: '回族' });
    await read(id, `name ethnicity ${PROFILE}`, {
      viewer: { subject: 'hr-1', staffId, purpose: '体检安排' },
    });
    expect(await readsOf(id)).toEqual([
      {
        entity: 'Person',
        fields: ['ethnicity', 'profile'],
        purpose: '体检安排',
        bySubject: 'hr-1',
      },
    ]);
    const rows: unknown[] = await contacts.db.query('SELECT * FROM sensitiveRead');
    expect(JSON.stringify(rows)).not.toMatch(/回族|围棋|OUTGOING/);

    const SHOWN = `sensitiveReads { nodes { fields purpose bySubject by { id } }
      pageInfo { hasNextPage } }`;
    const shown = await read(id, SHOWN);
    expect(shown.data?.['person']).toEqual({
      sensitiveReads: {
        nodes: [
          {
            fields: ['ethnicity', 'profile'],
            purpose: '体检安排',
            bySubject: 'hr-1',
            by: { id: staffId },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
    });
    const denied = await read(id, SHOWN, { viewer: { roles: ['care_agent'] } });
    expect(denied.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('gives no answer when it cannot be recorded', async () => {
    const id = await create({ name: '吴十', ethnicity: '藏族' });
    await contacts.db.query('RENAME TABLE sensitiveRead TO hidden');
    try {
      const { data, errors } = await read(id, 'ethnicity', purposeful);
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'INTERNAL' });
    } finally {
      await contacts.db.query('RENAME TABLE hidden TO sensitiveRead');
    }
  });

  test('of history too', async () => {
    const id = await create({ name: '郑一', ethnicity: '藏族' });
    await contacts.execute(
      `mutation { updatePerson(input: { id: "${id}", ethnicity: "回族" }) { id } }`,
    );
    const HISTORY = 'fieldHistory { nodes { field } }';
    const open = await read(id, HISTORY);
    expect(open.data?.['person']).toEqual({ fieldHistory: { nodes: [] } });
    const told = await read(id, HISTORY, purposeful);
    expect(told.data?.['person']).toEqual({ fieldHistory: { nodes: [{ field: 'ethnicity' }] } });
    expect(await readsOf(id)).toMatchObject([{ fields: ['ethnicity'] }]);
  });

  test('costs one statement for a whole page', async () => {
    for (let at = 0; at < 8; at += 1) {
      await create({ name: 'n', ethnicity: '汉族', source: 'READS', externalRef: `${at}` });
    }
    const LIST = `query ($first: Int) { people(where: { source: { eq: "READS" } }, first: $first) {
      nodes { ethnicity } } }`;
    const count = (first: number): Promise<number> =>
      countStatements(contacts.db, () => contacts.execute(LIST, { first }, purposeful));
    expect(await count(8)).toBe(await count(2));
  });
});

describe('a person under 14', () => {
  const year = new Date().getUTCFullYear() - 8;
  const child = {
    name: '小明',
    gender: 'MALE',
    birthday: { year, month: 3, day: 3 },
    birthplace: '苏州',
    note: '喜欢足球',
    contactPoints: [{ kind: 'MOBILE', value: '13800001111' }],
    guardianConsent: { givenBy: '王强（父）', givenOn: '2026-01-02' },
  };
  const ALL = `name gender birthday { year } age birthplace note honoraryPositions
    contactPoints { value } customFields { key } homeAddress { city } ${PROFILE}`;

  test.each([
    ['no consent', { guardianConsent: null }, 'guardianConsent'],
    ['nobody who gave it', { guardianConsent: { givenOn: '2026-01-02' } }, 'guardianConsent'],
    [
      'consent to come',
      { guardianConsent: { givenBy: '父', givenOn: '2099-01-01' } },
      'guardianConsent.givenOn',
    ],
  ])('is not kept with %s of a guardian', async (_, input, path) => {
    const { errors } = await contacts.execute(createPerson, { input: { ...child, ...input } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('is sensitive as a whole but for what it is known by', async () => {
    const id = await create(child);
    const hidden = await read(id, ALL);
    expect(hidden.errors).toBeUndefined();
    expect(hidden.data?.['person']).toEqual({
      name: '小明',
      gender: null,
      birthday: null,
      age: null,
      birthplace: null,
      note: null,
      honoraryPositions: [],
      contactPoints: [],
      customFields: [],
      homeAddress: null,
      profile: null,
    });
    expect(hidden.extensions?.['withheld']).toContainEqual({
      field: 'Person.contactPoints',
      reason: 'PURPOSE_NEEDED',
    });
    const shown = await read(id, ALL, purposeful);
    expect(shown.data?.['person']).toMatchObject({ birthday: { year }, note: '喜欢足球' });
    expect((await readsOf(id))[0]?.fields).toEqual(
      expect.arrayContaining(['gender', 'birthday', 'age', 'contactPoints']),
    );
  });

  test('is not told by filters, by the order, by figures, by search or by history', async () => {
    const id = await create({ ...child, source: 'CHILD', externalRef: '1' });
    const grown = await create({
      name: '大明',
      birthday: { year: year - 30, month: 3, day: 3 },
      source: 'CHILD',
      externalRef: '2',
    });
    await contacts.execute(
      `mutation { updatePerson(input: { id: "${id}", birthplace: "杭州" }) { id } }`,
    );
    const QUERY = `query ($year: Int) {
      found: people(where: { source: { eq: "CHILD" }, birthday: { year: { gte: $year } } }) {
        nodes { id } }
      sorted: people(where: { source: { eq: "CHILD" } }, first: 1,
        orderBy: [{ field: "birthday.year", direction: DESC }]) { nodes { id }
          pageInfo { endCursor } }
      personAggregate(where: { source: { eq: "CHILD" } }, measures: [{ fn: MAX,
        field: "birthday.year" }]) { rows { values { value } } }
      searchPeople(text: "13800001111") { id }
      person(id: "${id}") { fieldHistory { nodes { field } } } }`;
    const { data, errors } = await contacts.execute(QUERY, { year });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      found: { nodes: [] },
      sorted: { nodes: [{ id: grown }] },
      personAggregate: { rows: [{ values: [{ value: String(year - 30) }] }] },
      searchPeople: [],
      person: { fieldHistory: { nodes: [] } },
    });
    const told = await contacts.execute(QUERY, { year }, purposeful);
    expect(told.data).toMatchObject({
      found: { nodes: [{ id }] },
      sorted: { nodes: [{ id }] },
      person: { fieldHistory: { nodes: [{ field: 'birthplace' }] } },
    });
  });

  test('is one no more from the fourteenth birthday on', async () => {
    const id = await create(child);
    await contacts.db.query(
      'UPDATE person SET minorUntil = CURRENT_DATE - INTERVAL 1 DAY WHERE id = UUID_TO_BIN(?)',
      [id],
    );
    expect((await read(id, 'note')).data?.['person']).toEqual({ note: '喜欢足球' });
  });
});
