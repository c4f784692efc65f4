import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import {
  addCustomer,
  addStaff,
  affiliate,
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

const UPDATE = `mutation ($input: UpdatePersonInput!) {
  updatePerson(input: $input) { version name gender note }
}`;
const DELETE = `mutation ($input: DeletePersonInput!) { deletePerson(input: $input) { id } }`;
const RESTORE = `mutation ($input: RestorePersonInput!) { restorePerson(input: $input) { id version } }`;

const create = (input: Readonly<Record<string, unknown>>): Promise<string> =>
  made(contacts, createPerson, input);

const peopleStored = async (): Promise<number> => {
  const [row]: { n: number }[] = await contacts.db.query('SELECT COUNT(*) n FROM person');
  return Number(row?.n);
};

describe('createPerson', () => {
  test('gives back every field as it was given, and records the event', async () => {
    const input = {
      code: 'P-1',
      name: '王𠮷😀 ‏مها',
      gender: 'FEMALE',
      birthday: { calendar: 'CHINESE_LUNAR', year: 1980, month: 5, day: 5, leapMonth: false },
      ethnicity: '汉族',
      birthplace: '苏州',
      nativePlace: '江苏',
      homeAddress: { country: 'CN', city: '上海', street: '南京路 1 号' },
      contactPoints: [
        { kind: 'MOBILE', value: '+86 138 0000 0000', label: '微信', isPreferred: true },
      ],
      honoraryPositions: ['商会副会长'],
      status: 'ACTIVE',
      note: '喜欢乒乓球',
      source: 'OLD',
      externalRef: 'x-1',
    };
    const id = await create(input);
    const { data, errors } = await contacts.execute(
      `query ($id: ID!) { person(id: $id) { code name gender
        birthday { calendar year month day leapMonth } ethnicity birthplace nativePlace
        homeAddress { country city street } contactPoints { kind value label isPreferred }
        honoraryPositions status note source externalRef } }`,
      { id },
      { viewer: { purpose: 'test' } },
    );

    expect(errors).toBeUndefined();
    expect(data?.['person']).toEqual(input);
    expect(await eventsOf(contacts, id)).toEqual(['person.created', 'person.particulars_changed']);
  });

  test.each([
    ['a blank name', { name: ' ' }, 'name'],
    ['a NUL', { name: 'a\0b' }, 'name'],
    ['over-long text', { name: '长'.repeat(101) }, 'name'],
    ['a day that no calendar has', { name: 'a', birthday: { month: 2, day: 30 } }, 'birthday'],
    ['an owner that is unknown', { name: 'a', ownerId: newId() }, 'ownerId'],
    ['a reference of no system', { name: 'a', externalRef: '7' }, 'source'],
    [
      'an email address that is none',
      { name: 'a', contactPoints: [{ kind: 'EMAIL', value: 'nobody' }] },
      'contactPoints.0',
    ],
    [
      'a way to reach someone that is named twice',
      {
        name: 'a',
        contactPoints: [
          { kind: 'EMAIL', value: 'a@b.cn' },
          { kind: 'EMAIL', value: 'A@b.cn' },
        ],
      },
      'contactPoints.1',
    ],
    [
      'an undefined custom field',
      { name: 'a', customFields: [{ key: 'shoe', value: 42 }] },
      'customFields.shoe',
    ],
  ])('refuses %s, names the field and stores nothing', async (_, input, path) => {
    const before = await peopleStored();
    const { errors } = await contacts.execute(createPerson, { input });

    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: expect.stringMatching(new RegExp(`^${path}`)) }],
    });
    expect(await peopleStored()).toBe(before);
  });

  test('refuses a code that a live person has, in whatever case', async () => {
    await create({ code: 'Taken', name: 'a' });
    const { errors } = await contacts.execute(createPerson, {
      input: { code: 'TAKEN', name: 'b' },
    });

    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      fields: [{ path: 'code' }],
    });
  });

  test('does nothing again when the call is repeated', async () => {
    const input = { name: 'Once', clientMutationId: newId() };
    expect(await create(input)).toBe(await create(input));
  });

  test('is not for analysts', async () => {
    const { errors } = await contacts.execute(
      createPerson,
      { input: { name: 'a' } },
      { viewer: { roles: ['analyst'] } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('updatePerson', () => {
  test('merges changes of other fields and shows all three values of the same one', async () => {
    const id = await create({ name: 'One', note: 'n' });
    await contacts.execute(UPDATE, { input: { id, expectedVersion: 1, name: 'Two' } });
    const merged = await contacts.execute(UPDATE, { input: { id, expectedVersion: 1, note: 'm' } });
    const refused = await contacts.execute(UPDATE, {
      input: { id, expectedVersion: 1, name: 'Three' },
    });

    expect(merged.data?.['updatePerson']).toMatchObject({ version: 3, name: 'Two', note: 'm' });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 3,
      conflicts: [{ path: 'name', base: 'One', theirs: 'Two', yours: 'Three' }],
    });
    expect(await eventsOf(contacts, id)).toEqual([
      'person.created',
      'person.updated',
      'person.updated',
    ]);
  });

  test('empties a field that is given as null, and no required one', async () => {
    const id = await create({ name: 'a', gender: 'MALE' });
    const emptied = await contacts.execute(UPDATE, { input: { id, gender: null } });
    const refused = await contacts.execute(UPDATE, { input: { id, name: null } });

    expect(emptied.data?.['updatePerson']).toMatchObject({ gender: null });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'name' }],
    });
  });
});

