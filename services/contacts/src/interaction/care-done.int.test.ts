import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { applyWith, eventOf } from '@crm/kit/testing/events';
import { CareTaskDone } from '@crm/schemas/events/care-task';
import { consumers } from '../consumers.ts';
import {
  addCustomer,
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

test('care that somebody has done is an interaction, once', async () => {
  const [customerId, staffId, careTaskId] = [
    await addCustomer(contacts),
    await addStaff(contacts),
    newId(),
  ];
  const personId = await made(contacts, createPerson, { name: '王建国' });
  const data = {
    planId: null,
    personId,
    customerId,
    occasionId: null,
    category: 'ROUTINE',
    state: 'DONE',
    reason: null,
    channel: 'VISIT',
    assigneeId: staffId,
    doneAt: '2026-11-20T02:00:00.000Z',
  };
  const done = {
    ...eventOf(CareTaskDone, { id: careTaskId, version: 2, customerId }, data),
    actor: staffId,
  };
  const apply = applyWith(consumers);
  await apply(contacts.db, [done]);
  await apply(contacts.db, [{ ...done, version: 3, eventId: newId() }]);

  const { data: found } =
    await contacts.execute(`{ person(id: "${personId}") { interactions { nodes {
    id kind direction occurredAt relatesTo { careTaskId } customer { id } staff { id } } } } }`);
  expect(found).toMatchObject({
    person: {
      interactions: {
        nodes: [
          {
            kind: 'VISIT',
            direction: 'OUTBOUND',
            occurredAt: '2026-11-20T02:00:00.000Z',
            relatesTo: { careTaskId },
            customer: { id: customerId },
            staff: [{ id: staffId }],
          },
        ],
      },
    },
  });
  const nodes: unknown = Reflect.get(
    Object(Reflect.get(Object(found?.['person']), 'interactions')),
    'nodes',
  );
  expect(nodes).toHaveLength(1);
  const id = String(Reflect.get(Object(Array.isArray(nodes) ? nodes[0] : null), 'id'));
  expect(await eventsOf(contacts, id)).toEqual(['interaction.logged']);
});
