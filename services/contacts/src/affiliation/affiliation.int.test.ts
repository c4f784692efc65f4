import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  eventsOf,
  made,
  removeCustomer,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;
let customerId: string;
let personId: string;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());
beforeEach(async () => {
  customerId = await addCustomer(contacts);
  personId = await made(contacts, createPerson, { name: '李雷' });
});

const UPDATE = `mutation ($input: UpdateAffiliationInput!) {
  updateAffiliation(input: $input) { version jobTitle validTo }
}`;
const END = `mutation ($input: EndAffiliationInput!) {
  endAffiliation(input: $input) { validTo endReason isActive }
}`;
const OF_CUSTOMER = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
  principal { id } legalRepresentative { id } keyPeople { nodes { sequence department person { id } } } } } }`;

const start = (input: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  made(contacts, affiliate, { personId, customerId, ...input });

const customerAsSeen = async (): Promise<unknown> => {
  const r = [{ __typename: 'Customer', id: customerId }];
  return (await contacts.execute(OF_CUSTOMER, { r })).data?.['_entities'];
};

describe('affiliate', () => {
  test('makes someone principal, legal representative and key person of a customer', async () => {
    const id = await start({
      roles: ['PRINCIPAL', 'LEGAL_REPRESENTATIVE', 'KEY_PERSON'],
      department: '采购部',
      registeredOn: '2020-01-01',
    });

    expect(await customerAsSeen()).toEqual([
      {
        principal: { id: personId },
        legalRepresentative: { id: personId },
        keyPeople: { nodes: [{ sequence: 1, department: '采购部', person: { id: personId } }] },
      },
    ]);
    expect(await eventsOf(contacts, id)).toHaveLength(1);
  });

  test('numbers key people of a customer in the order they come', async () => {
    for (const name of ['一', '二', '三']) {
      const person = await made(contacts, createPerson, { name });
      await start({ personId: person, roles: ['KEY_PERSON'] });
    }
    expect(await customerAsSeen()).toMatchObject([
      { keyPeople: { nodes: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }] } },
    ]);
  });

  test.each([
    ['neither a customer nor an organisation', { customerId: null }, 'customerId'],
    ['both of them', { organizationName: '某公司' }, 'customerId'],
    ['a last day before the first', { validFrom: '2024-02-01', validTo: '2024-01-31' }, 'validTo'],
    ['too much influence', { influence: 101 }, 'influence'],
    ['no role at all', { roles: [] }, 'roles'],
    ['over-long text', { jobTitle: '长'.repeat(101) }, 'jobTitle'],
    ['a NUL', { department: 'a\0' }, 'department'],
    ['half a phone number', { contactPoints: [{ kind: 'MOBILE', value: '1' }] }, 'contactPoints.0'],
  ])('refuses %s and names the field', async (_, input, path) => {
    const { errors } = await contacts.execute(affiliate, {
      input: { personId, customerId, ...input },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test.each(['PRINCIPAL', 'LEGAL_REPRESENTATIVE'])(
    'refuses a second %s at the same time, and takes a successor',
    async (role) => {
      await start({ roles: [role], validTo: '2024-12-31' });
      const other = await made(contacts, createPerson, { name: '韩梅梅' });
      const input = { personId: other, customerId, roles: [role] };
      const early = { input: { ...input, validFrom: '2024-06-01' } };

      const { errors } = await contacts.execute(affiliate, early);
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'INVALID',
        fields: [{ path: 'roles' }],
      });
      await made(contacts, affiliate, { ...input, validFrom: '2025-01-01' });
    },
  );

  test('refuses a second main position, and being at one place twice, at a time', async () => {
    await start({ isPrimary: true });
    const again = await contacts.execute(affiliate, { input: { personId, customerId } });
    const elsewhere = await contacts.execute(affiliate, {
      input: { personId, organizationName: '商会', isPrimary: true },
    });
    expect(again.errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'personId' }] });
    expect(elsewhere.errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'isPrimary' }] });
  });

  test.each([
    ['customer', async () => ({ customerId: newId() })],
    ['person', async () => ({ personId: newId() })],
  ])('does not know a %s that is unknown', async (_, input) => {
    const { errors } = await contacts.execute(affiliate, {
      input: { personId, customerId, ...(await input()) },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('does not know a customer that was deleted', async () => {
    await removeCustomer(contacts, customerId);
    const { errors } = await contacts.execute(affiliate, { input: { personId, customerId } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is for the owner of the customer, not for a colleague', async () => {
    const [own, other] = [await addStaff(contacts), await addStaff(contacts)];
    const owned = await addCustomer(contacts, { ownerId: own });
    const mine = await made(contacts, createPerson, { name: 'a', ownerId: other });
    const { errors } = await contacts.execute(
      affiliate,
      { input: { personId: mine, customerId: owned } },
      { viewer: { subject: 'o', roles: ['rep'], staffId: other } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('updateAffiliation', () => {
  test('merges changes of other fields and shows all three values of the same one', async () => {
    const id = await start({ jobTitle: '经理' });
    await contacts.execute(UPDATE, { input: { id, expectedVersion: 1, jobTitle: '总监' } });
    const merged = await contacts.execute(UPDATE, {
      input: { id, expectedVersion: 1, validTo: '2099-01-01' },
    });
    const refused = await contacts.execute(UPDATE, {
      input: { id, expectedVersion: 1, jobTitle: '主任' },
    });

    expect(merged.data?.['updateAffiliation']).toEqual({
      version: 3,
      jobTitle: '总监',
      validTo: '2099-01-01',
    });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      conflicts: [{ path: 'jobTitle', base: '经理', theirs: '总监', yours: '主任' }],
    });
  });
});

describe('endAffiliation', () => {
  test('keeps what was and frees the role from the next day on', async () => {
    const id = await start({ roles: ['PRINCIPAL'], validFrom: '2020-01-01' });
    const input = { id, endedOn: '2024-06-30', reason: 'RETIRED' };
    const { data } = await contacts.execute(END, { input });

    expect(data?.['endAffiliation']).toEqual({
      validTo: '2024-06-30',
      endReason: 'RETIRED',
      isActive: false,
    });
    expect(await customerAsSeen()).toMatchObject([{ principal: null }]);
    const again = await contacts.execute(END, { input });
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
  });

  test('refuses a last day before the first', async () => {
    const id = await start({ validFrom: '2024-01-01' });
    const { errors } = await contacts.execute(END, { input: { id, endedOn: '2023-12-31' } });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'endedOn' }],
    });
  });
});

describe('removeAffiliation', () => {
  test('takes back what was entered by mistake', async () => {
    const id = await start({ roles: ['PRINCIPAL'] });
    await contacts.execute(`mutation { removeAffiliation(input: { id: "${id}" }) { id } }`);

    expect(await customerAsSeen()).toMatchObject([{ principal: null }]);
    expect(await eventsOf(contacts, id)).toEqual(['affiliation.started', 'affiliation.removed']);
  });
});
