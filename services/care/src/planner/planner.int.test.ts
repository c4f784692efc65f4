import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { idToBytes, newId } from '@crm/kit/id';
import type { TestResult } from '@crm/kit/testing/execute';
import { eventOf } from '@crm/kit/testing/events';
import { AffiliationPromoted } from '@crm/schemas/events/affiliation';
import { ConsentWithdrawn } from '@crm/schemas/events/consent';
import { PersonParticularsChanged } from '@crm/schemas/events/person';
import { PreferenceChanged } from '@crm/schemas/events/preference';
import { RelationshipKinTold } from '@crm/schemas/events/relationship';
import {
  affiliationData,
  consentData,
  particularsData,
  preferenceData,
} from '../testing/people.ts';
import {
  activate,
  activePlan,
  addCustomer,
  addPerson,
  birthday,
  makePlan,
  occasionOf,
  planned,
  publishedTemplate,
  tasksOf,
  type PlannedTask,
} from '../testing/planning.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';
import { startPlannerJob, type PlannerJob } from './planner.job.ts';

/** A Monday, ten in the morning in Shanghai. */
const now = new Date('2026-12-07T02:00:00Z');
let care: StillCare;
let job: PlannerJob;
let customerId: string;

beforeAll(async () => {
  care = await stillCare(now);
  job = startPlannerJob(care.app, { leaseMs: 600 });
});
afterAll(async () => {
  await job.stop();
  await care.stop();
});
beforeEach(async () => {
  care.setClock(now);
  customerId = await addCustomer(care);
});
/** Plans of one test would find the people of the next. */
afterEach(async () => {
  await care.db.query("UPDATE carePlan SET status = 'FINISHED'");
  await planned(care);
});

const CONFIRM = `mutation ($ids: [ID!]!) { confirmCareTasks(input: { ids: $ids }) { id state } }`;
const EXCLUDE = `mutation ($ids: [ID!]!) { excludeCareTasks(input: { ids: $ids, reason: "本人不过生日" }) {
  id state reason note } }`;
const IMPORT = `mutation ($input: ImportHolidaysInput!) { importHolidays(input: $input) { on } }`;

const only = async (planId: string): Promise<PlannedTask> => {
  await planned(care);
  const [task, ...others] = await tasksOf(care, planId);
  if (!task || others.length > 0) throw new Error(`${others.length + 1} tasks`);
  return task;
};

const states = (tasks: readonly PlannedTask[]): string[] =>
  tasks.map(({ state, reason }) => (reason === null ? state : `${state} ${reason}`)).toSorted();

const eventsOf = async (taskId: string): Promise<string[]> => {
  const rows: { type: string }[] = await care.db.query(
    'SELECT type FROM outbox WHERE aggregateId = ? ORDER BY version',
    [idToBytes(taskId)],
  );
  return rows.map(({ type }) => type);
};

