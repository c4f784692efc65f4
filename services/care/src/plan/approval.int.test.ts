import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { eventOf } from '@crm/kit/testing/events';
import type { TestResult } from '@crm/kit/testing/execute';
import { SegmentEntered } from '@crm/schemas/events/segment';
import { startPlannerJob, type PlannerJob } from '../planner/planner.job.ts';
import { as } from '../testing/care.ts';
import {
  activate,
  addCrowd,
  addCustomer,
  addPerson,
  makePlan,
  occasionOf,
  planned,
  removeCrowd,
} from '../testing/planning.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';

let care: StillCare;
let job: PlannerJob;
let christmas: string;

beforeAll(async () => {
  care = await stillCare(new Date('2026-12-07T02:00:00Z'));
  job = startPlannerJob(care.app, { leaseMs: 600 });
  christmas = await occasionOf(care, 'christmas');
});
afterAll(async () => {
  await job.stop();
  await care.stop();
});
afterEach(async () => {
  await care.db.query("UPDATE carePlan SET status = 'FINISHED'");
  await planned(care);
  await removeCrowd(care);
});

const SHOWN = `query ($id: ID!) { carePlan(id: $id) { status audienceSize approvedBy { id } requestedBy { id } } }`;
const shown = async (id: string): Promise<unknown> => {
  await planned(care);
  return (await care.execute(SHOWN, { id })).data?.['carePlan'];
};

const step = (name: string, id: string, by = as('admin')): Promise<TestResult> =>
  care.execute(
    `mutation ($id: ID!) { record: ${name}(input: { id: $id }) { id status } }`,
    { id },
    by,
  );

const publish = async (input: object, by = as('admin')): Promise<string> => {
  const saved = await care.execute(
    'mutation ($input: SaveTemplateInput!) { saveTemplate(input: $input) { id } }',
    {
      input: { labels: { zh: '祝福', en: 'Greeting' }, locale: 'ZH_CN', channel: 'SMS', ...input },
    },
    by,
  );
  const { id } = Object(saved.data?.['saveTemplate']);
  expect((await step('publishTemplate', String(id), by)).errors).toBeUndefined();
  return String(id);
};

let plans = 0;
const make = async (audience: object): Promise<{ id: string; code: string }> => {
  plans += 1;
  const code = `greeting_${plans}`;
  const templateId = await publish({ code, body: '圣诞快乐' });
  const id = await makePlan(care, {
    name: '圣诞问候',
    occasionId: christmas,
    mode: 'AUTOMATIC',
    leadDays: 10,
    channels: ['SMS'],
    templates: [{ channel: 'SMS', templateId }],
    audience,
  });
  return { id, code };
};

const enter = async (segmentId: string, subjectId: string): Promise<void> => {
  const membership = { segmentId, segmentCode: 'a', subjectType: 'CUSTOMER', subjectId };
  const event = eventOf(SegmentEntered, { id: newId() }, { ...membership, cause: 'CRITERIA' });
  await care.apply([event]);
};

const sendable = async (): Promise<unknown> =>
  care.db.query(
    `SELECT COUNT(*) AS count FROM careTask t JOIN carePlan p ON p.id = t.planId
     WHERE p.status = 'AWAITING_APPROVAL' AND t.state IN ('PROPOSED', 'SELECTED', 'SCHEDULED')`,
  );

describe('a plan', () => {
  test('that few had to approve waits as soon as more than 1,000 come to its segment', async () => {
    const [segmentId, customerId] = [newId(), await addCustomer(care)];
    const { id } = await make({ segmentIds: [segmentId] });
    await activate(care, id);
    expect(await shown(id)).toMatchObject({ status: 'ACTIVE', audienceSize: 0 });
    await addCrowd(care, customerId, 1200);
    await enter(segmentId, customerId);
    expect(await shown(id)).toMatchObject({ status: 'AWAITING_APPROVAL', audienceSize: 1200 });
    expect(await sendable()).toEqual([{ count: 0 }]);

    await step('approveCarePlan', id);
    expect(await shown(id)).toMatchObject({ status: 'ACTIVE' });
  });

  test('that was approved goes on up to twice as many people, and then asks again', async () => {
    const customers = [await addCustomer(care), await addCustomer(care)];
    const { id } = await make({ customerIds: customers });
    await addCrowd(care, String(customers[0]), 1200);
    await activate(care, id);
    await step('approveCarePlan', id);
    expect(await shown(id)).toMatchObject({ status: 'ACTIVE', audienceSize: 1200 });
    for (const people of [2400, 2401]) {
      await removeCrowd(care);
      await addCrowd(care, String(customers[0]), people);
      await care.db.query('DELETE FROM carePlanSweep');
      expect(await shown(id)).toMatchObject({
        status: people > 2400 ? 'AWAITING_APPROVAL' : 'ACTIVE',
      });
    }
    expect(await shown(id)).toMatchObject({ audienceSize: 2401, approvedBy: null });
  });

  test('that was approved waits again when a text of it is published anew, and a small one does not', async () => {
    const [large, little] = [await addCustomer(care), await addCustomer(care)];
    await addCrowd(care, large, 1200);
    await addPerson(care, { customerId: little });
    const approved = await make({ customerIds: [large] });
    const small = await make({ customerIds: [little] });
    for (const { id } of [approved, small]) await activate(care, id);
    await step('approveCarePlan', approved.id);
    expect(await shown(approved.id)).toMatchObject({ status: 'ACTIVE' });

    const publisher = as('admin');
    for (const { code } of [approved, small]) await publish({ code, body: '大减价' }, publisher);
    expect(await shown(small.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await shown(approved.id)).toMatchObject({
      status: 'AWAITING_APPROVAL',
      approvedBy: null,
      requestedBy: { id: publisher.viewer.staffId },
    });
    expect(await sendable()).toEqual([{ count: 0 }]);
    expect((await step('approveCarePlan', approved.id, publisher)).errors).toHaveLength(1);
    expect((await step('approveCarePlan', approved.id)).errors).toBeUndefined();
  });
});
