import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { idToBytes, newId } from '@crm/kit/id';
import type { TestResult } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { until } from '@crm/kit/testing/until';
import { ConsentRecorded, ConsentWithdrawn } from '@crm/schemas/events/consent';
import { repository } from '@crm/tools/mesh/paths';
import { as, testCare, type TestCare } from '../testing/care.ts';
import { startMailCatcher, startSmsCatcher, type Catcher } from '../testing/catchers.ts';
import { addCustomer, addStaff } from '../testing/customers.ts';
import {
  addPerson,
  addTemplate,
  atNoon,
  deliveryKey,
  deliveryOf,
  queue,
  schedule,
  testSettings,
} from '../testing/deliveries.ts';
import { consentData } from '../testing/people.ts';
import { startDeliveryJob, type DeliveryJob } from './delivery.job.ts';

let care: TestCare;
let mail: Catcher;
let sms: Catcher;
let job: DeliveryJob;
let mailTemplate: string;
let smsTemplate: string;

beforeAll(async () => {
  [care, mail, sms] = await Promise.all([
    testCare(),
    startMailCatcher(),
    startSmsCatcher({ SMS_KEY: deliveryKey }),
  ]);
  mailTemplate = await addTemplate(care, {
    code: 'greeting_mail',
    channel: 'EMAIL',
    subject: '{{ person.salutation }}，生日快乐',
    body: '{{ phrase.greeting }} {{ company.name }}',
  });
  smsTemplate = await addTemplate(care, {
    code: 'greeting_sms',
    channel: 'SMS',
    body: '{{ person.salutation }}生日快乐',
    smsSignature: '关系科技',
  });
});
afterAll(async () => {
  mail.stop();
  sms.stop();
  await care.stop();
});
beforeEach(async () => {
  await Promise.all([mail.clear(), sms.clear()]);
  await Promise.all([mail.fault({ mode: 'none' }), sms.fault({ mode: 'none' })]);
  care.setClock(atNoon());
  job = startJob();
});
afterEach(() => job.stop());

const startJob = (): DeliveryJob =>
  startDeliveryJob(care.app, testSettings({ mail: mail.url, sms: sms.url }));

const inStatus = (taskId: string, status: string): Promise<void> =>
  until(async () => (await deliveryOf(care, taskId)).status === status, {
    what: `delivery ${status}`,
  });

async function queueMail(email: string, change: object = {}): Promise<string> {
  const personId = await addPerson(care, { email });
  await care.caughtUp();
  return queueFor(personId, change);
}

async function queueFor(personId: string, change: object = {}): Promise<string> {
  const [taskId = ''] = await queue(care, [
    { channel: 'EMAIL', personId, templateId: mailTemplate, ...change },
  ]);
  return taskId;
}

const RETRY = `mutation ($input: RetryDeliveryInput!) { retryDelivery(input: $input) { status } }`;
const retry = async (taskId: string, input: object = {}): Promise<TestResult> => {
  const { id } = await deliveryOf(care, taskId);
  return care.execute(RETRY, { input: { id, ...input } });
};

