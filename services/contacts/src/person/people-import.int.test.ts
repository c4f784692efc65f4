import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { addCustomer, startContacts, type TestContacts } from '../testing/contacts.ts';

let contacts: TestContacts;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());

const UPSERT = `mutation ($rows: [PersonRowInput!]!) {
  upsertPeople(input: { rows: $rows }) { created updated unchanged refused
    rows { index outcome problems { path message } } }
}`;

const upsert = async (rows: readonly object[]): Promise<unknown> => {
  const { data, errors } = await contacts.execute(UPSERT, { rows });
  if (errors) throw new Error(JSON.stringify(errors));
  return data?.['upsertPeople'];
};

describe('upsertPeople', () => {
  test('creates people with what they are, and changes nothing the second time', async () => {
    const customerId = await addCustomer(contacts);
    const rows = [
      { code: 'U1', name: '甲', affiliation: { customerId, roles: ['PRINCIPAL'] } },
      {
        source: 'OLD',
        externalRef: '2',
        name: '乙',
        affiliation: { customerId, jobTitle: '会计' },
      },
      { name: '丙', affiliation: { customerId } },
    ];
    expect(await upsert(rows)).toMatchObject({ created: 3, refused: 0 });
    expect(await upsert(rows)).toMatchObject({ created: 0, updated: 0, unchanged: 3, refused: 0 });

    const promoted = { ...rows[1], affiliation: { customerId, jobTitle: '财务总监' } };
    expect(await upsert([promoted])).toMatchObject({ updated: 1 });
  });

  test('refuses bad rows by name of row and field, and keeps the good ones', async () => {
    const customerId = await addCustomer(contacts);
    const result = await upsert([
      { code: 'B1', name: '好' },
      { code: 'B2', name: 'a\0b' },
      { name: '无人认识' },
      { code: 'B4', name: 'd', ownerId: newId() },
      { code: 'b1', name: '又一个' },
      { code: 'B6', name: 'f', affiliation: { customerId: newId() } },
      { code: 'B7', name: 'g', affiliation: { customerId, influence: 500 } },
    ]);
    expect(result).toMatchObject({
      created: 1,
      refused: 6,
      rows: [
        { index: 0, outcome: 'CREATED' },
        { index: 1, outcome: 'REFUSED', problems: [{ path: 'name' }] },
        { index: 2, outcome: 'REFUSED', problems: [{ path: 'code' }] },
        { index: 3, outcome: 'REFUSED', problems: [{ path: 'ownerId' }] },
        { index: 4, outcome: 'REFUSED', problems: [{ path: 'code' }] },
        { index: 5, outcome: 'REFUSED', problems: [{ path: 'affiliation.customerId' }] },
        { index: 6, outcome: 'REFUSED', problems: [{ path: 'affiliation.influence' }] },
      ],
    });
    const { data } = await contacts.execute(
      '{ people(where: { code: { in: ["B1", "B2", "B4", "B6", "B7"] } }) { nodes { code } } }',
    );
    expect(data).toEqual({ people: { nodes: [{ code: 'B1' }] } });
  });

  test('takes 500 rows and no more', async () => {
    const rows = Array.from({ length: 501 }, (_, at) => ({ code: `N${at}`, name: 'n' }));
    const { errors } = await contacts.execute(UPSERT, { rows });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
  });
});
