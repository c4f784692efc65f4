import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { idToBytes, newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { eventOf } from '@crm/kit/testing/events';
import { countStatements } from '@crm/kit/testing/statements';
import { systemViewer } from '@crm/kit/viewer';
import { PersonMerged } from '@crm/schemas/events/person';
import { as } from '../testing/care.ts';
import { addCustomer, addPerson, idOf, occasionOf } from '../testing/planning.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';
import { settleTasks } from './task.commands.ts';
import type { Settlement } from './task.ts';

const now = new Date('2026-12-07T02:00:00Z');
let care: StillCare;
let customerId: string;
let ownerId: string;
let personId: string;

beforeAll(async () => {
  care = await stillCare(now);
});
afterAll(() => care.stop());
beforeEach(async () => {
  ownerId = newId();
  customerId = await addCustomer(care, { ownerId });
  personId = await addPerson(care, { customerId });
});

const CREATE = `mutation ($input: CreateCareTaskInput!) { record: createCareTask(input: $input) {
  id state category purpose occasion { code } person { id } customer { id } dueAt version } }`;
const EXCLUDE = `mutation ($ids: [ID!]!) { excludeCareTasks(input: { ids: $ids, reason: "不打扰" }) {
  id state version } }`;
const COMPLETE = `mutation ($input: CompleteCareTaskInput!) { record: completeCareTask(input: $input) {
  id state version } }`;

const create = (given: object = {}, request: TestRequest = {}): Promise<TestResult> =>
  care.execute(CREATE, { input: { personId, channel: 'VISIT', ...given } }, request);

const made = async (given: object = {}): Promise<string> => {
  const { data, errors } = await create(given);
  if (errors) throw new Error(JSON.stringify(errors));
  return idOf(data?.['record']);
};

const rep = (staffId: string): TestRequest => ({
  viewer: { subject: staffId, staffId, roles: ['rep'], teamIds: [newId()] },
});

const code = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];

const read = async (id: string, request: TestRequest = {}): Promise<unknown> => {
  const { data } = await care.execute(
    `{ careTask(id: "${id}") { state reason dueAt version } }`,
    {},
    request,
  );
  return data?.['careTask'];
};

test('a care agent gives care to everybody, and sets nothing up', async () => {
  const agent = as('care_agent');
  const { data, errors } = await create({}, agent);
  expect(errors).toBeUndefined();
  const input = { id: idOf(data?.['record']), note: '已拜访' };
  const done = await care.execute(COMPLETE, { input }, agent);
  expect(done.data?.['record']).toMatchObject({ state: 'DONE' });
  const labels = { zh: '模板', en: 'Template' };
  const template = await care.execute(
    'mutation ($input: SaveTemplateInput!) { saveTemplate(input: $input) { id } }',
    { input: { code: 'x', channel: 'SMS', locale: 'ZH_CN', labels, body: 'x' } },
    agent,
  );
  expect(code(template)).toBe('FORBIDDEN');
});

describe('createCareTask', () => {
  test('takes what is usual, and the customer of the person', async () => {
    const { data } = await create({ occasionId: await occasionOf(care, 'promotion') });
    expect(data?.['record']).toMatchObject({
      state: 'SELECTED',
      category: 'SPECIAL',
      purpose: 'CARE',
      occasion: { code: 'promotion' },
      person: { id: personId },
      customer: { id: customerId },
      dueAt: now.toISOString(),
    });
  });

  test('does once what is asked twice with one id', async () => {
    const clientMutationId = newId();
    const [one, other] = [await create({ clientMutationId }), await create({ clientMutationId })];
    expect(one.errors).toBeUndefined();
    expect(idOf(one.data?.['record'])).toBe(idOf(other.data?.['record']));
  });

  test('is for those who answer for the person or the customer', async () => {
    expect((await create({}, rep(ownerId))).errors).toBeUndefined();
    expect(code(await create({}, rep(newId())))).toBe('NOT_FOUND');
    expect(code(await create({}, as('analyst')))).toBe('FORBIDDEN');
    expect(code(await create({ personId: newId() }))).toBe('NOT_FOUND');
    expect(code(await create({ personId: 'nobody' }))).toBe('NOT_FOUND');
  });

  test('means the survivor of a merge', async () => {
    const old = await addPerson(care, { customerId });
    const data = { ownerId: null, teamId: null, survivorId: personId };
    await care.apply([eventOf(PersonMerged, { id: old, version: 2 }, data)]);
    const task = await create({ personId: old });
    expect(task.data?.['record']).toMatchObject({ person: { id: personId } });
  });
});

