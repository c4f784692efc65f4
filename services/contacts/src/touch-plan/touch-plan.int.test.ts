import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { addDays } from '@crm/kit/day';
import { newId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { countStatements } from '@crm/kit/testing/statements';
import { z } from 'zod';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  eventsOf,
  logInteraction,
  made,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';
import { followPlans } from './touch-plan.job.ts';

let contacts: TestContacts;
let customerId: string;
let personId: string;

const today = companyDate(new Date());
const inDays = (days: number): string => addDays(today, days);

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());
beforeEach(async () => {
  customerId = await addCustomer(contacts);
  personId = await made(contacts, createPerson, { name: '李雷' });
  await made(contacts, affiliate, { personId, customerId });
});

const PLAN = `mutation ($input: PlanTouchInput!) { record: planTouch(input: $input) { id } }`;
const UPDATE = `mutation ($input: UpdateTouchPlanInput!) { updateTouchPlan(input: $input) { nextDueOn status note } }`;
const COMPLETE = `mutation ($input: CompleteTouchInput!) { completeTouch(input: $input) { status nextDueOn } }`;
const CANCEL = `mutation ($input: CancelTouchInput!) { cancelTouch(input: $input) { status } }`;

const plan = (input: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  made(contacts, PLAN, { personId, purpose: '回访', ...input });

const log = (input: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  made(contacts, logInteraction, {
    kind: 'CALL',
    occurredAt: new Date().toISOString(),
    participantIds: [personId],
    ...input,
  });

const stateOf = async (id: string): Promise<unknown> => {
  const { data } = await contacts.execute(
    `{ touchPlan(id: "${id}") { status nextDueOn lastCompletedOn lastInteraction { id } } }`,
  );
  return data?.['touchPlan'];
};

/** Runs the job as if it were so many days later. */
const follow = (days: number): Promise<boolean> =>
  transact(contacts.db, (manager) =>
    followPlans(manager, new Date(Date.now() + days * 86_400_000)),
  );

describe('planTouch', () => {
  test('gives back every field as it was given, and records the event', async () => {
    const ownerId = await addStaff(contacts);
    const input = {
      purpose: '年度回访',
      channel: 'VISIT',
      cadenceDays: 90,
      dueOn: inDays(5),
      graceDays: 3,
      note: '带样品',
    };
    const id = await plan({ ...input, customerId, ownerId });
    const { data } = await contacts.execute(
      `{ touchPlan(id: "${id}") { purpose channel cadenceDays dueOn graceDays note status nextDueOn
        person { id } customer { id } owner { id } } }`,
    );
    expect(data?.['touchPlan']).toEqual({
      ...input,
      status: 'PLANNED',
      nextDueOn: inDays(5),
      person: { id: personId },
      customer: { id: customerId },
      owner: { id: ownerId },
    });
    expect(await eventsOf(contacts, id)).toEqual(['touchplan.planned']);
  });

  test.each([
    ['nobody to be heard of', { personId: null, dueOn: inDays(1) }, 'INVALID'],
    ['no time', {}, 'INVALID'],
    ['a day that is past', { dueOn: inDays(-1) }, 'INVALID'],
    ['no purpose', { purpose: ' ', dueOn: inDays(1) }, 'INVALID'],
    ['an owner that is unknown', { dueOn: inDays(1), ownerId: newId() }, 'INVALID'],
    ['a person that is unknown', { personId: newId(), dueOn: inDays(1) }, 'NOT_FOUND'],
    ['a customer that is unknown', { customerId: newId(), dueOn: inDays(1) }, 'NOT_FOUND'],
  ])('refuses %s', async (_, input, code) => {
    const { errors } = await contacts.execute(PLAN, {
      input: { personId, purpose: 'x', ...input },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code });
  });

  test('is for those who may change the person, or the customer', async () => {
    const viewer = { roles: ['rep' as const], staffId: newId(), teamIds: [] };
    const input = { personId, purpose: 'x', dueOn: inDays(1) };
    const { errors } = await contacts.execute(PLAN, { input }, { viewer });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const analyst = await contacts.execute(PLAN, { input }, { viewer: { roles: ['analyst'] } });
    expect(analyst.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('an interaction', () => {
  test('completes the plan that it keeps, in the same transaction', async () => {
    const id = await plan({ dueOn: inDays(2) });
    const interaction = await log();
    expect(await stateOf(id)).toEqual({
      status: 'COMPLETED',
      nextDueOn: null,
      lastCompletedOn: today,
      lastInteraction: { id: interaction },
    });
    expect(await eventsOf(contacts, id)).toEqual(['touchplan.planned', 'touchplan.completed']);
  });

  test('moves a plan with a cadence on', async () => {
    const id = await plan({ cadenceDays: 30 });
    await log();
    expect(await stateOf(id)).toMatchObject({ status: 'PLANNED', nextDueOn: inDays(30) });
  });

  test('leaves alone what it does not keep', async () => {
    const other = await made(contacts, createPerson, { name: '韩梅' });
    const ids = [
      await plan({ dueOn: inDays(2), channel: 'VISIT' }),
      await plan({ dueOn: inDays(2), personId: other }),
      await plan({ dueOn: inDays(100) }),
    ];
    await log();
    for (const id of ids) expect(await stateOf(id)).toMatchObject({ status: 'PLANNED' });
  });

  test('with the customer keeps a plan that names no person', async () => {
    const id = await plan({ personId: null, customerId, dueOn: today });
    await log({ participantIds: [], customerId });
    expect(await stateOf(id)).toMatchObject({ status: 'COMPLETED' });
  });

  test('that is refused completes nothing', async () => {
    const id = await plan({ dueOn: today });
    const input = { kind: 'CALL', occurredAt: '2999-01-01T00:00:00Z', participantIds: [personId] };
    expect((await contacts.execute(logInteraction, { input })).errors).toBeDefined();
    expect(await stateOf(id)).toMatchObject({ status: 'PLANNED' });
  });

  test('that is taken back opens again what it had completed', async () => {
    const [once, often] = [await plan({ dueOn: inDays(3) }), await plan({ cadenceDays: 30 })];
    const interaction = await log();
    await contacts.execute(
      `mutation { removeInteraction(input: { id: "${interaction}" }) { id } }`,
    );
    const open = { status: 'PLANNED', lastCompletedOn: null, lastInteraction: null };
    expect(await stateOf(once)).toEqual({ ...open, nextDueOn: inDays(3) });
    expect(await stateOf(often)).toEqual({ ...open, nextDueOn: inDays(30) });
    expect((await eventsOf(contacts, once)).at(-1)).toBe('touchplan.reopened');
  });

  test('that comes with many others keeps plans too, and the last one counts', async () => {
    const id = await plan({ cadenceDays: 10 });
    const row = { kind: 'CALL', participantIds: [personId], source: 'BULK' };
    const rows = [0, 1].map((at) => ({
      ...row,
      externalRef: newId(),
      occurredAt: new Date(Date.now() - at * 60_000).toISOString(),
    }));
    await contacts.execute(
      `mutation ($rows: [LogInteractionInput!]!) { logInteractions(input: { rows: $rows }) { created } }`,
      { rows },
    );
    expect(await stateOf(id)).toMatchObject({ nextDueOn: inDays(10) });
    expect(await eventsOf(contacts, id)).toEqual(['touchplan.planned', 'touchplan.completed']);
  });
});

describe('time', () => {
  test('makes a plan due and, after its days of grace, missed: each is told once', async () => {
    const id = await plan({ dueOn: inDays(3), graceDays: 2 });
    await follow(2);
    expect(await stateOf(id)).toMatchObject({ status: 'PLANNED' });
    await follow(3);
    await follow(5);
    expect(await stateOf(id)).toMatchObject({ status: 'DUE', nextDueOn: inDays(3) });
    await follow(6);
    await follow(6);
    expect(await stateOf(id)).toMatchObject({ status: 'MISSED', nextDueOn: null });
    expect(await eventsOf(contacts, id)).toEqual([
      'touchplan.planned',
      'touchplan.due',
      'touchplan.missed',
    ]);
  });

  test('tells nothing of a person who was deleted', async () => {
    const id = await plan({ dueOn: inDays(3) });
    await contacts.execute(`mutation { deletePerson(input: { id: "${personId}" }) { id } }`);
    await follow(3);
    expect(await eventsOf(contacts, id)).toEqual(['touchplan.planned']);
  });

  test('has a plan with a cadence wait for its next day', async () => {
    const id = await plan({ cadenceDays: 10, graceDays: 0 });
    await follow(10);
    await follow(11);
    expect(await stateOf(id)).toMatchObject({ status: 'PLANNED', nextDueOn: inDays(20) });
  });
});

describe('a plan', () => {
  test('is changed while it is open, and keeps its day unless its rhythm changes', async () => {
    const id = await plan({ cadenceDays: 10 });
    await follow(10);
    const noted = await contacts.execute(UPDATE, { input: { id, note: '打电话' } });
    expect(noted.data?.['updateTouchPlan']).toMatchObject({ note: '打电话', status: 'DUE' });
    const moved = await contacts.execute(UPDATE, { input: { id, cadenceDays: 20 } });
    expect(moved.data?.['updateTouchPlan']).toMatchObject({
      status: 'PLANNED',
      nextDueOn: inDays(20),
    });
  });

  test('is completed by hand or cancelled, once', async () => {
    const [done, gone] = [await plan({ dueOn: inDays(9) }), await plan({ dueOn: inDays(9) })];
    const completed = await contacts.execute(COMPLETE, { input: { id: done } });
    expect(completed.data?.['completeTouch']).toEqual({ status: 'COMPLETED', nextDueOn: null });
    const cancelled = await contacts.execute(CANCEL, { input: { id: gone } });
    expect(cancelled.data?.['cancelTouch']).toEqual({ status: 'CANCELLED' });
    for (const id of [done, gone]) {
      const { errors } = await contacts.execute(CANCEL, { input: { id } });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
    }
    const late = await contacts.execute(COMPLETE, {
      input: { id: await plan({ dueOn: inDays(9) }), completedOn: inDays(1) },
    });
    expect(late.errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'completedOn' }] });
  });
});

const nodes = z.object({ nodes: z.array(z.object({ id: z.string() })) });

describe('where plans are shown', () => {
  test('with whom they are to be kept by a day, of people and of customers', async () => {
    const ownerId = await addStaff(contacts);
    const later = await plan({ customerId, ownerId, dueOn: inDays(9) });
    const soon = await plan({ customerId, ownerId, dueOn: inDays(2) });
    const OF = `query ($r: [_Any!]!) { _entities(representations: $r) {
      ... on StaffMember { touchPlansDue(withinDays: 5) { nodes { id } } }
      ... on Customer { nextTouchAt touchPlans { nodes { id } } }
      ... on Person { touchPlans { nodes { id } } } } }`;
    const { data, errors } = await contacts.execute(OF, {
      r: [
        { __typename: 'StaffMember', id: ownerId },
        { __typename: 'Customer', id: customerId },
        { __typename: 'Person', id: personId },
      ],
    });
    expect(errors).toBeUndefined();
    const both = { nodes: [{ id: soon }, { id: later }] };
    expect(data?.['_entities']).toEqual([
      { touchPlansDue: { nodes: [{ id: soon }] } },
      { nextTouchAt: inDays(2), touchPlans: both },
      { touchPlans: both },
    ]);
  });

  test('the next touch is what the latest interaction says, if that is earlier', async () => {
    const next = async (): Promise<unknown> => {
      const { data } = await contacts.execute(
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { nextTouchAt } } }',
        { r: [{ __typename: 'Customer', id: customerId }] },
      );
      return data?.['_entities'];
    };
    expect(await next()).toEqual([{ nextTouchAt: null }]);
    await log({ customerId, nextTouchOn: inDays(4), kind: 'EMAIL' });
    expect(await next()).toEqual([{ nextTouchAt: inDays(4) }]);
    await plan({ customerId, personId: null, dueOn: inDays(1), channel: 'VISIT' });
    expect(await next()).toEqual([{ nextTouchAt: inDays(1) }]);
  });

  test('cost as many statements for ten customers as for two', async () => {
    const ids = [customerId];
    for (let at = 0; at < 9; at += 1) ids.push(await addCustomer(contacts));
    for (const id of ids) await plan({ customerId: id, dueOn: inDays(1) });
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
      nextTouchAt touchPlans(first: 3) { totalCount nodes { person { name } } } } } }`;
    const count = (of: readonly string[]): Promise<number> =>
      countStatements(contacts.db, async () => {
        const { data } = await contacts.execute(query, {
          r: of.map((id) => ({ __typename: 'Customer', id })),
        });
        z.object({
          _entities: z.array(z.object({ touchPlans: z.object({ totalCount: z.literal(1) }) })),
        }).parse(data);
      });
    expect(await count(ids)).toBe(await count(ids.slice(0, 2)));
  });

  test('are seen by whoever sees the person, and by nobody else', async () => {
    const [mine, other] = [newId(), newId()];
    const of = await addCustomer(contacts, { ownerId: newId(), teamId: mine });
    await made(contacts, affiliate, { personId, customerId: of });
    const id = await plan({ dueOn: inDays(1) });
    const asked = async (team: string): Promise<readonly unknown[]> => {
      const { data } = await contacts.execute(
        `{ touchPlans(where: { id: { eq: "${id}" } }) { nodes { id } } }`,
        {},
        { viewer: { roles: ['rep'], staffId: newId(), teamIds: [team] } },
      );
      return nodes.parse(data?.['touchPlans']).nodes;
    };
    expect(await asked(mine)).toEqual([{ id }]);
    expect(await asked(other)).toEqual([]);
  });
});
