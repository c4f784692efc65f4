import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { signBody } from '@crm/kit/server/body-signature';
import type { HookCall } from '@crm/kit/server/hook-call';
import type { Reply } from '@crm/kit/server/http';
import type { TestResult } from '@crm/kit/testing/execute';
import { until } from '@crm/kit/testing/until';
import { systemViewer } from '@crm/kit/viewer';
import { ConsentRecorded } from '@crm/schemas/events/consent';
import { startDeliveryJob, type DeliveryJob } from '../delivery/delivery.job.ts';
import { unsubscribeUrl } from '../suppressed-address/unsubscribe-link.ts';
import { as, testCare, type TestCare } from '../testing/care.ts';
import { startMailCatcher, startSmsCatcher, type Catcher } from '../testing/catchers.ts';
import {
  addPerson,
  addTemplate,
  atNoon,
  deliveryKey,
  deliveryOf,
  queue,
  testSettings,
} from '../testing/deliveries.ts';
import { consentData } from '../testing/people.ts';
import { feedbackAnswerer } from './feedback.answer.ts';

let care: TestCare;
let mail: Catcher;
let sms: Catcher;
let job: DeliveryJob;
let templates: { readonly EMAIL: string; readonly SMS: string };
let settings: ReturnType<typeof testSettings>;

beforeAll(async () => {
  [care, mail, sms] = await Promise.all([
    testCare(),
    startMailCatcher(),
    startSmsCatcher({ SMS_KEY: deliveryKey }),
  ]);
  const EMAIL = { code: 'mail', channel: 'EMAIL', subject: 'x', body: 'x' };
  const SMS = { code: 'sms', channel: 'SMS', body: 'x' };
  templates = { EMAIL: await addTemplate(care, EMAIL), SMS: await addTemplate(care, SMS) };
  care.setClock(atNoon());
  settings = testSettings({ mail: mail.url, sms: sms.url });
  job = startDeliveryJob(care.app, settings);
});
afterAll(async () => {
  await job.stop();
  mail.stop();
  sms.stop();
  await care.stop();
});
beforeEach(async () => {
  await Promise.all([mail.clear(), sms.clear()]);
});

type Sent = { readonly personId: string; readonly taskId: string; readonly id: string };

async function sent(channel: 'EMAIL' | 'SMS', person: object): Promise<Sent> {
  const personId = await addPerson(care, person);
  await care.caughtUp();
  return sentTo(personId, channel);
}

async function sentTo(personId: string, channel: 'EMAIL' | 'SMS'): Promise<Sent> {
  const [taskId = ''] = await queue(care, [{ channel, personId, templateId: templates[channel] }]);
  await until(
    async () => !['QUEUED', 'SENDING'].includes((await deliveryOf(care, taskId)).status),
    { what: 'an outcome' },
  );
  return { personId, taskId, id: (await deliveryOf(care, taskId)).id };
}

const statusOf = async ({ taskId }: Sent): Promise<string> =>
  (await deliveryOf(care, taskId)).status;

const hook = (call: Partial<HookCall>): Promise<Reply> =>
  feedbackAnswerer(care.app, settings)(
    {
      viewer: systemViewer('hook'),
      requestId: newId(),
      lane: 'interactive',
      deadlineAt: Date.now() + 5000,
      consistency: null,
      signal: AbortSignal.timeout(5000),
    },
    { method: 'POST', path: '', contentType: '', signature: null, body: '', ...call },
  );

const tell = (path: string, told: object, key = deliveryKey): Promise<Reply> => {
  const body = JSON.stringify(told);
  return hook({ path, body, signature: signBody(key, body, care.app.now().getTime()) });
};

const linkOf = ({ id }: Sent): string =>
  unsubscribeUrl(settings, id).slice(`${settings.publicUrl}/hooks/care/`.length);

