import { eventOf } from '@crm/kit/testing/events';
import { PersonParticularsChanged } from '@crm/schemas/events/person';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startPlannerJob, type PlannerJob } from '../planner/planner.job.ts';
import { looked } from '../testing/care.ts';
import { particularsData } from '../testing/people.ts';
import {
  activePlan,
  addCustomer,
  addPerson,
  birthday,
  occasionOf,
  planned,
} from '../testing/planning.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';
import { startAlertJob, type AlertJob } from './alert.job.ts';

/** A Monday, ten in the morning in Shanghai. */
const now = new Date('2026-12-07T02:00:00Z');
let care: StillCare;
let jobs: readonly (AlertJob | PlannerJob)[];
let customerId: string;

beforeAll(async () => {
  care = await stillCare(now);
  jobs = [startAlertJob(care.app, { leaseMs: 600 }), startPlannerJob(care.app, { leaseMs: 600 })];
});
afterAll(async () => {
  for (const job of jobs) await job.stop();
  await care.stop();
});
beforeEach(async () => {
  customerId = await addCustomer(care);
});

const ALERTS = `query ($id: ID!) { alerts(where: { ruleCode: { eq: "birthday_unplanned" },
  customerId: { eq: $id } }) { nodes { state evidence { since days thresholdDays person { id } } } } }`;

/** What is there once everybody was looked at. */
async function alerts(): Promise<unknown> {
  await planned(care);
  await looked(care);
  const { data, errors } = await care.execute(ALERTS, { id: customerId });
  expect(errors).toBeUndefined();
  return Reflect.get(Object(data?.['alerts']), 'nodes');
}

describe('a birthday of a principal for which nothing is planned', () => {
  test('alerts seven days before, and is over when a plan has it', async () => {
    const person = await addPerson(care, { customerId, birthday: birthday(12, 14) });
    expect(await alerts()).toEqual([
      {
        state: 'OPEN',
        evidence: { since: '2026-12-14', days: 7, thresholdDays: 7, person: { id: person } },
      },
    ]);
    await activePlan(care, {
      occasionId: await occasionOf(care, 'birthday'),
      audience: { customerIds: [customerId] },
    });
    expect(await alerts()).toMatchObject([{ state: 'RESOLVED' }]);
  });

  test('alerts by the lunar calendar, and follows a birthday that was corrected', async () => {
    // 30 of the tenth lunar month of 2026 is 8 December.
    const lunar = birthday(10, 30, { calendar: 'CHINESE_LUNAR' });
    const person = await addPerson(care, { customerId, birthday: lunar });
    expect(await alerts()).toMatchObject([
      { state: 'OPEN', evidence: { since: '2026-12-08', days: 1 } },
    ]);
    const corrected = particularsData({ birthday: birthday(6, 1) });
    await care.apply([eventOf(PersonParticularsChanged, { id: person, version: 2 }, corrected)]);
    expect(await alerts()).toMatchObject([{ state: 'RESOLVED' }]);
  });

  test('is over when somebody has seen to it by hand', async () => {
    const personId = await addPerson(care, { customerId, birthday: birthday(12, 7) });
    expect(await alerts()).toMatchObject([{ state: 'OPEN', evidence: { days: 0 } }]);
    const occasionId = await occasionOf(care, 'birthday');
    const { errors } = await care.execute(
      `mutation ($input: CreateCareTaskInput!) { createCareTask(input: $input) { id } }`,
      { input: { personId, channel: 'PHONE', occasionId, dueAt: '2026-12-07T03:00:00Z' } },
    );
    expect(errors).toBeUndefined();
    expect(await alerts()).toMatchObject([{ state: 'RESOLVED' }]);
  });

  test('is none a day earlier, nor of anybody but a principal', async () => {
    await addPerson(care, { customerId, birthday: birthday(12, 15) });
    await addPerson(care, { customerId, birthday: birthday(12, 9), roles: ['CONTACT'] });
    expect(await alerts()).toEqual([]);
  });
});
