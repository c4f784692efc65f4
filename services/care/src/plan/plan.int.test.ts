import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { eventOf } from '@crm/kit/testing/events';
import { statementsOf } from '@crm/kit/testing/statements';
import { SegmentEntered, SegmentLeft } from '@crm/schemas/events/segment';
import { StaffUpserted } from '@crm/schemas/events/directory';
import type { Viewer } from '@crm/kit/viewer';
import { as } from '../testing/care.ts';
import {
  activate,
  addCrowd,
  addCustomer,
  addPerson,
  birthday,
  idOf,
  makePlan,
  occasionOf,
  publishedTemplate,
} from '../testing/planning.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';

let care: StillCare;
let templateId: string;
let christmas: string;

beforeAll(async () => {
  care = await stillCare(new Date('2026-12-07T02:00:00Z'));
  templateId = await publishedTemplate(care, 'SMS');
  christmas = await occasionOf(care, 'christmas');
});
afterAll(() => care.stop());

const CREATE = `mutation ($input: CreateCarePlanInput!) { record: createCarePlan(input: $input) {
  id status category target mode purpose channels templates { channel templateId } version
  audience { customers people segmentIds customerIds personIds } owner { id }
  sendWindow { from to workdaysOnly } budget { amount currency } occasion { code } } }`;
const UPDATE = `mutation ($input: UpdateCarePlanInput!) { record: updateCarePlan(input: $input) {
  id status name approvedBy { id } version } }`;
const APPROVE = `mutation ($input: CarePlanStepInput!) { record: approveCarePlan(input: $input) {
  status approvedBy { id } } }`;
const PREVIEW = `query ($input: CarePlanPreviewInput!) { carePlanPreview(input: $input) {
  audienceSize needsApproval isTruncated warnings counts { state reason count }
  entries { person { id } customer { id } assignee { id } occasionOn dueAt channel state reason } } }`;

const plan = (given: object = {}): object => ({
  name: '圣诞问候',
  occasionId: christmas,
  channels: ['SMS'],
  templates: [{ channel: 'SMS', templateId }],
  ...given,
});

const create = (given: object, request?: TestRequest): Promise<TestResult> =>
  care.execute(CREATE, { input: plan(given) }, request);

const code = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];
const paths = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['fields'];