const eventsOf = async (type: string): Promise<readonly Record<string, unknown>[]> => {
  const rows: { payload: { data: Record<string, unknown> } }[] = await care.db.query(
    'SELECT payload FROM outbox WHERE type = ? ORDER BY id',
    [type],
  );
  return rows.map(({ payload }) => payload.data);
};

describe('whoever unsubscribes', () => {
  test('is asked once more by the page, and gets nothing from then on', async () => {
    const first = await sent('EMAIL', { email: 'li@example.com', mobile: '13800138000' });
    const page = await hook({ method: 'GET', path: linkOf(first) });
    expect(page.text).toContain('method="post"');
    expect(await statusOf(await sentTo(first.personId, 'EMAIL'))).toBe('ACCEPTED');

    const body = 'List-Unsubscribe=One-Click';
    expect(await hook({ path: linkOf(first), body })).toMatchObject({ status: 200 });
    expect(await hook({ path: linkOf(first), body })).toMatchObject({ status: 200 });

    expect(await statusOf(await sentTo(first.personId, 'EMAIL'))).toBe('SUPPRESSED');
    expect(await statusOf(await sentTo(first.personId, 'SMS'))).toBe('ACCEPTED');
    expect(await eventsOf('optout.recorded')).toEqual([
      {
        personId: first.personId,
        channel: 'EMAIL',
        purposes: ['CARE', 'MARKETING', 'SURVEY'],
        source: 'UNSUBSCRIBED',
        at: expect.any(String),
      },
    ]);
  });

  test('gets nothing at another address of the same person, nor does another at this address', async () => {
    const first = await sent('EMAIL', { email: 'family@example.com' });
    await hook({ path: linkOf(first), body: '' });
    const other = await sent('EMAIL', { name: '韩梅', email: 'FAMILY@example.com' });
    expect(await statusOf(other)).toBe('SUPPRESSED');
  });

  test('gets mails again after agreeing to them again', async () => {
    const first = await sent('EMAIL', { email: 'again@example.com' });
    await hook({ path: linkOf(first), body: '' });
    const at = new Date(Date.now() + 86_400_000).toISOString();
    const consent = consentData(first.personId, { channel: 'EMAIL', at });
    await care.tell(ConsentRecorded, { id: newId(), data: consent });
    await care.caughtUp();
    expect(await statusOf(await sentTo(first.personId, 'EMAIL'))).toBe('ACCEPTED');
  });

  test.each(['', 'x', 'AAAA', 'A'.repeat(43)])(
    'with a link of nobody (%j) changes nothing',
    async (token) => {
      const { status, text } = await hook({ path: `unsubscribe/${token}`, body: '' });
      expect([status, text]).toEqual([404, expect.stringContaining('链接无效')]);
    },
  );
});

