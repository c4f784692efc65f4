import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { idToBytes, newId } from '@crm/kit/id';
import { eventOf } from '@crm/kit/testing/events';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { statementsOf } from '@crm/kit/testing/statements';
import { until } from '@crm/kit/testing/until';
import { ConsentRecorded } from '@crm/schemas/events/consent';
import { startPlannerJob, type PlannerJob } from '../planner/planner.job.ts';
import { as } from '../testing/care.ts';
import { consentData } from '../testing/people.ts';
import {
  addCrowd,
  addCustomer,
  addPerson,
  idOf,
  makePlan,
  occasionOf,
  planned,
  publishedTemplate,
  removeCrowd,
  tasksOf,
} from '../testing/planning.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';
import { PUBLISH_SURVEY, questions, SAVE_SURVEY } from '../testing/surveys.ts';

/** A Monday, ten in the morning in Shanghai. */
const now = new Date('2026-12-07T02:00:00Z');
let care: StillCare;
let job: PlannerJob;
let customerId: string;
let templateId: string;

beforeAll(async () => {
  care = await stillCare(now);
  job = startPlannerJob(care.app, { leaseMs: 600 });
  templateId = await publishedTemplate(care, 'SMS');
});
afterAll(async () => {
  await job.stop();
  await care.stop();
});
beforeEach(async () => {
  care.setClock(now);
  customerId = await addCustomer(care);
});
afterEach(async () => {
  await care.db.query("UPDATE carePlan SET status = 'FINISHED'");
  await planned(care);
});

const CREATE = `mutation ($input: CreateCampaignInput!) { record: createCampaign(input: $input) {
  id status purpose mode target startsOn } }`;
const step = (name: string): string =>
  `mutation ($input: CampaignStepInput!) { record: ${name}(input: $input) { id status audienceSize } }`;

const promotion = (input: object = {}): object => ({
  name: '春季推广',
  kind: 'PROMOTION',
  startsOn: '2026-12-08',
  channels: ['SMS'],
  templates: [{ channel: 'SMS', templateId }],
  audience: { customerIds: [customerId] },
  ...input,
});

const create = (input: object, request: TestRequest = {}): Promise<TestResult> =>
  care.execute(CREATE, { input }, request);

const codeOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];
const pathsOf = ({ errors }: TestResult): readonly string[] =>
  Object(errors?.[0]?.extensions?.['fields']).map(({ path }: { path: string }) => path);

async function made(input: object): Promise<string> {
  const { data, errors } = await create(input);
  expect(errors).toBeUndefined();
  return idOf(data?.['record']);
}

async function started(input: object): Promise<string> {
  const id = await made(input);
  const { errors } = await care.execute(step('activateCampaign'), { input: { id } });
  expect(errors).toBeUndefined();
  await planned(care);
  return id;
}

const agree = (personId: string, purpose: string): Promise<void> =>
  care.apply([eventOf(ConsentRecorded, { id: newId() }, consentData(personId, { purpose }))]);

const states = async (id: string): Promise<string[]> =>
  (await tasksOf(care, id)).map(({ state, reason }) => [state, reason].join(' ').trim()).toSorted();

