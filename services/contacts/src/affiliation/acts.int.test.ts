import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestResult } from '@crm/kit/testing/execute';
import {
  addCustomer,
  addStaff,
  affiliate,
  createPerson,
  eventsOf,
  made,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';

let contacts: TestContacts;
let customerId: string;
let personId: string;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());
beforeEach(async () => {
  customerId = await addCustomer(contacts);
  personId = await made(contacts, createPerson, { name: '李雷' });
});

type Input = Readonly<Record<string, unknown>>;

const start = (input: Input = {}): Promise<string> =>
  made(contacts, affiliate, { personId, customerId, ...input });

const run = (name: string, input: Input, fields = 'id'): Promise<TestResult> => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return contacts.execute(
    `mutation ($input: ${type}!) { record: ${name}(input: $input) { ${fields} } }`,
    { input },
  );
};

const refusal = ({ errors }: TestResult): unknown => errors?.[0]?.extensions;

const OF_PERSON = `query ($id: ID!) { person(id: $id) {
  primaryAffiliation { jobTitle customer { id } organizationName }
  affiliations(orderBy: [{ field: "validFrom" }]) { nodes { jobTitle department validFrom validTo
    endReason isPrimary organizationName movedTo { organizationName }
    promotions { nodes { oldTitle newTitle oldDepartment newDepartment promotedOn note } } } } } }`;

const seen = async (): Promise<unknown> =>
  (await contacts.execute(OF_PERSON, { id: personId })).data?.['person'];