describe('a delivery', () => {
  test('is rendered for its person, sent once, and shows what was sent', async () => {
    const taskId = await queueMail('li.lei@example.com');
    await inStatus(taskId, 'ACCEPTED');

    expect(await mail.caught()).toMatchObject([
      { to: ['li.lei@example.com'], title: '李先生，生日快乐' },
    ]);
    const { data } = await care.execute(
      `query ($task: ID!) { deliveries(where: { taskId: { eq: $task } }) { nodes {
        subject content attempts acceptedAt text { number } template { code } person { id } } } }`,
      { task: taskId },
    );
    expect(data?.['deliveries']).toMatchObject({
      nodes: [
        {
          subject: '李先生，生日快乐',
          content: expect.stringContaining('关系科技'),
          attempts: 1,
          text: { number: 1 },
          template: { code: 'greeting_mail' },
        },
      ],
    });
  });

  test('is one for a task and a channel, however often it is queued', async () => {
    const personId = await addPerson(care, { email: 'once@example.com', mobile: '13800138001' });
    await care.caughtUp();
    const taskId = newId();
    for (let again = 0; again < 3; again += 1) {
      await queue(care, [{ taskId, channel: 'EMAIL', personId, templateId: mailTemplate }]);
    }
    await inStatus(taskId, 'ACCEPTED');
    await queue(care, [{ taskId, channel: 'EMAIL', personId, templateId: mailTemplate }]);
    await queue(care, [{ channel: 'SMS', personId, templateId: smsTemplate }]);
    await until(async () => (await sms.caught()).length === 1, { what: 'the SMS' });

    expect(await mail.caught()).toHaveLength(1);
    expect(await sms.caught()).toMatchObject([
      { to: ['+8613800138001'], text: '【关系科技】李先生生日快乐' },
    ]);
  });

  test('sends the text in use now, of whatever version the task names', async () => {
    const next = await addTemplate(care, {
      code: 'greeting_mail',
      channel: 'EMAIL',
      subject: '新版',
      body: 'x',
    });
    const taskId = await queueMail('version@example.com');
    await inStatus(taskId, 'ACCEPTED');
    expect(await mail.caught()).toMatchObject([{ title: '新版' }]);
    expect(next).not.toBe(mailTemplate);
  });

  test('waits until it is due, and is not sent when its day is over', async () => {
    const at = care.app.now().getTime();
    const due = await queueMail('later@example.com', { dueAt: new Date(at + 3_600_000) });
    const late = await queueMail('late@example.com', { expiresAt: new Date(at - 1) });
    await inStatus(late, 'SUPPRESSED');
    expect(await deliveryOf(care, late)).toMatchObject({ reason: 'TOO_LATE' });
    expect(await deliveryOf(care, due)).toMatchObject({ status: 'QUEUED' });

    care.setClock(new Date(at + 3_600_000));
    await inStatus(due, 'ACCEPTED');
  });

  test.each([
    ['without an address', {}, 'NO_ADDRESS'],
    ['at a wrong address', { email: 'no@address' }, 'NO_ADDRESS'],
  ])('to a person %s fails, and says why', async (_, person, reason) => {
    const personId = await addPerson(care, person);
    await care.caughtUp();
    const taskId = await queueFor(personId);
    await inStatus(taskId, 'FAILED');
    expect(await deliveryOf(care, taskId)).toMatchObject({ reason });
  });

  test('to nobody, and of a template of another channel, is not sent', async () => {
    const [nobody, wordless] = [
      await queueFor(newId()),
      await queueMail('words@example.com', { templateId: smsTemplate }),
    ];
    await inStatus(nobody, 'SUPPRESSED');
    await inStatus(wordless, 'FAILED');
    expect(await deliveryOf(care, wordless)).toMatchObject({ reason: 'NO_TEMPLATE' });
    expect(await mail.caught()).toEqual([]);
  });
});

const withdrawn = (personId: string) => ({
  id: newId(),
  data: consentData(personId, { status: 'WITHDRAWN', at: care.app.now().toISOString() }),
});

const deliveryDue = async (taskId: string): Promise<Date> => {
  const rows: { dueAt: Date }[] = await care.db.query(
    'SELECT dueAt FROM delivery WHERE taskId = ?',
    [idToBytes(taskId)],
  );
  return rows[0]?.dueAt ?? new Date(0);
};

const stateOf = async (taskId: string): Promise<unknown> => {
  const { data } = await care.execute(
    'query ($id: ID!) { careTask(id: $id) { state reason deliveries { nodes { status } } } }',
    { id: taskId },
  );
  return data?.['careTask'];
};