describe('deletePerson', () => {
  test('takes the affiliations along, frees the code, and restorePerson brings both back', async () => {
    const customerId = await addCustomer(contacts);
    const id = await create({ code: 'Gone', name: 'a' });
    await made(contacts, affiliate, { personId: id, customerId, roles: ['PRINCIPAL'] });
    const principal = `query ($c: [_Any!]!) { _entities(representations: $c) {
      ... on Customer { principal { id } } } }`;
    const of = { c: [{ __typename: 'Customer', id: customerId }] };

    await contacts.execute(DELETE, { input: { id } });
    expect((await contacts.execute(principal, of)).data).toEqual({
      _entities: [{ principal: null }],
    });

    const restored = await contacts.execute(RESTORE, { input: { id } });
    expect(restored.errors).toBeUndefined();
    expect((await contacts.execute(principal, of)).data).toEqual({
      _entities: [{ principal: { id } }],
    });

    await contacts.execute(DELETE, { input: { id } });
    const successor = await create({ code: 'gone', name: 'b' });
    const refused = await contacts.execute(RESTORE, { input: { id } });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      fields: [{ path: 'code' }],
      existingId: successor,
    });
  });
});

describe('lists of people', () => {
  test('are filtered by what people are where, searched, counted and paged', async () => {
    const customerId = await addCustomer(contacts);
    for (const name of ['甲', '乙', '丙']) {
      const personId = await create({ name: `列表${name}`, source: 'LIST', externalRef: name });
      await made(contacts, affiliate, { personId, customerId, department: `部门${name}` });
    }
    const { data, errors } = await contacts.execute(
      `query ($customerId: ID!) {
        there: people(where: { affiliations: { some: { customerId: { eq: $customerId },
          department: { ne: "部门甲" } } } }) { totalCount }
        page: people(where: { source: { eq: "LIST" } }, orderBy: [{ field: "externalRef" }], first: 2) {
          nodes { externalRef } pageInfo { hasNextPage } totalCount }
        found: searchPeople(text: "列表乙") { name }
        figures: personAggregate(where: { source: { eq: "LIST" } }, groupBy: [{ field: "status" }],
          measures: [{ fn: COUNT }]) { rows { values { value } } }
      }`,
      { customerId },
    );

    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      there: { totalCount: 2 },
      page: { nodes: [{}, {}], pageInfo: { hasNextPage: true }, totalCount: 3 },
      found: [{ name: '列表乙' }],
    });
  });

  test('cost as many statements for many people as for one', async () => {
    for (let at = 0; at < 12; at += 1) {
      const personId = await create({ name: `Batch ${at}`, source: 'BATCH', externalRef: `${at}` });
      const customerId = await addCustomer(contacts);
      await made(contacts, affiliate, { personId, customerId, isPrimary: true });
    }
    const LIST = `query ($first: Int) { people(where: { source: { eq: "BATCH" } }, first: $first) {
      nodes { name primaryAffiliation { jobTitle } affiliations(first: 3) { totalCount nodes { roles } }
        interactions(first: 3) { nodes { kind } } } } }`;
    const count = (first: number): Promise<number> =>
      countStatements(contacts.db, () => contacts.execute(LIST, { first }));

    expect(await count(12)).toBe(await count(2));
  });
});

describe('access', () => {
  test('a salesperson reaches own people and those at own customers, and nobody else', async () => {
    const [own, other] = [await addStaff(contacts), await addStaff(contacts)];
    const owned = await create({ name: 'Owned', ownerId: own });
    const foreign = await create({ name: 'Foreign', ownerId: other });
    const linked = await create({ name: 'Linked', ownerId: other });
    const customerId = await addCustomer(contacts, { ownerId: own });
    await made(contacts, affiliate, { personId: linked, customerId });
    const asRep = { viewer: { subject: 'r', roles: ['rep' as const], staffId: own } };

    const { data } = await contacts.execute(
      `{ owned: person(id: "${owned}") { name } linked: person(id: "${linked}") { name }
         foreign: person(id: "${foreign}") { name } }`,
      {},
      asRep,
    );
    expect(data).toEqual({ owned: { name: 'Owned' }, linked: { name: 'Linked' }, foreign: null });

    const written = await contacts.execute(UPDATE, { input: { id: foreign, name: 'Mine' } }, asRep);
    expect(written.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('what is sensitive is told to nobody who states no purpose', async () => {
    const id = await create({ name: 'a', ethnicity: '回族' });
    const { data } = await contacts.execute(`{ person(id: "${id}") { ethnicity } }`);
    expect(data).toEqual({ person: { ethnicity: null } });
  });
});
