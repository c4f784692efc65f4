import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  eventsOf,
  made,
  mergePeople,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;
let owner: string;
let other: string;
let personId: string;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());
beforeEach(async () => {
  owner = await addStaff(contacts);
  other = await addStaff(contacts);
  personId = await made(contacts, createPerson, { name: '李雷', ownerId: owner });
});

type Input = Readonly<Record<string, unknown>>;

const rep = (staffId: string, teamIds: readonly string[] = []): TestRequest => ({
  viewer: { subject: staffId, roles: ['rep'], staffId, teamIds: [...teamIds] },
});

const SHARE = `mutation ($input: SharePersonInput!) { record: sharePerson(input: $input) {
  id version granteeId access expiresAt revokedAt } }`;
const REVOKE = `mutation ($input: RevokePersonShareInput!) {
  record: revokePersonShare(input: $input) { id revokedAt } }`;

const share = (input: Input = {}, request: TestRequest = rep(owner)): Promise<TestResult> =>
  contacts.execute(
    SHARE,
    { input: { personId, granteeKind: 'STAFF', granteeId: other, access: 'READ', ...input } },
    request,
  );

const revoke = (granteeId = other): Promise<TestResult> =>
  contacts.execute(REVOKE, { input: { personId, granteeId } }, rep(owner));

const sees = async (request: TestRequest, id = personId): Promise<boolean> => {
  const { data } = await contacts.execute(`{ person(id: "${id}") { id } }`, {}, request);
  return data?.['person'] !== null;
};

const writes = async (request: TestRequest): Promise<boolean> => {
  const UPDATE = `mutation { updatePerson(input: { id: "${personId}", note: "${newId()}" }) { id } }`;
  return (await contacts.execute(UPDATE, {}, request)).errors === undefined;
};

const code = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];

describe('sharePerson', () => {
  test('lets somebody read, then change, then neither', async () => {
    expect(await sees(rep(other))).toBe(false);
    expect((await share()).errors).toBeUndefined();
    expect([await sees(rep(other)), await writes(rep(other))]).toEqual([true, false]);
    const again = await share({ access: 'WRITE' });
    expect(again.data?.['record']).toMatchObject({ version: 2, access: 'WRITE' });
    expect(await writes(rep(other))).toBe(true);
    expect((await revoke()).errors).toBeUndefined();
    expect([await sees(rep(other)), await writes(rep(other))]).toEqual([false, false]);
    expect(code(await revoke())).toBe('RULE_VIOLATION');
  });

  test('shows to whom, but not to whom no more, and tells of it', async () => {
    const shared = await share({ note: '项目合作' });
    const SHARES = `{ person(id: "${personId}") { shares { totalCount
      nodes { id granteeKind access note staffMember { id } grantedBy { id } } } } }`;
    const { data } = await contacts.execute(SHARES);
    expect(data).toMatchObject({
      person: {
        shares: {
          totalCount: 1,
          nodes: [
            {
              granteeKind: 'STAFF',
              access: 'READ',
              note: '项目合作',
              staffMember: { id: other },
              grantedBy: { id: owner },
            },
          ],
        },
      },
    });
    await revoke();
    expect((await contacts.execute(SHARES)).data).toMatchObject({
      person: { shares: { totalCount: 0 } },
    });
    expect(shared.data?.['record']).toMatchObject({ granteeId: other });
    const [row]: { id: string }[] = await contacts.db.query(
      'SELECT BIN_TO_UUID(id) AS id FROM personShare WHERE personId = UUID_TO_BIN(?)',
      [personId],
    );
    expect(await eventsOf(contacts, row?.id ?? '')).toEqual([
      'personshare.granted',
      'personshare.revoked',
    ]);
  });

  test('ends on its day', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await share({ expiresAt });
    expect(await sees(rep(other))).toBe(true);
    await contacts.db.query(
      'UPDATE shareGrant SET expiresAt = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE resourceId = UUID_TO_BIN(?)',
      [personId],
    );
    expect(await sees(rep(other))).toBe(false);
  });

  test('is for teams and partners too', async () => {
    const teamId = newId();
    const member = await addStaff(contacts, teamId);
    await share({ granteeKind: 'TEAM', granteeId: teamId });
    expect(await sees(rep(member, [teamId]))).toBe(true);
    const partnerId = newId();
    await share({ granteeKind: 'PARTNER', granteeId: partnerId });
    const partner = { viewer: { subject: 'p', roles: ['partner' as const], staffId: partnerId } };
    expect(await sees(partner)).toBe(true);
    expect(await sees({ viewer: { ...partner.viewer, staffId: newId() } })).toBe(false);
  });

  test('refuses nobody, a day that is over, who does not answer for the person, and whom it was shared with', async () => {
    expect(code(await share({ granteeId: newId() }))).toBe('INVALID');
    expect(code(await share({ granteeKind: 'TEAM', granteeId: newId() }))).toBe('INVALID');
    expect(code(await share({ expiresAt: '2020-01-01T00:00:00Z' }))).toBe('INVALID');
    expect(code(await share({}, rep(await addStaff(contacts))))).toBe('NOT_FOUND');
    await share({ access: 'WRITE' });
    const third = await addStaff(contacts);
    expect(code(await share({ granteeId: third }, rep(other)))).toBe('NOT_FOUND');
    expect(code(await share({}, { viewer: { roles: ['analyst'] } }))).toBe('FORBIDDEN');
  });

  test('goes on for the survivor of a merge, and for the merged one once that is undone', async () => {
    await share();
    const survivor = await made(contacts, createPerson, { name: '李雷', ownerId: owner });
    const id = await made(contacts, mergePeople, { survivorId: survivor, mergedId: personId });
    expect(await sees(rep(other), survivor)).toBe(true);
    await contacts.execute(`mutation { unmergePeople(input: { id: "${id}" }) { id } }`);
    expect([await sees(rep(other), survivor), await sees(rep(other))]).toEqual([false, true]);
  });
});

describe('people are reached through their customers', () => {
  test('by whoever answers for one, as long as they are there', async () => {
    const customerId = await addCustomer(contacts, { ownerId: other });
    expect(await sees(rep(other))).toBe(false);
    const id = await made(contacts, affiliate, { personId, customerId });
    expect([await sees(rep(other)), await writes(rep(other))]).toEqual([true, true]);
    await contacts.execute(`mutation { removeAffiliation(input: { id: "${id}" }) { id } }`);
    expect(await sees(rep(other))).toBe(false);
  });
});
