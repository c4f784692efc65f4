import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { fieldsNaming } from '@crm/kit/projection/moved-reference';
import { applyWith, eventOf } from '@crm/kit/testing/events';
import { CustomerMerged, CustomerUnmerged, type CustomerData } from '@crm/schemas/events/customer';
import { z } from 'zod';
import { consumers } from './consumers.ts';
import { entities } from './entities.ts';
import { references } from './references.ts';
import {
  addCustomer,
  affiliate,
  createPerson,
  eventsOf,
  logInteraction,
  made,
  startContacts,
  type TestContacts,
} from './testing/contacts.ts';

let contacts: TestContacts;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());

const apply = applyWith(consumers);

const customerData: CustomerData = {
  code: 'C1',
  kind: 'ORGANIZATION',
  name: '恒泰',
  shortName: null,
  country: null,
  province: null,
  city: null,
  industry: null,
  legalForm: null,
  establishedOn: null,
  level: null,
  categories: [],
  channelRole: null,
  lifecycleStage: 'POTENTIAL',
  designation: null,
  source: null,
  ownerId: null,
  teamId: null,
};

const merged = (id: string, survivorId: string) =>
  eventOf(CustomerMerged, { id, version: 2, customerId: id }, { survivorId });

const unmerged = (id: string, survivorId: string) =>
  eventOf(CustomerUnmerged, { id, version: 3, customerId: id }, { ...customerData, survivorId });

const OF_CUSTOMER = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
  id affiliations { nodes { id } } interactions { nodes { id } } } } }`;

const nodesSchema = z.object({ nodes: z.array(z.object({ id: z.string() })) });
const seenSchema = z.tuple([
  z.object({ id: z.string(), affiliations: nodesSchema, interactions: nodesSchema }),
]);

/** The customer that an id means, and what belongs to it. */
async function seen(id: string): Promise<readonly string[]> {
  const r = [{ __typename: 'Customer', id }];
  const { data } = await contacts.execute(OF_CUSTOMER, { r });
  const [customer] = seenSchema.parse(data?.['_entities']);
  const ids = [...customer.affiliations.nodes, ...customer.interactions.nodes].map(
    (each) => each.id,
  );
  return [customer.id, ...ids.toSorted()];
}

async function withRecords(): Promise<{ customerId: string; ids: readonly string[] }> {
  const customerId = await addCustomer(contacts);
  const personId = await made(contacts, createPerson, { name: '李雷' });
  const ids = [
    await made(contacts, affiliate, { personId, customerId, roles: ['PRINCIPAL'] }),
    await made(contacts, logInteraction, {
      customerId,
      kind: 'VISIT',
      occurredAt: '2026-11-20T08:00:00Z',
    }),
  ];
  return { customerId, ids: ids.toSorted() };
}

test('every kind of record that names customers follows them', () => {
  const naming = entities.filter((entity) => fieldsNaming(entity, 'Customer').length > 0);
  expect(references.map(({ entity }) => entity.name).toSorted()).toEqual(
    naming.map(({ name }) => name).toSorted(),
  );
});

describe('when a customer is merged', () => {
  test('its records follow, and come back when that is undone', async () => {
    const [one, two] = [await withRecords(), await withRecords()];
    await apply(contacts.db, [merged(one.customerId, two.customerId)]);
    const all = [two.customerId, ...[...one.ids, ...two.ids].toSorted()];
    expect(await seen(two.customerId)).toEqual(all);
    expect(await seen(one.customerId)).toEqual(all);
    for (const id of one.ids) {
      expect((await eventsOf(contacts, id)).at(-1)).toMatch(
        /affiliation.changed|interaction.amended/,
      );
    }

    await apply(contacts.db, [unmerged(one.customerId, two.customerId)]);
    expect(await seen(one.customerId)).toEqual([one.customerId, ...one.ids]);
    expect(await seen(two.customerId)).toEqual([two.customerId, ...two.ids]);
  });

  test('what is recorded by its old id is the survivor’s, and stays there', async () => {
    const [one, two] = [await withRecords(), await withRecords()];
    await apply(contacts.db, [merged(one.customerId, two.customerId)]);
    const personId = await made(contacts, createPerson, { name: '韩梅' });
    const later = await made(contacts, affiliate, { personId, customerId: one.customerId });
    const visit = { kind: 'CALL', occurredAt: '2026-11-21T08:00:00Z' };
    const called = await made(contacts, logInteraction, { ...visit, customerId: one.customerId });

    await apply(contacts.db, [unmerged(one.customerId, two.customerId)]);
    expect(await seen(one.customerId)).toEqual([one.customerId, ...one.ids]);
    expect(await seen(two.customerId)).toEqual([
      two.customerId,
      ...[...two.ids, later, called].toSorted(),
    ]);
  });

  test('a chain comes out the same in whatever order its merges are told', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const [a, b, c] = [await withRecords(), await withRecords(), await withRecords()];
      const merges = [merged(a.customerId, b.customerId), merged(b.customerId, c.customerId)];
      for (const at of order) await apply(contacts.db, merges.slice(at, at + 1));
      expect(await seen(a.customerId)).toEqual([
        c.customerId,
        ...[...a.ids, ...b.ids, ...c.ids].toSorted(),
      ]);

      await apply(contacts.db, [unmerged(b.customerId, c.customerId)]);
      expect(await seen(c.customerId)).toEqual([c.customerId, ...c.ids]);
      expect(await seen(a.customerId)).toEqual([b.customerId, ...[...a.ids, ...b.ids].toSorted()]);
      await apply(contacts.db, [unmerged(a.customerId, b.customerId)]);
      expect(await seen(a.customerId)).toEqual([a.customerId, ...a.ids]);
    }
  });

  test('what was removed follows silently', async () => {
    const [one, two] = [await withRecords(), await withRecords()];
    const removed = await made(contacts, logInteraction, {
      customerId: one.customerId,
      kind: 'CALL',
      occurredAt: '2026-11-20T08:00:00Z',
    });
    await contacts.execute(`mutation { removeInteraction(input: { id: "${removed}" }) { id } }`);
    await apply(contacts.db, [merged(one.customerId, two.customerId)]);
    expect((await eventsOf(contacts, removed)).at(-1)).toBe('interaction.removed');
    const [row] = await contacts.db.query<{ customerId: string }[]>(
      'SELECT BIN_TO_UUID(customerId) AS customerId FROM interaction WHERE id = UUID_TO_BIN(?)',
      [removed],
    );
    expect(row?.customerId).toBe(two.customerId);
  });

  test('one that this service has not heard of leaves nothing behind', async () => {
    await expect(apply(contacts.db, [merged(newId(), newId())])).resolves.toBeUndefined();
  });
});
