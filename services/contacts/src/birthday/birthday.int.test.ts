import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { addDays } from '@crm/kit/day';
import { companyDate } from '@crm/kit/record/criteria';
import { countStatements } from '@crm/kit/testing/statements';
import { z } from 'zod';
import { birthdaysOn } from '@crm/kit/calendar/falls-on';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  made,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;
let ownerId: string;

const today = companyDate(new Date());
const year = Number(today.slice(0, 4));

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());
beforeEach(async () => {
  ownerId = await addStaff(contacts);
});

const bornOn = (days: number, yearOfBirth: number | null = 1980): object => {
  const on = addDays(today, days);
  return {
    calendar: 'GREGORIAN',
    year: yearOfBirth,
    month: Number(on.slice(5, 7)),
    day: Number(on.slice(8, 10)),
  };
};

/** A birthday of the lunar calendar that falls on the day so many days from now. */
const lunarIn = (days: number): object => {
  const key = birthdaysOn(addDays(today, days)).find(
    ({ calendar }) => calendar === 'CHINESE_LUNAR',
  );
  return {
    calendar: 'CHINESE_LUNAR',
    month: key?.month,
    day: key?.day,
    leapMonth: key?.leapMonth ?? false,
  };
};

let people = 0;

/** Nobody is called like somebody else, who would be taken for the same person. */
const person = (birthday: object | null, input: object = {}): Promise<string> =>
  made(contacts, createPerson, { name: `李雷 ${(people += 1)}`, ownerId, birthday, ...input });

