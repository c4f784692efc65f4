import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countStatements } from '@crm/kit/testing/statements';
import { z } from 'zod';
import {
  addCustomer,
  affiliate,
  createPerson,
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

/** What this service tells of a customer in the hand-over query of the README. */
const HAND_OVER = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
  principal { name preferences { preferredChannels doNotContact avoids } }
  keyPeople { nodes { department jobTitle
    person { name preferences { preferredChannels doNotContact avoids } } } }
  interactions(first: 10) { nodes { occurredAt kind subject outcome nextStep participants { name } } }
  nextTouchAt
  touchPlans(where: { status: { in: [DUE, PLANNED] } }, first: 10) {
    nodes { purpose nextDueOn person { name } } } } } }`;

async function withPeople(): Promise<string> {
  const customerId = await addCustomer(contacts);
  for (const roles of [['PRINCIPAL', 'KEY_PERSON'], ['KEY_PERSON']]) {
    const personId = await made(contacts, createPerson, { name: '李雷' });
    await made(contacts, affiliate, { personId, customerId, roles });
    const call = { kind: 'CALL', occurredAt: '2026-01-02T03:04:05Z', customerId };
    await made(contacts, logInteraction, { ...call, participantIds: [personId] });
    await made(
      contacts,
      'mutation ($input: PlanTouchInput!) { record: planTouch(input: $input) { id } }',
      { customerId, personId, purpose: '回访', cadenceDays: 30 },
    );
    await made(
      contacts,
      'mutation ($input: SetPreferencesInput!) { record: setPreferences(input: $input) { id } }',
      { personId, doNotContact: ['SMS'] },
    );
  }
  return customerId;
}

const refusesSms = z.object({
  preferences: z.object({ doNotContact: z.tuple([z.literal('SMS')]) }),
});
const two = (node: z.ZodType): z.ZodType => z.object({ nodes: z.array(node).length(2) });
const handedOver = z.array(
  z.object({
    principal: refusesSms,
    keyPeople: two(z.object({ person: refusesSms })),
    interactions: two(z.object({ participants: z.array(z.object({})).length(1) })),
    nextTouchAt: z.string(),
    touchPlans: two(z.object({ person: z.object({}) })),
  }),
);

/** How many statements a hand-over of customers takes. */
const count = (of: readonly string[]): Promise<number> =>
  countStatements(contacts.db, async () => {
    const r = of.map((id) => ({ __typename: 'Customer', id }));
    const { data } = await contacts.execute(HAND_OVER, { r });
    expect(handedOver.parse(data?.['_entities'])).toHaveLength(of.length);
  });

test('a hand-over of ten customers takes as many statements as of two, and no more than 11', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 10; at += 1) ids.push(await withPeople());
  const few = await count(ids.slice(0, 2));
  expect(await count(ids)).toBe(few);
  expect(few).toBeLessThanOrEqual(11);
});