const preview = async (given: object, request?: TestRequest): Promise<Record<string, unknown>> => {
  const input = Object.fromEntries(Object.entries(plan(given)).filter(([name]) => name !== 'name'));
  const { data, errors } = await care.execute(
    PREVIEW,
    { input: { plan: input, days: 30 } },
    request,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return Object(data?.['carePlanPreview']);
};

/** Has customers tell of a viewer; gives the id. */
async function addStaff({ viewer }: { viewer: Partial<Viewer> }): Promise<string> {
  const id = viewer.staffId ?? newId();
  const teamId = viewer.teamIds?.[0] ?? null;
  const data = { code: `S-${id}`, name: '王芳', active: true, teamId, managerId: null };
  await care.apply([eventOf(StaffUpserted, { id }, data)]);
  return id;
}

const admin = (): { viewer: Partial<Viewer> } => {
  const staffId = newId();
  return { viewer: { subject: staffId, staffId, roles: ['admin'], teamIds: [] } };
};

describe('a plan', () => {
  test('is made with what is usual, and does nothing before it is activated', async () => {
    const made = await create({ budget: { amount: '2000.00' } });
    expect(made.errors).toBeUndefined();
    expect(made.data?.['record']).toMatchObject({
      status: 'DRAFT',
      category: 'ROUTINE',
      target: 'PRINCIPAL',
      mode: 'CONFIRM',
      purpose: 'CARE',
      channels: ['SMS'],
      templates: [{ channel: 'SMS', templateId }],
      audience: null,
      occasion: { code: 'christmas' },
      budget: { amount: '2000.00', currency: 'CNY' },
    });
  });

  test('refuses what makes no sense, naming each field', async () => {
    const refusal = await create({
      occasionId: await occasionOf(care, 'birthday'),
      target: 'FAMILY_MEMBER',
      templates: [{ channel: 'EMAIL', templateId }],
      leadDays: 61,
      sendWindow: { from: '18:00', to: '09:00' },
      validFrom: '2026-12-31',
      validTo: '2026-12-01',
      audience: { customers: { nonsense: { eq: 1 } }, people: [] },
    });
    expect(paths(refusal)).toMatchObject(
      [
        'target',
        'leadDays',
        'validTo',
        'sendWindow.to',
        'templates',
        'audience.people',
        'audience.customers',
      ].map((path) => ({ path })),
    );
  });

  test.each([
    ['customerIds', { customerIds: [] }],
    ['segmentIds', { customers: {}, segmentIds: [] }],
  ])('for an empty list, %s, is refused rather than for everybody', async (list, audience) => {
    const path = `audience.${list}`;
    expect(paths(await create({ audience }))).toMatchObject([{ path }]);
    const id = idOf((await create({})).data?.['record']);
    const changed = await care.execute(UPDATE, { input: { id, audience } });
    expect(paths(changed)).toMatchObject([{ path }]);
  });

  test('is activated only with texts that are published', async () => {
    const id = idOf((await create({ templates: [] })).data?.['record']);
    expect(paths(await activate(care, id))).toMatchObject([{ path: 'templates' }]);
    const mail = await publishedTemplate(care, 'EMAIL');
    const templates = [{ channel: 'SMS', templateId: mail }];
    const other = idOf((await create({ templates })).data?.['record']);
    expect(paths(await activate(care, other))).toMatchObject([
      { path: 'templates.0.templateId', message: 'is not written for SMS' },
    ]);
    const byHand = idOf((await create({ templates: [], mode: 'MANUAL' })).data?.['record']);
    expect((await activate(care, byHand)).data?.['record']).toMatchObject({ status: 'ACTIVE' });
  });

  test('is changed while it is not active', async () => {
    const id = idOf((await create({})).data?.['record']);
    const changed = await care.execute(UPDATE, { input: { id, name: '平安夜问候' } });
    expect(changed.data?.['record']).toMatchObject({ name: '平安夜问候', version: 2 });
    await activate(care, id);
    expect(code(await care.execute(UPDATE, { input: { id, name: '元旦' } }))).toBe(
      'RULE_VIOLATION',
    );
  });

  test('is its owner’s and those above, and of nobody else', async () => {
    const rep = as('rep');
    const staffId = await addStaff(rep);
    const made = await create({}, rep);
    expect(made.data?.['record']).toMatchObject({ owner: { id: staffId } });
    const id = idOf(made.data?.['record']);
    expect(code(await activate(care, id, as('rep')))).toBe('NOT_FOUND');
    expect(code(await create({}, as('analyst')))).toBe('FORBIDDEN');
    expect(code(await create({}, as('partner')))).toBe('FORBIDDEN');
  });
});

const sizeOf = async (audience: object, given: object = {}): Promise<unknown> =>
  (await preview({ audience, ...given }))['audienceSize'];

describe('an audience', () => {
  test('is found by criteria, lists and segments, each of which must hold', async () => {
    const [key, other] = [
      await addCustomer(care, { level: 'KEY', province: '浙江' }),
      await addCustomer(care, { level: 'REGULAR', province: '浙江' }),
    ];
    const principal = await addPerson(care, { customerId: key });
    await addPerson(care, { customerId: key, roles: ['CONTACT'], name: '李雷' });
    await addPerson(care, { customerId: other });
    const customers = { province: { eq: '浙江' } };
    expect(await sizeOf({ customers })).toBe(2);
    expect(await sizeOf({ customers }, { target: 'ALL_CONTACTS' })).toBe(3);
    expect(await sizeOf({ customers: { ...customers, level: { eq: 'KEY' } } })).toBe(1);
    expect(await sizeOf({ customerIds: [other], customers })).toBe(1);
    expect(await sizeOf({ personIds: [principal], customers })).toBe(1);
    const people = { name: { eq: '李雷' } };
    expect(await sizeOf({ people, customers }, { target: 'ALL_CONTACTS' })).toBe(1);

    const [segmentId, pairId] = [newId(), newId()];
    const membership = {
      segmentId,
      segmentCode: 'best',
      subjectType: 'CUSTOMER',
      subjectId: key,
      cause: 'CRITERIA',
    };
    await care.apply([eventOf(SegmentEntered, { id: pairId }, membership)]);
    expect(await sizeOf({ segmentIds: [segmentId] })).toBe(1);
    await care.apply([eventOf(SegmentLeft, { id: pairId, version: 2 }, membership)]);
    expect(await sizeOf({ segmentIds: [segmentId] })).toBe(0);
  });

  test('holds nobody whom the owner of the plan may not address, nor shows whom the viewer may not read', async () => {
    const rep = as('rep');
    const customers = { city: { eq: '宁波' } };
    await addStaff(rep);
    const mine = await addCustomer(care, { city: '宁波', ownerId: rep.viewer.staffId ?? null });
    const theirs = await addCustomer(care, { city: '宁波', ownerId: newId() });
    await addPerson(care, { customerId: mine });
    await addPerson(care, { customerId: theirs });
    expect((await preview({ audience: { customers } }, rep))['audienceSize']).toBe(1);
    expect((await preview({ audience: { customers } }))['audienceSize']).toBe(2);
    const input = plan({ audience: { customers } });
    const activated = await activate(care, await makePlan(care, input, rep), rep);
    expect(activated.data?.['record']).toMatchObject({ status: 'ACTIVE', audienceSize: 1 });
    const all = await activate(care, await makePlan(care, input));
    expect(all.data?.['record']).toMatchObject({ audienceSize: 2 });
  });
});

describe('a preview', () => {
  test('shows who, when, by what, and whom not and why, and stores nothing', async () => {
    const ownerId = newId();
    const customerId = await addCustomer(care, { ownerId });
    const willing = await addPerson(care, { customerId, birthday: birthday(12, 20) });
    const refusing = await addPerson(care, {
      customerId,
      birthday: birthday(12, 22),
      consent: 'REFUSED',
    });
    const occasionId = await occasionOf(care, 'birthday');
    const found = await preview({ occasionId, audience: { customerIds: [customerId] } });
    expect(found).toMatchObject({
      audienceSize: 2,
      needsApproval: false,
      isTruncated: false,
      warnings: [],
      counts: [
        { state: 'PROPOSED', reason: null, count: 1 },
        { state: 'SUPPRESSED', reason: 'REFUSED', count: 1 },
      ],
      entries: [
        {
          person: { id: willing },
          customer: { id: customerId },
          assignee: { id: ownerId },
          occasionOn: '2026-12-20',
          dueAt: '2026-12-20T01:00:00.000Z',
          channel: 'SMS',
        },
        { person: { id: refusing }, state: 'SUPPRESSED', reason: 'REFUSED' },
      ],
    });
    expect(await care.db.query('SELECT id FROM careTask')).toEqual([]);
  });

  test('warns of a year whose holidays nobody has imported', async () => {
    const occasionId = await occasionOf(care, 'new_year');
    const sendWindow = { workdaysOnly: true };
    const { warnings, entries } = await preview({ occasionId, sendWindow });
    expect(warnings).toEqual([expect.stringContaining('The holidays of 2027 are not known')]);
    expect(entries).toEqual([]);
  });

  test('reads as many statements for many people as for one', async () => {
    const customerId = await addCustomer(care);
    const audience = { customerIds: [customerId] };
    const count = async (): Promise<number> =>
      (await statementsOf(care.db, () => preview({ audience }))).length;
    await addPerson(care, { customerId });
    const one = await count();
    for (const name of ['甲', '乙', '丙', '丁']) await addPerson(care, { customerId, name });
    expect(await count()).toBe(one);
  });
});

describe('a plan for more than 1,000 people', () => {
  test('needs the approval of another person, and again when it was changed or goes on', async () => {
    const customerId = await addCustomer(care, { city: '上海' });
    await addCrowd(care, customerId, 1000);
    await addPerson(care, { customerId });
    const [first, second] = [admin(), admin()];
    const [firstId, secondId] = [await addStaff(first), await addStaff(second)];
    const input = plan({ audience: { customerIds: [customerId] } });
    const id = await makePlan(care, input, first);
    const asked = await activate(care, id, first);
    expect(asked.data?.['record']).toMatchObject({
      status: 'AWAITING_APPROVAL',
      audienceSize: 1001,
      requestedBy: { id: firstId },
    });
    const approve = (request: TestRequest): Promise<TestResult> =>
      care.execute(APPROVE, { input: { id } }, request);
    expect(code(await approve(first))).toBe('RULE_VIOLATION');
    expect((await approve(second)).data?.['record']).toEqual({
      status: 'ACTIVE',
      approvedBy: { id: secondId },
    });

    const PAUSE = `mutation ($id: ID!) { pauseCarePlan(input: { id: $id }) { status } }`;
    await care.execute(PAUSE, { id }, first);
    const resumed = await activate(care, id, first);
    expect(resumed.data?.['record']).toMatchObject({ status: 'AWAITING_APPROVAL' });
    await approve(second);
    await care.execute(PAUSE, { id }, first);
    const changed = await care.execute(UPDATE, { input: { id, leadDays: 1 } }, first);
    expect(changed.data?.['record']).toMatchObject({ approvedBy: null });
    const again = await activate(care, id, first);
    expect(again.data?.['record']).toMatchObject({ status: 'AWAITING_APPROVAL' });
  });

  test('is approved by nobody who may not address all of them', async () => {
    const rep = as('rep');
    const first = admin();
    const ownerId = await addStaff(rep);
    await addStaff(first);
    const id = await makePlan(care, plan({ ownerId }), first);
    const asked = await activate(care, id, first);
    expect(asked.data?.['record']).toMatchObject({ status: 'AWAITING_APPROVAL' });
    const refused = await care.execute(APPROVE, { input: { id } }, rep);
    expect(code(refused)).toBe('FORBIDDEN');
    expect(refused.errors?.[0]?.message).toContain('everybody’s');
  });
});