const pageSchema = z.object({
  upcomingBirthdays: z.object({
    nodes: z.array(
      z.object({
        person: z.object({ id: z.string() }),
        on: z.string(),
        daysLeft: z.number(),
        turns: z.number().nullable(),
        through: z.object({ label: z.string() }).nullable(),
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

const UPCOMING = `query ($withinDays: Int!, $ownerId: ID, $customerId: ID, $includeFamily: Boolean! = false, $first: Int, $after: String) {
  upcomingBirthdays(withinDays: $withinDays, ownerId: $ownerId, customerId: $customerId,
    includeFamily: $includeFamily, first: $first, after: $after) {
    nodes { person { id } on daysLeft turns through { label(locale: EN) } }
    pageInfo { hasNextPage endCursor } } }`;

type As = Parameters<TestContacts['execute']>[2];

async function page(args: object, as?: As) {
  const variables = { withinDays: 30, ownerId, ...args };
  const { data, errors } = await contacts.execute(UPCOMING, variables, as);
  expect(errors).toBeUndefined();
  return pageSchema.parse(data).upcomingBirthdays;
}

const idsOf = async (args: object = {}, as?: As): Promise<readonly string[]> =>
  (await page(args, as)).nodes.map((node) => node.person.id);

const rep = (teamId: string): As => ({
  viewer: { roles: ['rep'], staffId: newId(), teamIds: [teamId] },
});

describe('upcomingBirthdays', () => {
  test('gives those of both calendars by day, with the age that is reached', async () => {
    const later = await person(bornOn(20));
    const lunar = await person(lunarIn(9));
    const now = await person(bornOn(0, null));
    await person(bornOn(31));
    await person(bornOn(-1));
    await person(null);
    const { nodes } = await page({});
    expect(nodes).toMatchObject([
      { person: { id: now }, on: today, daysLeft: 0, turns: null, through: null },
      { person: { id: lunar }, on: addDays(today, 9), daysLeft: 9, turns: null },
      { person: { id: later }, daysLeft: 20, turns: Number(addDays(today, 20).slice(0, 4)) - 1980 },
    ]);
  });

  test('counts the years of the lunar calendar for who was born by it', async () => {
    const key = { calendar: 'CHINESE_LUNAR', year: 1980, month: 12, day: 8 };
    await person(key);
    const [found] = (await page({ withinDays: 350 })).nodes;
    // The eighth of the twelfth month is in January, of the lunar year before.
    expect(found?.turns).toBe(Number(found?.on.slice(0, 4)) - 1 - 1980);
  });

  test('is the same page by page as it is in one', async () => {
    const ids: string[] = [];
    for (const days of [0, 0, 0, 1, 5, 5, 29]) ids.push(await person(bornOn(days)));
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { nodes, pageInfo }: Awaited<ReturnType<typeof page>> = await page({ first: 2, after });
      seen.push(...nodes.map((node) => node.person.id));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(await idsOf());
    expect([...seen].toSorted()).toEqual(ids.toSorted());
  });

  test('is of the people at a customer today, whoever owns them', async () => {
    const customerId = await addCustomer(contacts);
    const [there, gone] = [await person(bornOn(3)), await person(bornOn(3))];
    await made(contacts, affiliate, { personId: there, customerId });
    await made(contacts, affiliate, { personId: gone, customerId, validTo: '2020-01-01' });
    expect(await idsOf({ ownerId: null, customerId })).toEqual([there]);
    expect(await idsOf({ ownerId: await addStaff(contacts), customerId })).toEqual([]);
  });

  test('leaves out the dead and the deleted', async () => {
    await person(bornOn(3), { status: 'DECEASED' });
    const gone = await person(bornOn(3));
    await contacts.execute(`mutation { deletePerson(input: { id: "${gone}" }) { id } }`);
    expect(await idsOf()).toEqual([]);
  });

  test.each([
    ['too many days', { withinDays: 351 }, 'admin', 'INVALID'],
    ['days that are past', { withinDays: -1 }, 'admin', 'INVALID'],
    ['a cursor that is none', { withinDays: 1, after: 'x' }, 'admin', 'INVALID'],
    ['one who may not read what is personal', { withinDays: 1 }, 'analyst', 'FORBIDDEN'],
  ] as const)('refuses %s', async (_, args, role, code) => {
    const { errors } = await contacts.execute(UPCOMING, args, { viewer: { roles: [role] } });
    expect(errors?.[0]?.extensions).toMatchObject({ code });
  });

  test('shows the people whom the viewer reads, and no others', async () => {
    const [team, other] = [newId(), newId()];
    const staffId = await addStaff(contacts, team);
    const id = await person(bornOn(3), { ownerId: staffId });
    expect(await idsOf({ ownerId: staffId }, rep(team))).toEqual([id]);
    expect(await idsOf({ ownerId: staffId }, rep(other))).toEqual([]);
  });

  test('is of everybody for those who read everybody, and else of one’s own and one’s team', async () => {
    const team = newId();
    const [me, mate] = [await addStaff(contacts, team), await addStaff(contacts, team)];
    const [mine, ours] = [
      await person(bornOn(3), { ownerId: me }),
      await person(bornOn(2), { ownerId: mate }),
    ];
    const other = await person(bornOn(1));
    const none = { ownerId: null, first: 100 };
    const viewer = { roles: ['rep' as const], staffId: me, teamIds: [team] };
    expect(await idsOf(none, { viewer })).toEqual([ours, mine]);
    expect(await idsOf(none)).toEqual(expect.arrayContaining([other, ours, mine]));
  });

  test('costs as many statements for many as for few', async () => {
    await person(bornOn(3));
    const few = await countStatements(contacts.db, () => page({}));
    for (let days = 0; days < 9; days += 1) await person(bornOn(days));
    expect(await countStatements(contacts.db, () => page({}))).toBeLessThanOrEqual(few);
  });
});

const relate = (fromId: string, type: string, toId: string): Promise<string> =>
  made(
    contacts,
    'mutation ($input: RelatePeopleInput!) { record: relatePeople(input: $input) { id } }',
    { fromId, type, toId },
  );

const familyFor = (purpose: string | null): Promise<readonly string[]> =>
  idsOf({ includeFamily: true }, { viewer: { purpose } });

describe('families', () => {
  test('come with an owner or a customer, each person once', async () => {
    const customerId = await addCustomer(contacts);
    const principal = await person(bornOn(100));
    await made(contacts, affiliate, { personId: principal, customerId });
    const none = { ownerId: null };
    const spouse = await person(bornOn(4), none);
    const colleague = await person(bornOn(5), none);
    await relate(spouse, 'SPOUSE_OF', principal);
    await relate(colleague, 'REPORTS_TO', principal);

    expect(await idsOf({ ...none, customerId })).toEqual([]);
    const { nodes } = await page({ ...none, customerId, includeFamily: true });
    expect(nodes).toMatchObject([{ person: { id: spouse }, through: { label: 'Spouse of' } }]);
    expect(await idsOf({ includeFamily: true })).toEqual([spouse]);

    await made(contacts, affiliate, { personId: spouse, customerId });
    const own = await page({ ...none, customerId, includeFamily: true });
    expect(own.nodes).toMatchObject([{ person: { id: spouse }, through: null }]);
  });

  test('show a child to those who may read what is sensitive, while its guardian lets us', async () => {
    const parent = await person(null);
    const guardianConsent = { givenBy: '李雷（父）', givenOn: '2026-01-02' };
    const child = await person(bornOn(4, year - 8), { ownerId: null, guardianConsent });
    await relate(parent, 'PARENT_OF', child);

    expect(await familyFor('关怀')).toEqual([child]);
    const [read]: { fields: unknown; purpose: string }[] = await contacts.db.query(
      `SELECT fields, purpose FROM sensitiveRead
       WHERE entityId = UUID_TO_BIN(?) AND JSON_CONTAINS(fields, '"birthday"')`,
      [child],
    );
    expect(read).toEqual({ fields: ['birthday'], purpose: '关怀' });
    expect(await familyFor(null)).toEqual([]);

    const decision = { personId: child, purpose: 'MINOR_DATA', source: '电话' };
    await made(
      contacts,
      'mutation ($input: RecordConsentInput!) { record: recordConsent(input: $input) { id } }',
      { ...decision, lawfulBasis: 'CONSENT', status: 'REFUSED', guardianId: parent },
    );
    expect(await familyFor('关怀')).toEqual([]);
  });
});