describe('a provider', () => {
  test('tells of SMS that they arrived, even where its own answer was lost', async () => {
    await sms.fault({ mode: 'drop', receipt: 'none', times: 1 });
    const first = await sent('SMS', { mobile: '13800138001' });
    expect(await statusOf(first)).toBe('UNKNOWN');
    await tell('sms/receipts', { id: 'x', reference: first.id, status: 'delivered' });
    expect(await statusOf(first)).toBe('DELIVERED');
  });

  test('tells of a number that is none, which gets nothing more', async () => {
    const first = await sent('SMS', { mobile: '13800138002' });
    await tell('sms/receipts', { reference: first.id, status: 'unknown_number' });
    expect(await statusOf(first)).toBe('BOUNCED');
    expect(await statusOf(await sentTo(first.personId, 'SMS'))).toBe('SUPPRESSED');
  });

  test.each(['STOP', '退订'])('hands on a reply of %s, which ends messages', async (text) => {
    const mobile = text === 'STOP' ? '13800138003' : '13800138004';
    const first = await sent('SMS', { mobile });
    await tell('sms/replies', { from: `+86${mobile}`, text });
    expect(await statusOf(first)).toBe('REPLIED');
    expect(await statusOf(await sentTo(first.personId, 'SMS'))).toBe('SUPPRESSED');
    expect(await eventsOf('optout.recorded')).toContainEqual(
      expect.objectContaining({ personId: first.personId, channel: 'SMS', source: 'STOP' }),
    );
  });

  test('hands on other replies, which end nothing', async () => {
    const first = await sent('SMS', { mobile: '13800138005' });
    await tell('sms/replies', { from: '13800138005', text: '谢谢！' });
    expect(await statusOf(first)).toBe('REPLIED');
    expect(await statusOf(await sentTo(first.personId, 'SMS'))).toBe('ACCEPTED');
  });

  test('tells of mails that came back, and of complaints', async () => {
    const bounced = await sent('EMAIL', { email: 'bounce@example.com' });
    const messageId = `<${bounced.id}@guanxi.example>`;
    await tell('mail/events', { id: messageId, status: 'bounced' });
    expect(await statusOf(bounced)).toBe('BOUNCED');

    const angry = await sent('EMAIL', { email: 'angry@example.com' });
    await tell('mail/events', { reference: angry.id, status: 'complained' });
    expect(await statusOf(await sentTo(angry.personId, 'EMAIL'))).toBe('SUPPRESSED');
  });

  test('that does not sign is refused', async () => {
    const first = await sent('SMS', { mobile: '13800138006' });
    const told = { reference: first.id, status: 'unknown_number' };
    const wrong = 'wrong-key-0123456789-0123456789-0123456789';
    await expect(tell('sms/receipts', told, wrong)).rejects.toThrow('not signed');
    await expect(hook({ path: 'sms/replies', body: '{}' })).rejects.toThrow('not signed');
    await expect(tell('sms/replies', { text: 1 })).rejects.toMatchObject({
      extensions: { code: 'BAD_REQUEST' },
    });
    expect(await statusOf(first)).toBe('ACCEPTED');
    expect(await hook({ path: 'nothing' })).toMatchObject({ status: 404 });
  });
});

describe('an administrator', () => {
  const LIST = `query ($person: ID!) { suppressedAddresses(where: { personId: { eq: $person } }) {
    nodes { id channel reason liftedAt delivery { id } } } }`;
  const LIFT = `mutation ($input: LiftSuppressionInput!) { liftSuppression(input: $input) { note liftedAt } }`;

  test('sees where nothing is sent, and lets an address be used again', async () => {
    const first = await sent('SMS', { mobile: '13800138007' });
    await tell('sms/receipts', { reference: first.id, status: 'unknown_number' });
    const { data } = await care.execute(LIST, { person: first.personId });
    const [suppressed] = Object(data?.['suppressedAddresses']).nodes;
    expect(suppressed).toMatchObject({
      channel: 'SMS',
      reason: 'BOUNCED',
      liftedAt: null,
      delivery: { id: first.id },
    });
    const input = { id: suppressed.id, note: '号码已恢复' };
    const refused: TestResult = await care.execute(LIFT, { input }, as('rep'));
    expect(refused.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    await care.execute(LIFT, { input });
    expect(await statusOf(await sentTo(first.personId, 'SMS'))).toBe('ACCEPTED');
  });
});

test('a person is read into a text, by who may see the person', async () => {
  const personId = await addPerson(care, { name: '欧阳峰' });
  await care.caughtUp();
  const template = await addTemplate(care, {
    code: 'letter',
    channel: 'LETTER',
    body: '{{ person.salutation }}：{{ phrase.greeting }}',
  });
  const RENDER = `query ($t: ID!, $p: ID!) { renderTemplate(templateId: $t, personId: $p) { text } }`;
  const { data } = await care.execute(RENDER, { t: template, p: personId });
  expect(data?.['renderTemplate']).toEqual({
    text: expect.stringMatching(/^欧阳先生：感谢您/),
  });
  const other = await care.execute(RENDER, { t: template, p: personId }, as('rep'));
  expect(other.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
});