describe('a care task that is due', () => {
  test('is sent by itself, and knows what became of it', async () => {
    const personId = await addPerson(care, { email: 'task@example.com' });
    await care.caughtUp();
    const [taskId = ''] = await schedule(care, [
      { channel: 'EMAIL', personId, templateId: mailTemplate },
    ]);
    await until(async () => (await mail.caught()).length === 1, { what: 'the mail' });
    await inStatus(taskId, 'ACCEPTED');
    expect(await stateOf(taskId)).toEqual({
      state: 'SENT',
      reason: null,
      deliveries: { nodes: [{ status: 'ACCEPTED' }] },
    });
  });

  test('has failed when its outcome is unknown, and was sent when somebody has it sent again', async () => {
    await mail.fault({ mode: 'drop', times: 1 });
    const personId = await addPerson(care, { email: 'lost@example.com' });
    await care.caughtUp();
    const [taskId = ''] = await schedule(care, [
      { channel: 'EMAIL', personId, templateId: mailTemplate },
    ]);
    await until(async () => (await mail.caught()).length === 1, { what: 'the mail' });
    await inStatus(taskId, 'UNKNOWN');
    expect(await stateOf(taskId)).toMatchObject({ state: 'FAILED', reason: 'NO_ANSWER' });
    await retry(taskId, { confirmNotReceived: true });
    await inStatus(taskId, 'ACCEPTED');
    expect(await stateOf(taskId)).toMatchObject({ state: 'SENT', reason: null });
  });

  test('that was suppressed is sent when it is scheduled again', async () => {
    const personId = await addPerson(care, { email: 'again@example.com' });
    await care.caughtUp();
    const at = care.app.now().toISOString();
    await care.tell(ConsentWithdrawn, {
      id: newId(),
      data: consentData(personId, { status: 'WITHDRAWN', at }),
    });
    await care.caughtUp();
    const wanted = { channel: 'EMAIL', personId, templateId: mailTemplate } as const;
    const [taskId = ''] = await schedule(care, [wanted]);
    await until(async () => (await stateOf(taskId)) !== null, { what: 'the task' });
    await until(async () => Reflect.get(Object(await stateOf(taskId)), 'state') === 'SUPPRESSED', {
      what: 'to be suppressed',
    });
    const later = new Date(care.app.now().getTime() + 1000).toISOString();
    await care.tell(ConsentRecorded, { id: newId(), data: consentData(personId, { at: later }) });
    await care.caughtUp();
    await care.db.query("UPDATE careTask SET state = 'SCHEDULED' WHERE id = ?", [
      idToBytes(taskId),
    ]);
    await inStatus(taskId, 'ACCEPTED');
    expect(await mail.caught()).toHaveLength(1);
  });
});

describe('what stands against a delivery at the moment of sending', () => {
  test('counts, whatever was so when it was planned: a consent that was withdrawn', async () => {
    const personId = await addPerson(care, { email: 'withdrawn@example.com' });
    await care.caughtUp();
    const soon = new Date(care.app.now().getTime() + 60_000);
    const taskId = await queueFor(personId, { dueAt: soon });
    await care.tell(ConsentWithdrawn, withdrawn(personId));
    await care.caughtUp();
    care.setClock(soon);
    await inStatus(taskId, 'SUPPRESSED');
    expect(await deliveryOf(care, taskId)).toMatchObject({
      reason: 'NOT_ALLOWED',
      problem: 'WITHDRAWN',
    });
    expect(await mail.caught()).toEqual([]);
  });

  test('is a task that was taken back', async () => {
    const soon = new Date(care.app.now().getTime() + 60_000);
    const taskId = await queueMail('excluded@example.com', { dueAt: soon });
    await care.db.query("UPDATE careTask SET state = 'EXCLUDED' WHERE id = ?", [idToBytes(taskId)]);
    care.setClock(soon);
    await inStatus(taskId, 'SUPPRESSED');
    expect(await deliveryOf(care, taskId)).toMatchObject({ reason: 'CANCELLED' });
  });

  test('are quiet hours, until they end', async () => {
    const night = new Date(atNoon().getTime() + 11 * 3_600_000);
    care.setClock(night);
    const taskId = await queueMail('night@example.com');
    await until(async () => (await deliveryDue(taskId)) > night, { what: 'to be put off' });
    expect(await deliveryDue(taskId)).toEqual(new Date(atNoon().getTime() + 20 * 3_600_000));
    expect(await deliveryOf(care, taskId)).toMatchObject({ status: 'QUEUED', attempts: 0 });
    expect(await mail.caught()).toEqual([]);
  });
});

describe('a refusal', () => {
  test('that passes has it sent again later', async () => {
    await mail.fault({ mode: 'refuse', code: 450, stage: 'recipient', times: 1 });
    const taskId = await queueMail('grey@example.com');
    await until(async () => (await deliveryOf(care, taskId)).problem !== null, {
      what: 'a refusal',
    });
    expect(await deliveryOf(care, taskId)).toMatchObject({ status: 'QUEUED', attempts: 1 });

    care.setClock(new Date(atNoon().getTime() + 120_000));
    await inStatus(taskId, 'ACCEPTED');
    expect(await deliveryOf(care, taskId)).toMatchObject({ attempts: 2, problem: null });
    expect(await mail.caught()).toHaveLength(1);
  });

  test('for good bounces, and nothing is sent to the address again', async () => {
    await mail.fault({ mode: 'refuse', code: 550, status: '5.1.1', stage: 'recipient', times: 1 });
    const first = await queueMail('Gone@example.com');
    await inStatus(first, 'BOUNCED');

    const again = await queueMail('gone@example.com');
    await inStatus(again, 'SUPPRESSED');
    expect(await deliveryOf(care, again)).toMatchObject({ reason: 'ADDRESS_SUPPRESSED' });
    expect(await mail.caught()).toEqual([]);
  });
});