describe('a birthday plan that asks first', () => {
  test('proposes a list, leaves out two by hand, schedules the rest once, and a rerun changes nothing', async () => {
    const people = await Promise.all(
      [8, 9, 10, 11, 12].map((day) => addPerson(care, { customerId, birthday: birthday(12, day) })),
    );
    await addPerson(care, { customerId, birthday: birthday(6, 1) });
    const planId = await activePlan(care, {
      occasionId: await occasionOf(care, 'birthday'),
      audience: { customerIds: [customerId] },
    });
    await planned(care);
    const proposed = await tasksOf(care, planId);
    expect(proposed.map(({ person }) => person.id)).toEqual(people);
    expect(proposed.map(({ dueAt }) => dueAt)).toEqual(
      [8, 9, 10, 11, 12].map((day) => `2026-12-${String(day).padStart(2, '0')}T01:00:00.000Z`),
    );
    expect(states(proposed)).toEqual(Array.from({ length: 5 }, () => 'PROPOSED'));

    const ids = proposed.map(({ id }) => id);
    const excluded = await care.execute(EXCLUDE, { ids: ids.slice(0, 2) });
    expect(excluded.errors).toBeUndefined();
    const confirmed = await care.execute(CONFIRM, { ids: ids.slice(2) });
    expect(confirmed.errors).toBeUndefined();
    expect(await care.execute(CONFIRM, { ids: ids.slice(0, 1) })).toMatchObject({
      errors: [{ extensions: { code: 'RULE_VIOLATION', reason: 'EXCLUDED_BY_HAND' } }],
    });

    await care.db.query('DELETE FROM carePlanSweep');
    await planned(care);
    const after = await tasksOf(care, planId);
    expect(states(after)).toEqual([
      'EXCLUDED EXCLUDED_BY_HAND',
      'EXCLUDED EXCLUDED_BY_HAND',
      'SCHEDULED',
      'SCHEDULED',
      'SCHEDULED',
    ]);
    expect(await eventsOf(ids[4] ?? '')).toEqual(['caretask.proposed', 'caretask.scheduled']);
  });

  test('finds a lunar birthday, and follows a birthday that was corrected', async () => {
    // 30 of the tenth lunar month of 2026 is 8 December.
    const lunar = birthday(10, 30, { calendar: 'CHINESE_LUNAR' });
    const personId = await addPerson(care, { customerId, birthday: lunar });
    const planId = await activePlan(care, {
      occasionId: await occasionOf(care, 'birthday'),
      audience: { customerIds: [customerId] },
    });
    expect(await only(planId)).toMatchObject({ occasionOn: '2026-12-08', state: 'PROPOSED' });
    const corrected = particularsData({ birthday: birthday(12, 15) });
    await care.apply([eventOf(PersonParticularsChanged, { id: personId, version: 2 }, corrected)]);
    await planned(care);
    expect(
      (await tasksOf(care, planId)).map(({ occasionOn, state }) => `${occasionOn} ${state}`),
    ).toEqual(['2026-12-08 SKIPPED', '2026-12-15 PROPOSED']);
  });

  test('lets go what nobody has confirmed in time', async () => {
    await addPerson(care, { customerId, birthday: birthday(12, 8) });
    const planId = await activePlan(care, {
      occasionId: await occasionOf(care, 'birthday'),
      audience: { customerIds: [customerId] },
    });
    expect((await only(planId)).state).toBe('PROPOSED');
    care.setClock(new Date('2026-12-12T02:00:00Z'));
    await planned(care);
    await expect(only(planId)).resolves.toMatchObject({ state: 'SKIPPED', reason: 'TOO_LATE' });
  });
});

