import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { idToBytes, newId } from '@crm/kit/id';
import type { HookCall } from '@crm/kit/server/hook-call';
import type { Reply } from '@crm/kit/server/http';
import type { TestRequest } from '@crm/kit/testing/execute';
import { systemViewer, type Viewer } from '@crm/kit/viewer';
import ICAL from 'ical.js';
import { feedbackAnswerer } from '../feedback/feedback.answer.ts';
import { addCustomer, addPerson } from '../testing/planning.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';

const now = new Date('2026-12-07T02:00:00Z');
let care: StillCare;

beforeAll(async () => {
  care = await stillCare(now);
});
afterAll(() => care.stop());
beforeEach(() => care.setClock(now));

type Member = { readonly staffId: string; readonly teamId: string; readonly request: TestRequest };

/** Somebody of the staff, who may do what a salesperson may unless it is said. */
async function member(
  role: Viewer['roles'][number] = 'rep',
  teamId: string = newId(),
): Promise<Member> {
  const staffId = newId();
  await care.db.query(
    "INSERT INTO staffMember (id, code, name, teamId, active) VALUES (?, ?, '员工', ?, 1)",
    [idToBytes(staffId), staffId, idToBytes(teamId)],
  );
  const viewer = { subject: `staff:${staffId}`, staffId, teamIds: [teamId], roles: [role] };
  return { staffId, teamId, request: { viewer } };
}

const RENEW = `mutation ($input: RenewCalendarFeedInput!) { renewCalendarFeed(input: $input) {
  url feed { id scope revokedAt } } }`;
const REVOKE =
  'mutation ($input: RevokeCalendarFeedInput!) { revokeCalendarFeed(input: $input) { id revokedAt } }';

async function renew(
  { request }: Member,
  input: object = { scope: 'MINE' },
): Promise<{ readonly path: string; readonly id: string }> {
  const { data, errors } = await care.execute(RENEW, { input }, request);
  expect(errors).toBeUndefined();
  const { url, feed } = Object(data?.['renewCalendarFeed']);
  return { path: url.slice('/hooks/care/'.length), id: feed.id };
}

const read = (path: string, call: Partial<HookCall> = {}): Promise<Reply> =>
  feedbackAnswerer(care.app, {
    companyName: '',
    key: '',
    publicUrl: '',
    hookKeys: { EMAIL: '', SMS: '' },
  })(
    {
      viewer: systemViewer('hook'),
      requestId: newId(),
      lane: 'interactive',
      deadlineAt: Date.now() + 5000,
      consistency: null,
      signal: AbortSignal.timeout(5000),
    },
    { method: 'GET', path, contentType: '', signature: null, body: '', ...call },
  );

/** As another program reads the calendar. */
async function eventsAt(path: string): Promise<readonly ICAL.Event[]> {
  const { status, text, type } = await read(path);
  expect([status, type]).toEqual([200, 'text/calendar; charset=utf-8']);
  const calendar = new ICAL.Component(ICAL.parse(text.toString()));
  return calendar.getAllSubcomponents('vevent').map((each) => new ICAL.Event(each));
}

const summaries = async (path: string): Promise<readonly string[]> =>
  (await eventsAt(path)).map(({ summary }) => summary);

type Visit = { readonly of: Member; readonly name: string; readonly category?: string };

/** A visit in two days that somebody has to pay to one of his own people; gives the person. */
async function visit({ of, name, category = 'ROUTINE' }: Visit): Promise<string> {
  const { staffId: ownerId, teamId } = of;
  const customerId = await addCustomer(care, { name: `${name}公司`, ownerId, teamId });
  const personId = await addPerson(care, { name, ownerId, customerId });
  await care.db.query(
    `INSERT INTO careTask (id, version, createdAt, updatedAt, personId, customerId, occasionOn,
       category, purpose, state, channel, dueAt, assigneeId)
     VALUES (?, 1, ?, ?, ?, ?, '2026-12-09', ?, 'CARE', 'SELECTED', 'VISIT', '2026-12-09 01:00:00', ?)`,
    [idToBytes(newId()), now, now, idToBytes(personId), idToBytes(customerId), category].concat(
      idToBytes(ownerId),
    ),
  );
  return personId;
}