describe('an unknown outcome', () => {
  test('is kept, and sent again only by somebody who has made sure', async () => {
    await mail.fault({ mode: 'drop', times: 1 });
    const taskId = await queueMail('unknown@example.com');
    await inStatus(taskId, 'UNKNOWN');
    await job.stop();
    job = startJob();
    care.setClock(new Date(atNoon().getTime() + 3_600_000));
    const other = await queueMail('other@example.com');
    await inStatus(other, 'ACCEPTED');
    expect((await mail.caught()).map(({ to }) => to[0])).toEqual([
      'other@example.com',
      'unknown@example.com',
    ]);

    const refused = await retry(taskId);
    expect(refused.errors?.[0]?.extensions?.['code']).toBe('RULE_VIOLATION');
    await retry(taskId, { confirmNotReceived: true });
    await inStatus(taskId, 'ACCEPTED');
    const ids = (await mail.caught())
      .filter(({ to }) => to.includes('unknown@example.com'))
      .map(({ headers }) => headers?.['message-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('is that of a process which was killed while the provider had the message', async () => {
    await job.stop();
    await mail.fault({ mode: 'late', delayMs: 5000, times: 1 });
    const taskId = await queueMail('killed@example.com');
    const sender = startSender();
    await until(async () => (await mail.caught()).length === 1, {
      what: 'the mail',
      forMs: 20_000,
    });
    sender.kill('SIGKILL');
    await once(sender, 'exit');
    expect(await deliveryOf(care, taskId)).toMatchObject({ status: 'SENDING' });
    // What would take 15 s: nobody ends its sending in time.
    await care.db.query('UPDATE delivery SET sendingUntil = NOW(3) - INTERVAL 1 DAY');

    job = startJob();
    await inStatus(taskId, 'UNKNOWN');
    const other = await queueMail('afterwards@example.com');
    await inStatus(other, 'ACCEPTED');
    expect(
      (await mail.caught()).filter(({ to }) => to.includes('killed@example.com')),
    ).toHaveLength(1);
  });
});

const startSender = (): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(repository, 'services/care/src/testing/sender-process.ts'),
      String(care.db.options.database),
      mail.url,
      sms.url,
    ],
    { cwd: repository, stdio: 'inherit' },
  );

describe('who may see what', () => {
  test('is who reaches the customer or the person', async () => {
    const team = newId();
    const owner = await addStaff(care, { teamId: team });
    const customerId = await addCustomer(care, { ownerId: owner, teamId: team });
    const taskId = await queueMail('seen@example.com', { customerId });
    await inStatus(taskId, 'ACCEPTED');
    const SEE = `query ($task: ID!) { deliveries(where: { taskId: { eq: $task } }) {
      totalCount nodes { subject content } } }`;
    const seenBy = async (viewer: ReturnType<typeof as>): Promise<unknown> =>
      (await care.execute(SEE, { task: taskId }, viewer)).data?.['deliveries'];

    expect(await seenBy(as('rep', { staffId: owner }))).toMatchObject({ totalCount: 1 });
    expect(await seenBy(as('rep'))).toMatchObject({ totalCount: 0 });
    expect(await seenBy(as('partner'))).toMatchObject({ totalCount: 0 });
    expect(await seenBy(as('analyst'))).toMatchObject({ totalCount: 0 });

    const { id } = await deliveryOf(care, taskId);
    for (const role of ['rep', 'analyst', 'partner'] as const) {
      const { errors } = await care.execute(RETRY, { input: { id } }, as(role));
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain(errors?.[0]?.extensions?.['code']);
    }
  });

  test('costs the same statements for many people as for one', async () => {
    const OF = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Person {
      id deliveries(first: 5) { totalCount nodes { status template { code } } } } } }`;
    const people = [await addPerson(care, { email: 'a@example.com' })];
    for (let at = 0; at < 9; at += 1) people.push(await addPerson(care, {}));
    await care.caughtUp();
    const first = await queueFor(people[0] ?? '');
    await inStatus(first, 'ACCEPTED');
    await job.stop();
    await care.quiet();
    const read = (ids: readonly string[]): Promise<TestResult> =>
      care.execute(OF, { of: ids.map((id) => ({ __typename: 'Person', id })) });
    const one = await countStatements(care.db, () => read(people.slice(0, 1)));
    expect(await countStatements(care.db, () => read(people))).toBe(one);
    job = startJob();
  });
});