describe('a festival plan', () => {
  test('falls on the right day in three years, and runs by itself', async () => {
    await addPerson(care, { customerId });
    const planId = await activePlan(care, {
      occasionId: await occasionOf(care, 'mid_autumn'),
      audience: { customerIds: [customerId] },
      mode: 'AUTOMATIC',
    });
    for (const at of ['2027-09-10', '2028-10-01', '2029-09-20']) {
      care.setClock(new Date(`${at}T02:00:00Z`));
      await planned(care);
    }
    const tasks = await tasksOf(care, planId);
    expect(tasks.map(({ occasionOn, state }) => `${occasionOn} ${state}`)).toEqual([
      '2027-09-15 SCHEDULED',
      '2028-10-03 SCHEDULED',
      '2029-09-22 SCHEDULED',
    ]);
  });

  test('suppresses with the reason, and comes back when that is gone', async () => {
    const willing = await addPerson(care, { customerId });
    const refusing = await addPerson(care, { customerId, consent: 'REFUSED' });
    await addPerson(care, { customerId, consent: null });
    const silent = await addPerson(care, { customerId });
    await care.apply([
      eventOf(
        PreferenceChanged,
        { id: newId() },
        preferenceData(silent, { doNotContact: ['SMS'] }),
      ),
    ]);
    const planId = await activePlan(care, {
      occasionId: await occasionOf(care, 'new_year'),
      audience: { customerIds: [customerId] },
      mode: 'AUTOMATIC',
      leadDays: 15,
    });
    await planned(care);
    expect(states(await tasksOf(care, planId))).toEqual([
      'SCHEDULED',
      'SUPPRESSED DO_NOT_CONTACT',
      'SUPPRESSED NO_CONSENT',
      'SUPPRESSED REFUSED',
    ]);

    const withdrawn = { status: 'WITHDRAWN' as const, at: '2026-12-06T00:00:00.000Z' };
    const granted = { at: '2026-12-06T00:00:00.000Z' };
    await care.apply([
      eventOf(ConsentWithdrawn, { id: newId() }, consentData(willing, withdrawn)),
      eventOf(ConsentWithdrawn, { id: newId() }, consentData(refusing, granted)),
    ]);
    await planned(care);
    expect(states(await tasksOf(care, planId))).toEqual([
      'SCHEDULED',
      'SUPPRESSED DO_NOT_CONTACT',
      'SUPPRESSED NO_CONSENT',
      'SUPPRESSED WITHDRAWN',
    ]);
  });

  test('greets once for one occasion, whatever plans there are', async () => {
    await addPerson(care, { customerId });
    const input = {
      occasionId: await occasionOf(care, 'christmas'),
      audience: { customerIds: [customerId] },
      mode: 'AUTOMATIC',
      leadDays: 5,
    };
    const first = await activePlan(care, input);
    await planned(care);
    const second = await activePlan(care, input);
    await planned(care);
    expect(states(await tasksOf(care, first))).toEqual(['SCHEDULED']);
    expect(states(await tasksOf(care, second))).toEqual(['SUPPRESSED ALREADY_GREETED']);
  });

  test('stops and goes on: nothing of a paused plan is sent', async () => {
    await addPerson(care, { customerId });
    const planId = await activePlan(care, {
      occasionId: await occasionOf(care, 'christmas'),
      audience: { customerIds: [customerId] },
      mode: 'AUTOMATIC',
      leadDays: 5,
    });
    await planned(care);
    const PAUSE = `mutation ($id: ID!) { pauseCarePlan(input: { id: $id }) { status } }`;
    await care.execute(PAUSE, { id: planId });
    await planned(care);
    expect(states(await tasksOf(care, planId))).toEqual(['SUPPRESSED PLAN_STOPPED']);
    await activate(care, planId);
    await planned(care);
    expect(states(await tasksOf(care, planId))).toEqual(['SCHEDULED']);
  });

  test('on workdays waits for the holidays of the year, and says so', async () => {
    care.setClock(new Date('2027-01-25T02:00:00Z'));
    await addPerson(care, { customerId });
    const templateId = await publishedTemplate(care, 'SMS');
    const planId = await makePlan(care, {
      name: '春节拜年',
      occasionId: await occasionOf(care, 'spring_festival'),
      audience: { customerIds: [customerId] },
      channels: ['SMS'],
      templates: [{ channel: 'SMS', templateId }],
      mode: 'AUTOMATIC',
      sendWindow: { from: '10:00', to: '17:00', workdaysOnly: true },
    });
    const refusal = await activate(care, planId);
    expect(refusal.errors?.[0]).toMatchObject({
      message: expect.stringContaining('The holidays of 2027 are not known'),
      extensions: { code: 'RULE_VIOLATION' },
    });
    // Made up: the State Council has not announced them. 春节 is on 6 February, a Saturday.
    const days = [5, 6, 7, 8].map((day) => ({ on: `2027-02-0${day}`, name: '春节' }));
    await care.execute(IMPORT, { input: { year: 2027, days } });
    expect((await activate(care, planId)).errors).toBeUndefined();
    expect(await only(planId)).toMatchObject({
      occasionOn: '2027-02-06',
      dueAt: '2027-02-04T02:00:00.000Z',
    });
  });
});