describe('recordPromotion', () => {
  test('gives the affiliation its new title, keeps the old one, and is told as a promotion', async () => {
    const affiliationId = await start({
      jobTitle: '科长',
      department: '采购部',
      validFrom: '2020-01-01',
    });
    await run('recordPromotion', {
      affiliationId,
      newTitle: '处长',
      promotedOn: '2024-03-01',
      note: '竞聘',
    });
    await run('recordPromotion', {
      affiliationId,
      newTitle: '副总经理',
      newDepartment: '总经办',
      promotedOn: '2025-06-01',
      influence: 90,
    });

    expect(await seen()).toMatchObject({
      affiliations: {
        nodes: [
          {
            jobTitle: '副总经理',
            department: '总经办',
            promotions: {
              nodes: [
                { oldTitle: '处长', newTitle: '副总经理', newDepartment: '总经办' },
                { oldTitle: '科长', newTitle: '处长', promotedOn: '2024-03-01', note: '竞聘' },
              ],
            },
          },
        ],
      },
    });
    expect(await eventsOf(contacts, affiliationId)).toEqual([
      'affiliation.started',
      'affiliation.promoted',
      'affiliation.promoted',
    ]);
  });

  test('is not guessed from a change of the title', async () => {
    const id = await start({ jobTitle: '科长' });
    await run('updateAffiliation', { id, jobTitle: '处长' });
    expect(await eventsOf(contacts, id)).toEqual(['affiliation.started', 'affiliation.changed']);
  });

  test.each([
    ['a day to come', { promotedOn: '2099-01-01' }, 'promotedOn'],
    ['a day before the affiliation', { promotedOn: '2019-12-31' }, 'promotedOn'],
    ['a day before the last promotion', { promotedOn: '2021-01-01' }, 'promotedOn'],
    ['the title that is there', { newTitle: '处长' }, 'newTitle'],
    ['no title', { newTitle: ' ' }, 'newTitle'],
    ['too much influence', { influence: 101 }, 'influence'],
  ])('refuses %s and changes nothing', async (_, input, path) => {
    const affiliationId = await start({ jobTitle: '科长', validFrom: '2020-01-01' });
    await run('recordPromotion', { affiliationId, newTitle: '处长', promotedOn: '2022-01-01' });
    const before = await seen();
    const result = await run('recordPromotion', { affiliationId, newTitle: '局长', ...input });
    expect(refusal(result)).toMatchObject({
      code: 'INVALID',
      fields: expect.arrayContaining([expect.objectContaining({ path })]),
    });
    expect(await seen()).toEqual(before);
  });

  test('does not know an affiliation that is unknown', async () => {
    const result = await run('recordPromotion', { affiliationId: newId(), newTitle: '处长' });
    expect(refusal(result)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('endAffiliation with a move', () => {
  test('starts what the person is elsewhere on the next day, mainly as before', async () => {
    const id = await start({ isPrimary: true, jobTitle: '经理', validFrom: '2020-01-01' });
    const { errors } = await run('endAffiliation', {
      id,
      endedOn: '2025-12-31',
      reason: 'MOVED',
      movedTo: { organizationName: '苏州恒泰', jobTitle: '总监' },
    });
    expect(errors).toBeUndefined();
    expect(await seen()).toMatchObject({
      primaryAffiliation: { jobTitle: '总监', organizationName: '苏州恒泰' },
      affiliations: {
        nodes: [
          {
            validTo: '2025-12-31',
            endReason: 'MOVED',
            movedTo: { organizationName: '苏州恒泰' },
          },
          { validFrom: '2026-01-01', validTo: null, isPrimary: true, jobTitle: '总监' },
        ],
      },
    });
  });

  test.each([
    ['for another reason', { reason: 'RETIRED', movedTo: { organizationName: 'x' } }, 'movedTo'],
    ['to no place', { reason: 'MOVED', movedTo: { jobTitle: '总监' } }, 'movedTo.customerId'],
    [
      'to a first day before the last at the old one, as the main position',
      { reason: 'MOVED', movedTo: { organizationName: 'x', validFrom: '2025-01-01' } },
      'movedTo.isPrimary',
    ],
  ])('refuses one %s, and ends nothing', async (_, input, path) => {
    const id = await start({ isPrimary: true });
    const result = await run('endAffiliation', { id, endedOn: '2025-12-31', ...input });
    expect(refusal(result)).toMatchObject({ code: 'INVALID', fields: [{ path }] });
    expect(await seen()).toMatchObject({ affiliations: { nodes: [{ validTo: null }] } });
  });
});

describe('an affiliation', () => {
  test('is at an external organisation, which lists it', async () => {
    const externalOrganizationId = newId();
    await start({ customerId: null, externalOrganizationId, jobTitle: '处长' });
    const r = [{ __typename: 'ExternalOrganization', id: externalOrganizationId }];
    const { data } = await contacts.execute(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ExternalOrganization {
        affiliations { nodes { jobTitle person { name } externalOrganization { id } } } } } }`,
      { r },
    );
    expect(data?.['_entities']).toEqual([
      {
        affiliations: {
          nodes: [
            {
              jobTitle: '处长',
              person: { name: '李雷' },
              externalOrganization: { id: externalOrganizationId },
            },
          ],
        },
      },
    ]);
  });

  test('has what its person decided lately, which goes with the rights of both', async () => {
    const affiliationId = await start();
    const decision = { affiliationId, decidedOn: '2026-05-01', content: '统一采购刀具' };
    const id = await made(
      contacts,
      'mutation ($input: RecordDecisionInput!) { record: recordDecision(input: $input) { id } }',
      decision,
    );
    await run('recordDecision', { ...decision, decidedOn: '2026-06-01', content: '更换供应商' });
    await run('updateDecision', { id, content: '统一采购刀具和量具' });
    const QUERY = `{ affiliation(id: "${affiliationId}") { recentDecisions(first: 5) {
      totalCount nodes { decidedOn content } } } }`;
    expect((await contacts.execute(QUERY)).data).toEqual({
      affiliation: {
        recentDecisions: {
          totalCount: 2,
          nodes: [
            { decidedOn: '2026-06-01', content: '更换供应商' },
            { decidedOn: '2026-05-01', content: '统一采购刀具和量具' },
          ],
        },
      },
    });
    const early = await run('recordDecision', { ...decision, decidedOn: '2099-01-01' });
    expect(refusal(early)).toMatchObject({ code: 'INVALID', fields: [{ path: 'decidedOn' }] });
    const stranger = { roles: ['rep' as const], staffId: await addStaff(contacts) };
    const foreign = await contacts.execute(
      `mutation { removeDecision(input: { id: "${id}" }) { id } }`,
      {},
      { viewer: stranger },
    );
    expect(refusal(foreign)).toMatchObject({ code: 'NOT_FOUND' });
    await run('removeDecision', { id });
    expect((await contacts.execute(QUERY)).data).toMatchObject({
      affiliation: { recentDecisions: { totalCount: 1 } },
    });
  });
});

const RECORD_EDUCATION = `mutation ($input: RecordEducationInput!) {
  record: recordEducation(input: $input) { id } }`;
const RECORD_CAREER = `mutation ($input: RecordCareerInput!) {
  record: recordCareer(input: $input) { id } }`;

describe('education and career', () => {
  const ALL = `query ($id: ID!) { person(id: $id) {
    educations { nodes { school level major grade from to } }
    careers { nodes { employer title note from to } } } }`;

  test('come back as they were given, the latest first, and are changed and removed', async () => {
    const school = {
      school: '清华大学',
      level: 'BACHELOR',
      major: '机械',
      grade: null,
      from: '1998-09-01',
      to: '2002-07-01',
    };
    const pupil = {
      school: '实验小学',
      level: null,
      major: null,
      grade: '四年级',
      from: '2020-09-01',
      to: null,
    };
    const job = {
      employer: '沈阳机床',
      title: '工程师',
      note: '研发',
      from: '2002-08-01',
      to: '2010-12-31',
    };
    await run('recordEducation', { personId, ...school });
    const pupilId = await made(contacts, RECORD_EDUCATION, { personId, ...pupil });
    const careerId = await made(contacts, RECORD_CAREER, { personId, ...job });
    expect((await contacts.execute(ALL, { id: personId })).data?.['person']).toEqual({
      educations: { nodes: [pupil, school] },
      careers: { nodes: [job] },
    });
    await run('updateEducation', { id: pupilId, grade: '五年级' });
    await run('removeCareer', { id: careerId });
    expect((await contacts.execute(ALL, { id: personId })).data?.['person']).toMatchObject({
      educations: { nodes: [{ grade: '五年级' }, {}] },
      careers: { nodes: [] },
    });
  });

  test.each([
    [
      'recordEducation',
      'an end before the beginning',
      { from: '2002-01-01', to: '2001-01-01', school: 'x' },
      'to',
    ],
    ['recordEducation', 'nothing at all', {}, 'school'],
    [
      'recordCareer',
      'an end before the beginning',
      { from: '2002-01-01', to: '2001-01-01', title: 'x' },
      'to',
    ],
    ['recordCareer', 'nothing at all', { note: 'x' }, 'employer'],
  ])('%s refuses %s', async (name, _, input, path) => {
    const result = await run(name, { personId, ...input });
    expect(refusal(result)).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('are hidden from those who may not read what is personal', async () => {
    await run('recordEducation', { personId, school: '北大' });
    const { data, errors } = await contacts.execute(
      ALL,
      { id: personId },
      { viewer: { roles: ['analyst'] } },
    );
    expect(errors).toBeUndefined();
    expect(data?.['person']).toEqual({ educations: null, careers: null });
  });

  test('of somebody out of reach are not changed', async () => {
    const other = await made(contacts, createPerson, {
      name: 'x',
      ownerId: await addStaff(contacts),
    });
    const { errors } = await contacts.execute(
      `mutation { recordCareer(input: { personId: "${other}", title: "x" }) { id } }`,
      {},
      { viewer: { roles: ['rep'], staffId: await addStaff(contacts) } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });
});
