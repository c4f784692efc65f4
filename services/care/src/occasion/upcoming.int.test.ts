import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { eventOf } from '@crm/kit/testing/events';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { RelationshipKinTold } from '@crm/schemas/events/relationship';
import { as } from '../testing/care.ts';
import {
  activate,
  addCustomer,
  addPerson,
  birthday,
  makePlan,
  occasionOf,
  planned,
} from '../testing/planning.ts';
import { startPlannerJob } from '../planner/planner.job.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';

/** A Monday, ten in the morning in Shanghai. */
const now = new Date('2026-12-07T02:00:00Z');
let care: StillCare;

beforeAll(async () => {
  care = await stillCare(now);
});
afterAll(() => care.stop());

const UPCOMING = `query ($of: [_Any!]!, $days: Int!) { _entities(representations: $of) { ... on Person {
  upcomingOccasions(withinDays: $days) { on occasion { code } about { id } } } } }`;

async function upcoming(
  ids: readonly string[],
  request: TestRequest = {},
): Promise<readonly string[][]> {
  const of = ids.map((id) => ({ __typename: 'Person', id }));
  const { data, errors } = await care.execute(UPCOMING, { of, days: 30 }, request);
  expect(errors).toBeUndefined();
  const people: readonly { upcomingOccasions: readonly Shown[] }[] = Object(data?.['_entities']);
  return [...people].map(({ upcomingOccasions }) =>
    upcomingOccasions.map(({ on, occasion, about }) =>
      [on, occasion.code, about?.id].filter(Boolean).join(' '),
    ),
  );
}

type Shown = {
  readonly on: string;
  readonly occasion: { readonly code: string };
  readonly about: { readonly id: string } | null;
};

const festivals = ['2026-12-22 winter_solstice', '2026-12-25 christmas', '2027-01-01 new_year'];

test('what comes to somebody is festivals, the birthday, and those in the family', async () => {
  const ownerId = newId();
  const person = await addPerson(care, { ownerId, birthday: birthday(12, 8) });
  const spouse = await addPerson(care, { ownerId, birthday: birthday(12, 24) });
  const other = await addPerson(care, { ownerId, birthday: birthday(6, 1) });
  await care.apply([
    eventOf(
      RelationshipKinTold,
      { id: newId() },
      { type: 'SPOUSE_OF', fromId: person, toId: spouse, validFrom: null, validTo: null },
    ),
  ]);
  const [days, ofOther] = await upcoming([person, other]);
  expect(days).toEqual([
    '2026-12-08 birthday',
    festivals[0],
    `2026-12-24 family_birthday ${spouse}`,
    ...festivals.slice(1),
  ]);
  expect(ofOther).toEqual(festivals);
  expect(await upcoming([person], as('analyst'))).toEqual([festivals]);
  expect(await upcoming([person], as('rep', { staffId: ownerId }))).toEqual([days]);
  expect(await upcoming([person], as('rep'))).toEqual([festivals]);
  const one = await countStatements(care.db, () => upcoming([person]));
  expect(await countStatements(care.db, () => upcoming([person, spouse, other]))).toBe(one);
});

test('the active plans of a customer are those that have something to do for it', async () => {
  const [customerId, quiet] = [await addCustomer(care), await addCustomer(care)];
  await addPerson(care, { customerId, birthday: birthday(12, 9) });
  const id = await makePlan(care, {
    name: '生日',
    occasionId: await occasionOf(care, 'birthday'),
    channels: ['PHONE'],
    audience: { customerIds: [customerId, quiet] },
  });
  await activate(care, id);
  const job = startPlannerJob(care.app, { leaseMs: 600 });
  await planned(care);
  await job.stop();
  const { data } = await care.execute(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer {
       activeCarePlans { id status } } } }`,
    { of: [customerId, quiet].map((each) => ({ __typename: 'Customer', id: each })) },
  );
  expect(data?.['_entities']).toEqual([
    { activeCarePlans: [{ id, status: 'ACTIVE' }] },
    { activeCarePlans: [] },
  ]);
});