describe('a task', () => {
  test('is seen by those who reach its customer, and by nobody else', async () => {
    const id = await made();
    expect(await read(id, rep(ownerId))).toMatchObject({ state: 'SELECTED' });
    expect(await read(id, rep(newId()))).toBeNull();
    const partner = { viewer: { subject: 'p', roles: ['partner' as const], staffId: newId() } };
    expect(await read(id, partner)).toBeNull();
    await care.db.query(
      `INSERT INTO shareGrant (resourceId, granteeId, access, grantedAt) VALUES (?, ?, 'READ', NOW())`,
      [idToBytes(customerId), idToBytes(partner.viewer.staffId)],
    );
    expect(await read(id, partner)).toBeNull();
    expect(await read(id, rep(partner.viewer.staffId))).not.toBeNull();
  });

  test('of special care is hidden from those who may not read what is personal', async () => {
    const id = await made({ occasionId: await occasionOf(care, 'birthday') });
    const routine = await made();
    expect(await read(id, as('analyst'))).toBeNull();
    expect(await read(routine, as('analyst'))).toMatchObject({ state: 'SELECTED' });
  });

  test('is changed with the others of one call, or none of them is', async () => {
    const [one, other] = [await made(), await made()];
    await care.execute(COMPLETE, { input: { id: other } });
    expect(code(await care.execute(EXCLUDE, { ids: [one, other] }))).toBe('RULE_VIOLATION');
    expect(await read(one)).toMatchObject({ state: 'SELECTED' });
    expect(code(await care.execute(EXCLUDE, { ids: [one, newId()] }))).toBe('NOT_FOUND');
    expect(code(await care.execute(EXCLUDE, { ids: [] }))).toBe('INVALID');
    expect(code(await care.execute(EXCLUDE, { ids: [one] }, rep(newId())))).toBe('NOT_FOUND');
  });

  test('is completed at the version that was seen', async () => {
    const id = await made();
    const late = await care.execute(COMPLETE, { input: { id, expectedVersion: 9 } });
    expect(late.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 1 });
    const done = await care.execute(COMPLETE, { input: { id, expectedVersion: 1 } });
    expect(done.data?.['record']).toMatchObject({ state: 'DONE', version: 2 });
  });
});

const settle = (settlements: readonly Settlement[]): Promise<void> =>
  transact(care.db, (manager) =>
    settleTasks(
      { manager, viewer: systemViewer('care:sender'), now, requestId: newId() },
      settlements,
    ),
  );

describe('settleTasks', () => {
  test('writes what became of the sending, once', async () => {
    const id = await made({ channel: 'SMS' });
    const later = new Date('2026-12-08T02:00:00Z');
    await settle([{ id, state: 'SCHEDULED', reason: 'QUIET_HOURS', dueAt: later }]);
    expect(await read(id)).toMatchObject({ state: 'SCHEDULED', dueAt: later.toISOString() });
    await settle([{ id, state: 'SENT', reason: null }]);
    await settle([{ id, state: 'FAILED', reason: 'BOUNCED' }]);
    expect(await read(id)).toMatchObject({ state: 'SENT', reason: null, version: 3 });
  });
});

const on = (from: string, to: string): Promise<TestResult> =>
  care.execute(
    `query ($from: Date!, $to: Date!) { careCalendar(from: $from, to: $to) {
    nodes { id } } }`,
    { from, to },
  );

describe('lists', () => {
  test('of customers, people and staff are one statement each, however many there are', async () => {
    const people = await Promise.all([1, 2, 3].map(() => addPerson(care, { customerId })));
    for (const id of people) await made({ personId: id });
    const QUERY = `query ($people: [_Any!]!) { _entities(representations: $people) {
      ... on Person { careTasks { nodes { id state occasion { code } } } } } }`;
    const representations = people.map((id) => ({ __typename: 'Person', id }));
    const count = (of: readonly object[]): Promise<number> =>
      countStatements(care.db, () => care.execute(QUERY, { people: of }));
    expect(await count(representations)).toBe(await count(representations.slice(0, 1)));
    const { data } = await care.execute(QUERY, { people: representations });
    expect(data?.['_entities']).toMatchObject(
      people.map(() => ({ careTasks: { nodes: [{ state: 'SELECTED' }] } })),
    );
  });

  test('of days hold both of them, in the time of the company, and are bounded', async () => {
    await care.db.query('DELETE FROM careTask');
    const id = await made({ dueAt: '2026-12-09T12:59:00Z' });
    await made({ dueAt: '2026-12-10T00:00:00Z' });
    expect((await on('2026-12-08', '2026-12-09')).data).toEqual({
      careCalendar: { nodes: [{ id }] },
    });
    expect(code(await on('2026-01-01', '2026-12-31'))).toBe('INVALID');
    expect(code(await on('2026-12-09', '2026-12-08'))).toBe('INVALID');
  });

  test('show what somebody has to do', async () => {
    const later = await made({ dueAt: '2026-12-31T02:00:00Z' });
    const soon = await made({ dueAt: '2026-12-10T02:00:00Z' });
    await care.db.query('UPDATE careTask SET assigneeId = UUID_TO_BIN(?) WHERE id IN (?)', [
      ownerId,
      [later, soon].map((id) => Buffer.from(id.replaceAll('-', ''), 'hex')),
    ]);
    const { data } =
      await care.execute(`query { _entities(representations: [{ __typename: "StaffMember", id: "${ownerId}" }]) {
      ... on StaffMember { careTasksDue(withinDays: 7) { nodes { id } } } } }`);
    expect(data?.['_entities']).toEqual([{ careTasksDue: { nodes: [{ id: soon }] } }]);
  });
});