describe('what happens in lives', () => {
  test('a promotion opens special care, which its assignee has to do', async () => {
    const personId = await addPerson(care, { customerId });
    const planId = await makePlan(care, {
      name: '升迁祝贺',
      occasionId: await occasionOf(care, 'promotion'),
      audience: { customerIds: [customerId] },
      mode: 'MANUAL',
      channels: ['VISIT'],
    });
    await activate(care, planId);
    await planned(care);
    expect(await tasksOf(care, planId)).toEqual([]);
    const promoted = {
      ...affiliationData(personId, customerId, { jobTitle: '副总裁' }),
      promotedOn: '2026-12-01',
      oldTitle: '总经理',
      newTitle: '副总裁',
    };
    await care.apply([eventOf(AffiliationPromoted, { id: newId() }, promoted)]);
    expect(await only(planId)).toMatchObject({
      state: 'SELECTED',
      channel: 'VISIT',
      occasionOn: '2026-12-01',
      dueAt: '2026-12-07T01:00:00.000Z',
    });
  });

  test('a spouse’s birthday opens family care, addressed through the principal', async () => {
    const principal = await addPerson(care, { customerId });
    const spouse = await addPerson(care, { birthday: birthday(12, 20), consent: null });
    await addPerson(care, { customerId, roles: ['CONTACT'], birthday: birthday(12, 20) });
    const kin = {
      type: 'SPOUSE_OF',
      fromId: spouse,
      toId: principal,
      validFrom: null,
      validTo: null,
    };
    await care.apply([eventOf(RelationshipKinTold, { id: newId() }, kin)]);
    const planId = await activePlan(care, {
      occasionId: await occasionOf(care, 'family_birthday'),
      audience: { customerIds: [customerId] },
    });
    expect(await only(planId)).toMatchObject({
      state: 'PROPOSED',
      occasionOn: '2026-12-20',
      person: { id: principal },
      about: { id: spouse },
    });
  });
});

test('two planners at once make nothing twice', async () => {
  const other = startPlannerJob(care.app, { leaseMs: 600 });
  try {
    await Promise.all(
      Array.from({ length: 8 }, () => addPerson(care, { customerId, birthday: birthday(12, 14) })),
    );
    const planId = await activePlan(care, {
      occasionId: await occasionOf(care, 'birthday'),
      audience: { customerIds: [customerId] },
    });
    await planned(care);
    expect(await tasksOf(care, planId)).toHaveLength(8);
  } finally {
    await other.stop();
  }
});

test('care by hand keeps to the same rules', async () => {
  const CREATE = `mutation ($input: CreateCareTaskInput!) { record: createCareTask(input: $input) {
    id state channel customer { id } occasionOn } }`;
  const COMPLETE = `mutation ($id: ID!) { completeCareTask(input: { id: $id, note: "已登门拜访" }) {
    state note endedAt } }`;
  const create = (input: object): Promise<TestResult> => care.execute(CREATE, { input });
  const personId = await addPerson(care, { customerId });
  const visit = await create({ personId, channel: 'VISIT' });
  expect(visit.data?.['record']).toMatchObject({
    state: 'SELECTED',
    customer: { id: customerId },
    occasionOn: '2026-12-07',
  });
  const id = String(Reflect.get(Object(visit.data?.['record']), 'id'));
  const done = await care.execute(COMPLETE, { id });
  expect(done.data?.['completeCareTask']).toMatchObject({ state: 'DONE', note: '已登门拜访' });
  expect(await eventsOf(id)).toEqual(['caretask.selected', 'caretask.done']);

  const refusing = await addPerson(care, { customerId, consent: 'REFUSED' });
  const refused = await create({ personId: refusing, channel: 'SMS' });
  expect(refused.errors?.[0]).toMatchObject({
    message: expect.stringContaining('REFUSED'),
    extensions: { code: 'RULE_VIOLATION' },
  });
});