describe('a calendar feed', () => {
  test('holds what is somebody’s to do, and is read by another program', async () => {
    const [mine, other] = [await member(), await member()];
    await visit({ of: mine, name: '李;雷,𠮷' });
    await visit({ of: other, name: '韩梅' });
    const { path } = await renew(mine);
    const [event, ...more] = await eventsAt(path);
    expect(more).toEqual([]);
    expect(event?.summary).toBe('客户关怀 · 李;雷,𠮷 · 李;雷,𠮷公司');
    expect(event?.description).toBe('拜访 · 待办');
    expect(event?.startDate.toJSDate().toISOString()).toBe('2026-12-09T01:00:00.000Z');
    const english = await renew(mine, { scope: 'MINE', locale: 'EN' });
    expect((await eventsAt(english.path))[0]?.description).toBe('Visit · To do');
  });

  test('of a team holds what is to be done by whoever is in it', async () => {
    const lead = await member('manager');
    const colleague = await member('rep', lead.teamId);
    await visit({ of: colleague, name: '甲' });
    await visit({ of: await member(), name: '乙' });
    expect(await summaries((await renew(lead)).path)).toEqual([]);
    const { path } = await renew(lead, { scope: 'TEAM' });
    expect(await summaries(path)).toEqual(['客户关怀 · 甲 · 甲公司']);
    await care.db.query('UPDATE staffMember SET teamId = ? WHERE id = ?', [
      idToBytes(newId()),
      idToBytes(lead.staffId),
    ]);
    expect(await summaries(path)).toEqual([]);
  });

  test('shows no more than its owner may see at that moment', async () => {
    const mine = await member();
    const personId = await visit({ of: mine, name: '丙' });
    const { path } = await renew(mine);
    const other = idToBytes(newId());
    await care.db.query('UPDATE customerPulse SET ownerId = ?, teamId = ? WHERE ownerId = ?', [
      other,
      other,
      idToBytes(mine.staffId),
    ]);
    await care.db.query('UPDATE customerAccess SET ownerId = ?, teamId = ? WHERE ownerId = ?', [
      other,
      other,
      idToBytes(mine.staffId),
    ]);
    await care.db.query('UPDATE personPulse SET ownerId = ? WHERE id = ?', [
      other,
      idToBytes(personId),
    ]);
    expect(await summaries(path)).toEqual(['客户关怀']);
    await care.db.query('UPDATE staffMember SET active = 0 WHERE id = ?', [
      idToBytes(mine.staffId),
    ]);
    expect(await read(path)).toMatchObject({ status: 404 });
  });

  test('shows nothing of somebody’s life to who may not read what is personal', async () => {
    const analyst = await member('analyst');
    await visit({ of: analyst, name: '丁', category: 'SPECIAL' });
    expect(await summaries((await renew(analyst)).path)).toEqual([]);
  });

  test('is answered by nothing while it is the same', async () => {
    const mine = await member();
    await visit({ of: mine, name: '戊' });
    const { path } = await renew(mine);
    const { headers } = await read(path);
    const ifNoneMatch = String(headers?.['etag']);
    care.setClock(new Date(now.getTime() + 60_000));
    expect(await read(path, { ifNoneMatch })).toMatchObject({ status: 304, text: '' });
    await visit({ of: mine, name: '己' });
    expect(await read(path, { ifNoneMatch })).toMatchObject({ status: 200 });
  });

  test('has one address, which ends when it is renewed or revoked', async () => {
    const mine = await member();
    const first = await renew(mine);
    const second = await renew(mine);
    expect(second.id).toBe(first.id);
    expect(await read(first.path)).toMatchObject({ status: 404 });
    expect(await read(second.path)).toMatchObject({ status: 200 });

    const stranger = await member('manager');
    const input = { id: second.id };
    const refused = await care.execute(REVOKE, { input }, stranger.request);
    expect(refused.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    const revoked = await care.execute(REVOKE, { input }, mine.request);
    expect(Object(revoked.data?.['revokeCalendarFeed']).revokedAt).not.toBeNull();
    expect(await read(second.path)).toMatchObject({ status: 404 });
    expect(await read((await renew(mine)).path)).toMatchObject({ status: 200 });
    const { data } = await care.execute(
      '{ calendarFeeds { nodes { scope revokedAt } } }',
      {},
      mine.request,
    );
    expect(data?.['calendarFeeds']).toEqual({ nodes: [{ scope: 'MINE', revokedAt: null }] });
  });

  test.each(['calendar/x.ics', `calendar/${'A'.repeat(43)}.ics`, `calendar/${'A'.repeat(43)}`])(
    'is none at %s',
    async (path) => {
      expect(await read(path)).toEqual({ status: 404, text: '' });
    },
  );
});

test('the calendar of a team is that of whoever is in it', async () => {
  const lead = await member('manager');
  const colleague = await member('rep', lead.teamId);
  await visit({ of: colleague, name: '庚' });
  const { data } = await care.execute(
    `query ($teams: [ID!], $owner: ID) {
       team: careCalendar(from: "2026-12-01", to: "2026-12-31", teamIds: $teams) { totalCount }
       own: careCalendar(from: "2026-12-01", to: "2026-12-31", ownerId: $owner) { totalCount } }`,
    { teams: [lead.teamId], owner: lead.staffId },
    lead.request,
  );
  expect(data).toEqual({ team: { totalCount: 1 }, own: { totalCount: 0 } });
});