describe('a campaign', () => {
  test('is refused with all that is wrong with it', async () => {
    expect(pathsOf(await create(promotion({ kind: 'SATISFACTION' })))).toEqual(['surveyId']);
    expect(
      pathsOf(await create(promotion({ startsOn: '2026-12-06', target: 'FAMILY_MEMBER' }))),
    ).toEqual(['target', 'startsOn']);
    expect(codeOf(await create(promotion(), as('analyst')))).toBe('FORBIDDEN');
    const unknown = newId();
    const refused = await create(
      promotion({
        budget: { amount: '-1' },
        audience: { customerIds: [unknown], segmentIds: ['x'] },
        templates: [{ channel: 'SMS', templateId: unknown }],
      }),
    );
    expect(pathsOf(refused).toSorted()).toEqual([
      'audience.customerIds',
      'audience.segmentIds',
      'budget.amount',
      'templates.0.templateId',
    ]);
    const noSurvey = await create(promotion({ kind: 'RESEARCH', surveyId: 'x' }));
    expect(pathsOf(noSurvey)).toEqual(['surveyId']);
  });

  test('is called so when there is none, and previewed by one of two things', async () => {
    const missing = await care.execute(step('activateCampaign'), { input: { id: newId() } });
    expect(missing.errors?.[0]?.message).toMatch(/^Campaign \S+ does not exist$/);
    const preview = (input: object) =>
      care.execute(
        'query ($input: CampaignPreviewInput!) { campaignPreview(input: $input) { audienceSize } }',
        { input },
      );
    const { name: _, ...campaign } = Object(promotion());
    for (const input of [{}, { campaignId: newId(), campaign }]) {
      const { errors } = await preview(input);
      expect(errors?.[0]?.message).toBe('Give campaignId or campaign, and not both');
    }
  });

  test('of a promotion reaches those who have agreed to be offered something, once', async () => {
    const [willing, caring, silent] = [
      await addPerson(care, { customerId, roles: ['KEY_PERSON'] }),
      await addPerson(care, { customerId }),
      await addPerson(care, { customerId, consent: null }),
    ];
    await agree(willing, 'MARKETING');
    const id = await started(promotion());
    expect(await states(id)).toEqual([
      'SCHEDULED',
      'SUPPRESSED NO_CONSENT',
      'SUPPRESSED NO_CONSENT',
    ]);
    const tasks = await tasksOf(care, id);
    expect(tasks.find(({ state }) => state === 'SCHEDULED')).toMatchObject({
      person: { id: willing },
      occasionOn: '2026-12-08',
      dueAt: '2026-12-08T01:00:00.000Z',
    });
    const unwilling = tasks.filter(({ reason }) => reason === 'NO_CONSENT');
    expect(new Set(unwilling.map(({ person }) => person.id))).toEqual(new Set([caring, silent]));

    await agree(caring, 'MARKETING');
    await planned(care);
    await care.db.query('DELETE FROM carePlanSweep');
    await planned(care);
    expect(await states(id)).toEqual(['SCHEDULED', 'SCHEDULED', 'SUPPRESSED NO_CONSENT']);
  });

  test('is shown before there is one, as it will be', async () => {
    const person = await addPerson(care, { customerId });
    await addPerson(care, { customerId });
    await agree(person, 'MARKETING');
    const { name: _, ...campaign } = Object(promotion({ startsOn: '2027-03-01' }));
    const { data, errors } = await care.execute(
      `query ($input: CampaignPreviewInput!) { campaignPreview(input: $input) {
         audienceSize needsApproval counts { state reason count } entries { occasionOn } } }`,
      { input: { campaign } },
    );
    expect(errors).toBeUndefined();
    expect(data?.['campaignPreview']).toEqual({
      audienceSize: 2,
      needsApproval: false,
      counts: expect.arrayContaining([
        { state: 'SCHEDULED', reason: null, count: 1 },
        { state: 'SUPPRESSED', reason: 'NO_CONSENT', count: 1 },
      ]),
      entries: [{ occasionOn: '2027-03-01' }, { occasionOn: '2027-03-01' }],
    });
  });

  test('that starts today after its hours goes on tomorrow, and is over after three days', async () => {
    const person = await addPerson(care, { customerId });
    await agree(person, 'MARKETING');
    care.setClock(new Date('2026-12-07T11:00:00Z'));
    const id = await started(promotion({ startsOn: '2026-12-07' }));
    expect(await tasksOf(care, id)).toMatchObject([{ dueAt: '2026-12-08T01:00:00.000Z' }]);
    await care.db.query("UPDATE careTask SET state = 'SENT' WHERE planId = ?", [idToBytes(id)]);
    care.setClock(new Date('2026-12-11T01:00:00Z'));
    const status = async (): Promise<unknown> => {
      const { data } = await care.execute('query ($id: ID!) { campaign(id: $id) { status } }', {
        id,
      });
      return Object(data?.['campaign']).status;
    };
    await until(async () => (await status()) === 'FINISHED', { what: 'the end' });
    const rows: { type: string }[] = await care.db.query(
      'SELECT type FROM outbox WHERE aggregateId = ? ORDER BY version',
      [idToBytes(id)],
    );
    expect(rows.map(({ type }) => type)).toEqual([
      'campaign.created',
      'campaign.activated',
      'campaign.finished',
    ]);
    const again = await care.execute(step('activateCampaign'), { input: { id } });
    expect(codeOf(again)).toBe('RULE_VIOLATION');
  });

  test('with a survey needs a text that leads to it, and asks for the consent to be asked', async () => {
    const labels = { zh: '调查', en: 'Survey' };
    const saved = await care.execute(SAVE_SURVEY, {
      input: { code: 'campaign', labels, questions },
    });
    const surveyId = idOf(saved.data?.['saveSurvey']);
    const input = promotion({ kind: 'SATISFACTION', surveyId });
    const byPhone = await create({ ...input, channels: ['PHONE'], templates: [] });
    expect(pathsOf(byPhone)).toEqual(['channels']);
    const id = await made(input);
    const activate = () => care.execute(step('activateCampaign'), { input: { id } });
    expect(pathsOf(await activate())).toEqual(['templates.0.templateId']);
    const asking = await publishedTemplate(care, 'SMS');
    await care.db.query("UPDATE messageTemplate SET body = '{{ survey.url }}' WHERE id = ?", [
      idToBytes(asking),
    ]);
    await care.execute(
      'mutation ($input: UpdateCampaignInput!) { updateCampaign(input: $input) { id } }',
      { input: { id, templates: [{ channel: 'SMS', templateId: asking }] } },
    );
    expect((await activate()).errors?.[0]?.message).toContain('is a draft: publish it first');
    await care.execute(PUBLISH_SURVEY, { input: { id: surveyId } });
    const person = await addPerson(care, { customerId });
    await agree(person, 'SURVEY');
    expect((await activate()).errors).toBeUndefined();
    await planned(care);
    const { data } = await care.execute(
      `query ($id: ID!) { campaign(id: $id) { purpose members { nodes { state
         task { plan { id } campaign { id } survey { code } } response { id } } } } }`,
      { id },
    );
    expect(data?.['campaign']).toEqual({
      purpose: 'SURVEY',
      members: {
        nodes: [
          {
            state: 'SCHEDULED',
            task: { plan: null, campaign: { id }, survey: { code: 'campaign' } },
            response: null,
          },
        ],
      },
    });
  });

  test('for more than 1,000 people waits for another person', async () => {
    await addCrowd(care, customerId, 1000);
    await addPerson(care, { customerId });
    const [first, second] = [as('admin'), as('admin')];
    const id = await made(promotion());
    const take = (name: string, request: TestRequest): Promise<TestResult> =>
      care.execute(step(name), { input: { id } }, request);
    expect((await take('activateCampaign', first)).data?.['record']).toMatchObject({
      status: 'AWAITING_APPROVAL',
      audienceSize: 1001,
    });
    expect(codeOf(await take('approveCampaign', first))).toBe('RULE_VIOLATION');
    expect((await take('approveCampaign', second)).data?.['record']).toMatchObject({
      status: 'ACTIVE',
    });
    await take('pauseCampaign', first);
    await removeCrowd(care);
  });

  test('and a plan of care are not known by each other’s names', async () => {
    const campaign = await made(promotion());
    const plan = await makePlan(care, {
      name: '生日',
      occasionId: await occasionOf(care, 'birthday'),
      channels: ['PHONE'],
    });
    const { data } = await care.execute(
      `query ($campaign: ID!, $plan: ID!) {
         a: carePlan(id: $campaign) { id } b: campaign(id: $plan) { id }
         carePlans(where: { id: { in: [$campaign, $plan] } }) { nodes { id } }
         campaigns(where: { id: { in: [$campaign, $plan] } }) { nodes { id kind startsOn } } }`,
      { campaign, plan },
    );
    expect(data).toEqual({
      a: null,
      b: null,
      carePlans: { nodes: [{ id: plan }] },
      campaigns: { nodes: [{ id: campaign, kind: 'PROMOTION', startsOn: '2026-12-08' }] },
    });
    const other = await care.execute(step('activateCampaign'), { input: { id: plan } });
    expect(codeOf(other)).toBe('NOT_FOUND');
  });

  test('has figures of what the viewer may read, for many campaigns in one statement', async () => {
    const person = await addPerson(care, { customerId });
    await addPerson(care, { customerId });
    await agree(person, 'MARKETING');
    const ids = [await started(promotion()), await started(promotion({ name: '夏季推广' }))];
    const RESULTS = `query ($ids: [ID!]!) { campaigns(where: { id: { in: $ids } }) { nodes { results {
      members waiting suppressed suppressedBy { reason count } sent } } } }`;
    let result: TestResult = {};
    const statements = await statementsOf(care.db, async () => {
      result = await care.execute(RESULTS, { ids });
    });
    const figures = {
      results: {
        members: 2,
        waiting: 1,
        suppressed: 1,
        suppressedBy: [{ reason: 'NO_CONSENT', count: 1 }],
        sent: 0,
      },
    };
    expect(result.data?.['campaigns']).toEqual({ nodes: [figures, figures] });
    expect(statements.filter(({ sql }) => sql.includes('UNSUBSCRIBED'))).toHaveLength(1);
    const nobody = await care.execute(RESULTS, { ids }, as('rep'));
    expect(nobody.data?.['campaigns']).toEqual({ nodes: [] });
  });
});
