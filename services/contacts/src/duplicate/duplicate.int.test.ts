import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import {
  addStaff,
  createPerson,
  made,
  mergePeople,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';
import { scanKeys } from './key-scan.repository.ts';

let contacts: TestContacts;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());

type Input = Readonly<Record<string, unknown>>;

const create = (input: Input): Promise<string> =>
  made(contacts, createPerson, { acceptDuplicates: true, ...input });

const CHECK = `query ($input: CheckPersonDuplicatesInput!) { checkPersonDuplicates(input: $input) {
  person { id } teamId score fields } }`;

const check = async (input: Input, request: TestRequest = {}): Promise<unknown> => {
  const { data, errors } = await contacts.execute(CHECK, { input }, request);
  expect(errors).toBeUndefined();
  return data?.['checkPersonDuplicates'];
};

const birthday = { year: 1981, month: 4, day: 5 };
const mobile = (value: string): object => ({ kind: 'MOBILE', value });
const email = (value: string): object => ({ kind: 'EMAIL', value });

const refusal = ({ errors }: TestResult): unknown => errors?.[0]?.extensions;

describe('checkPersonDuplicates', () => {
  test('finds who has the same name and birthday, mobile or email, however they are written', async () => {
    const id = await create({
      name: '欧阳 娜娜',
      birthday,
      contactPoints: [mobile('+86 139-0000-0001'), email('Nana@Example.CN')],
    });
    const found = (score: number, fields: readonly string[]) => [
      { person: { id }, teamId: null, score, fields },
    ];
    expect(await check({ name: '欧阳娜娜', birthday })).toEqual(found(90, ['NAME_AND_BIRTHDAY']));
    expect(await check({ contactPoints: [mobile('13900000001')] })).toEqual(found(75, ['MOBILE']));
    expect(await check({ contactPoints: [email('nana@example.cn')] })).toEqual(
      found(75, ['EMAIL']),
    );
    const all = { name: '欧阳娜娜', birthday, contactPoints: [mobile('13900000001')] };
    expect(await check(all)).toEqual(found(98, ['NAME_AND_BIRTHDAY', 'MOBILE']));
    expect(await check({ name: '欧阳娜娜', birthday: { ...birthday, day: 6 } })).toEqual([]);
    expect(await check({ name: '欧阳娜娜' })).toEqual([]);
  });

  test('follows changes, and forgets who was deleted or merged', async () => {
    const first = [mobile('13900000002')];
    const second = [mobile('13900000003')];
    const id = await create({ name: 'a', contactPoints: first });
    const other = await create({ name: 'b' });
    await contacts.execute(
      'mutation ($input: UpdatePersonInput!) { updatePerson(input: $input) { id } }',
      { input: { id, contactPoints: second } },
    );
    expect(await check({ contactPoints: first })).toEqual([]);
    expect(await check({ contactPoints: second })).toMatchObject([{ person: { id } }]);
    await made(contacts, mergePeople, { survivorId: other, mergedId: id });
    expect(await check({ contactPoints: second })).toMatchObject([{ person: { id: other } }]);
    await contacts.execute(`mutation { deletePerson(input: { id: "${other}" }) { id } }`);
    expect(await check({ contactPoints: second })).toEqual([]);
  });

  test('shows who may not read a match that it is there and whose team has it, and no more', async () => {
    const teamId = newId();
    const owner = await addStaff(contacts, teamId);
    const contactPoints = [mobile('13900000004')];
    await create({ name: '秘密', contactPoints, ownerId: owner });
    const rep = { roles: ['rep' as const], staffId: await addStaff(contacts) };
    expect(await check({ contactPoints }, { viewer: rep })).toEqual([
      { person: null, teamId, score: 75, fields: ['MOBILE'] },
    ]);
    const denied = await contacts.execute(
      CHECK,
      { input: { contactPoints } },
      { viewer: { roles: ['analyst'] } },
    );
    expect(refusal(denied)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('knows no child, and keeps no number that could be read', async () => {
    const born = { year: new Date().getUTCFullYear() - 5, month: 1, day: 1 };
    await create({
      name: '小红',
      birthday: born,
      guardianConsent: { givenBy: '母', givenOn: '2026-01-01' },
    });
    expect(await check({ name: '小红', birthday: born })).toEqual([]);
    const rows: { value: Buffer }[] = await contacts.db.query('SELECT value FROM personKey');
    expect(rows.length).toBeGreaterThan(0);
    for (const { value } of rows) expect(value.toString('latin1')).not.toMatch(/139000|example/);
  });
});

const scanned = async (now: Date): Promise<number> => {
  for (let steps = 0; ; steps += 1)
    if (!(await transact(contacts.db, (manager) => scanKeys(manager, now)))) return steps;
};

describe('the scan of what people are recognised by', () => {
  test('repairs those of before, in steps, and goes over everybody again after a week', async () => {
    const contactPoints = [mobile('13600000001')];
    const id = await create({ name: '从前', contactPoints });
    const other = await create({ name: '别人', contactPoints: [mobile('13600000002')] });
    await contacts.execute(
      'mutation ($rows: [PersonRowInput!]!) { upsertPeople(input: { rows: $rows }) { created } }',
      { rows: Array.from({ length: 450 }, (_, at) => ({ code: `scan-${at}`, name: `众 ${at}` })) },
    );
    await contacts.db.query('DELETE FROM personKey WHERE personId = UUID_TO_BIN(?)', [id]);
    await contacts.db.query(
      'UPDATE personKey SET value = REVERSE(value) WHERE personId = UUID_TO_BIN(?)',
      [other],
    );
    expect(await check({ contactPoints })).toEqual([]);

    const now = new Date();
    expect(await scanned(now)).toBeGreaterThan(2);
    expect(await check({ contactPoints })).toMatchObject([{ person: { id } }]);
    expect(await check({ contactPoints: [mobile('13600000002')] })).toMatchObject([
      { person: { id: other } },
    ]);

    await contacts.db.query('DELETE FROM personKey WHERE personId = UUID_TO_BIN(?)', [id]);
    expect(await scanned(new Date(now.getTime() + 6 * 86_400_000))).toBe(0);
    expect(await scanned(new Date(now.getTime() + 8 * 86_400_000))).toBeGreaterThan(2);
    expect(await check({ contactPoints })).toMatchObject([{ person: { id } }]);
  });
});

describe('createPerson', () => {
  test('refuses who very likely is there, unless that was seen and accepted', async () => {
    const input = { name: '司马光', birthday, contactPoints: [email('sm@a.cn')] };
    const id = await create(input);
    const refused = await contacts.execute(createPerson, { input });
    expect(refusal(refused)).toMatchObject({
      code: 'DUPLICATE',
      existingId: id,
      isAcceptable: true,
      matches: [{ score: 98, fields: ['NAME_AND_BIRTHDAY', 'EMAIL'], personId: id }],
    });
    const shared = { name: '司马迁', contactPoints: [email('sm@a.cn')] };
    expect((await contacts.execute(createPerson, { input: shared })).errors).toBeUndefined();
    expect(await create(input)).not.toBe(id);
  });
});

describe('Person.duplicates', () => {
  test('shows the others, with as many statements for many people as for few', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 6; at += 1) {
      const contactPoints = [mobile(`1370000000${at % 3}`)];
      ids.push(
        await create({ name: `d${at}`, contactPoints, source: 'DUP', externalRef: `${at}` }),
      );
    }
    const LIST = `query ($first: Int) { people(where: { source: { eq: "DUP" } }, first: $first,
      orderBy: [{ field: "externalRef" }]) { nodes { duplicates { person { id } score } } } }`;
    const { data } = await contacts.execute(LIST, { first: 6 });
    expect(data?.['people']).toEqual({
      nodes: [3, 4, 5, 0, 1, 2].map((at) => ({
        duplicates: [{ person: { id: ids[at] }, score: 75 }],
      })),
    });
    const count = (first: number): Promise<number> =>
      countStatements(contacts.db, () => contacts.execute(LIST, { first }));
    expect(await count(6)).toBe(await count(2));
  });
});
