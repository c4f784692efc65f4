import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { idToBytes, newId } from '@crm/kit/id';
import type { HookCall } from '@crm/kit/server/hook-call';
import type { Reply } from '@crm/kit/server/http';
import type { TestResult } from '@crm/kit/testing/execute';
import { statementsOf } from '@crm/kit/testing/statements';
import { until } from '@crm/kit/testing/until';
import { systemViewer } from '@crm/kit/viewer';
import { ConsentRecorded } from '@crm/schemas/events/consent';
import { PreferenceChanged } from '@crm/schemas/events/preference';
import { startDeliveryJob, type DeliveryJob } from '../delivery/delivery.job.ts';
import { feedbackAnswerer } from '../feedback/feedback.answer.ts';
import { as, testCare, type TestCare } from '../testing/care.ts';
import { startMailCatcher, startSmsCatcher, type Catcher } from '../testing/catchers.ts';
import {
  addPerson,
  addTemplate,
  atNoon,
  deliveryKey,
  testSettings,
} from '../testing/deliveries.ts';
import { consentData, preferenceData } from '../testing/people.ts';
import { addSurvey, PUBLISH_SURVEY, questions, SAVE_SURVEY } from '../testing/surveys.ts';

let care: TestCare;
let mail: Catcher;
let sms: Catcher;
let job: DeliveryJob;
let settings: ReturnType<typeof testSettings>;
let templateId: string;
let smsTemplateId: string;
let plainTemplateId: string;

beforeAll(async () => {
  [care, mail, sms] = await Promise.all([
    testCare(),
    startMailCatcher(),
    startSmsCatcher({ SMS_KEY: deliveryKey }),
  ]);
  const body = '请评价我们：{{ survey.url }}';
  templateId = await addTemplate(care, { code: 'ask', channel: 'EMAIL', subject: '调查', body });
  smsTemplateId = await addTemplate(care, { code: 'ask_sms', channel: 'SMS', body });
  plainTemplateId = await addTemplate(care, { code: 'x', channel: 'SMS', body: 'x' });
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
  care.setClock(atNoon());
});

const codeOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];
const pathsOf = ({ errors }: TestResult): unknown =>
  Object(errors?.[0]?.extensions?.['fields']).map(({ path }: { path: string }) => path);

let made = 0;

/** Somebody who has agreed to be asked. */
async function addRespondent(): Promise<{ readonly id: string; readonly email: string }> {
  made += 1;
  const email = `asked.${made}@example.com`;
  const mobile = `138001380${String(made).padStart(2, '0')}`;
  const id = await addPerson(care, { email, mobile });
  await care.tell(ConsentRecorded, { id: newId(), data: consentData(id, { purpose: 'SURVEY' }) });
  await care.caughtUp();
  return { id, email };
}

const CREATE = 'mutation ($input: CreateCareTaskInput!) { createCareTask(input: $input) { id } }';

const ask = (personId: string, input: object): Promise<TestResult> =>
  care.execute(CREATE, { input: { personId, channel: 'EMAIL', templateId, ...input } });

/** Sends a survey to somebody new; gives the link that the mail holds. */
async function asked(
  surveyId: string,
): Promise<{ readonly link: string; readonly personId: string }> {
  const { id, email } = await addRespondent();
  const { errors } = await ask(id, { surveyId });
  expect(errors).toBeUndefined();
  const mails = async () => (await mail.caught()).filter(({ to }) => to.includes(email));
  await until(async () => (await mails()).length === 1, { what: 'the mail' });
  const [, link = ''] = /hooks\/care\/(survey\/\S+)/.exec((await mails())[0]?.text ?? '') ?? [];
  return { link, personId: id };
}

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

const open = (path: string): Promise<Reply> => hook({ method: 'GET', path });
const answer = (path: string, body: string): Promise<Reply> => hook({ path, body });

describe('a survey', () => {
  test('is refused with all that is wrong with it', async () => {
    const labels = { zh: '调查', en: ' ' };
    const result = await care.execute(SAVE_SURVEY, {
      input: {
        code: '调查',
        labels,
        opensOn: '2026-12-02',
        closesOn: '2026-12-01',
        questions: [
          { code: 'a', kind: 'RATING', labels: { zh: 'a', en: 'a' }, scale: 11 },
          { code: 'a', kind: 'CHOICE', labels: { zh: 'a', en: 'a' } },
          { code: '1', kind: 'TEXT', labels: { zh: 'a', en: 'a' }, scale: 3 },
        ],
      },
    });
    expect(codeOf(result)).toBe('INVALID');
    expect(pathsOf(result)).toEqual([
      'code',
      'labels.en',
      'closesOn',
      'questions.1.code',
      'questions.0.scale',
      'questions.1.options',
      'questions.2.code',
      'questions.2.scale',
    ]);
  });

  test('stays as it is once it is published, but for its days', async () => {
    const id = await addSurvey(care, { code: 'locked' });
    const change = (input: object) => care.execute(SAVE_SURVEY, { input: { id, ...input } });
    expect((await change({ closesOn: '2030-01-01' })).errors).toBeUndefined();
    expect(codeOf(await change({ questions: questions.slice(1) }))).toBe('RULE_VIOLATION');
    expect(codeOf(await change({ code: 'other' }))).toBe('INVALID');
  });

  test('is made by administrators, and read by all of the company', async () => {
    const input = { code: 'mine', labels: { zh: '调查', en: 'Survey' }, questions };
    expect(codeOf(await care.execute(SAVE_SURVEY, { input }, as('rep')))).toBe('FORBIDDEN');
    const id = await addSurvey(care, { code: 'read' });
    const READ =
      'query ($id: ID!) { survey(id: $id) { code page(locale: EN) questions { label(locale: EN) } } }';
    const { data } = await care.execute(READ, { id }, as('rep'));
    expect(data?.['survey']).toMatchObject({
      code: 'read',
      page: expect.stringContaining('How was our service?'),
    });
    expect((await care.execute(READ, { id }, as('partner'))).data?.['survey']).toBeNull();
  });

  test('is sent to nobody who has not agreed to be asked, nor by a text without its link', async () => {
    const surveyId = await addSurvey(care, { code: 'consent' });
    const personId = await addPerson(care, { email: 'care.only@example.com' });
    await care.caughtUp();
    const refused = await ask(personId, { surveyId });
    expect([codeOf(refused), refused.errors?.[0]?.message]).toEqual([
      'RULE_VIOLATION',
      expect.stringContaining('NO_CONSENT'),
    ]);
    const { id } = await addRespondent();
    const bySms = { channel: 'SMS', surveyId };
    expect(pathsOf(await ask(id, { ...bySms, templateId: plainTemplateId }))).toEqual([
      'templateId',
    ]);
    expect(
      pathsOf(await ask(id, { ...bySms, templateId: smsTemplateId, purpose: 'CARE' })),
    ).toEqual(['purpose']);
    expect(pathsOf(await ask(id, {}))).toEqual(['templateId']);
    const byPhone = { channel: 'PHONE', templateId: null, surveyId };
    expect(pathsOf(await ask(id, byPhone))).toEqual(['channel']);
    const draft = await care.execute(SAVE_SURVEY, {
      input: { code: 'draft', labels: { zh: '调查', en: 'Survey' }, questions },
    });
    const { id: draftId } = Object(draft.data?.['saveSurvey']);
    expect(codeOf(await ask(id, { surveyId: draftId }))).toBe('RULE_VIOLATION');
  });
});

describe('the page of a survey', () => {
  test('takes the answers of its person once, and looking at it uses nothing up', async () => {
    const surveyId = await addSurvey(care, { code: 'once' });
    const { link, personId } = await asked(surveyId);
    expect(await open(link)).toMatchObject({ status: 200 });
    let page: Reply = { status: 0, text: '' };
    const statements = await statementsOf(care.db, async () => {
      page = await open(link);
    });
    expect(statements.filter(({ sql }) => sql.includes('FOR UPDATE'))).toEqual([]);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('服务如何？')]);
    expect(page.text).toContain('&lt;阀门&gt;');

    const missing = await answer(link, 'service=5&words=%3Cb%3E');
    expect(missing.status).toBe(422);
    expect(missing.text).toContain('请回答此问题');
    expect(missing.text).toContain('&lt;b&gt;');

    const both = await Promise.all([
      answer(link, 'service=5&recommend=9'),
      answer(link, 'service=1&recommend=1'),
    ]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 410]));
    expect(await answer(link, 'service=1&recommend=1')).toMatchObject({
      status: 410,
      text: expect.stringContaining('您已答复过'),
    });
    const { data } = await care.execute(
      `query ($id: ID!) { surveyResponses(where: { personId: { eq: $id } }) { totalCount nodes {
         survey { code } person { id } answers { question { code } values text } } } }`,
      { id: personId },
    );
    expect(data?.['surveyResponses']).toMatchObject({
      totalCount: 1,
      nodes: [{ survey: { code: 'once' }, person: { id: personId } }],
    });
  });

  test('is in the language of the person, and in the other on demand', async () => {
    const surveyId = await addSurvey(care, { code: 'english' });
    const { link, personId } = await asked(surveyId);
    const language = preferenceData(personId, { language: 'en-GB' });
    await care.tell(PreferenceChanged, { id: newId(), data: language });
    await care.caughtUp();
    expect((await open(link)).text).toContain('lang="en"');
    expect((await open(`${link}/zh`)).text).toContain('服务如何？');
    const page = (await open(link)).text;
    expect(page).toContain(`${settings.publicUrl}/hooks/care/${link}/zh`);
    expect((await answer(`${link}/en`, 'service=3&recommend=7')).text).toContain('Thank you');
  });

  test.each(['survey', 'survey/', 'survey/AAAA', `survey/${'A'.repeat(43)}`])(
    'is none at %j',
    async (path) => {
      const { status, text } = await answer(path, 'service=1&recommend=1');
      expect([status, text]).toEqual([404, expect.stringContaining('链接无效')]);
    },
  );

  test('says that a survey is over', async () => {
    const surveyId = await addSurvey(care, { code: 'over', closesOn: '2030-01-01' });
    const { link } = await asked(surveyId);
    care.setClock(new Date('2030-01-01T15:59:00Z'));
    expect(await open(link)).toMatchObject({ status: 200 });
    care.setClock(new Date('2030-01-01T16:00:00Z'));
    expect(await answer(link, 'service=1&recommend=1')).toMatchObject({
      status: 410,
      text: expect.stringContaining('此问卷已结束'),
    });
  });

  test('is reached by no link that staff can read', async () => {
    const surveyId = await addSurvey(care, { code: 'secret' });
    const { link, personId } = await asked(surveyId);
    const { data } = await care.execute(
      'query ($id: ID!) { deliveries(where: { personId: { eq: $id } }) { nodes { content } } }',
      { id: personId },
    );
    const [delivery] = Object(data?.['deliveries']).nodes;
    expect(delivery.content).toContain('/hooks/care/survey/…');
    expect(delivery.content).not.toContain(link.split('/')[1]);
    expect(delivery.content).toMatch(/\/hooks\/care\/unsubscribe\/…(\s|$)/);
  });

  test('is not sent once the survey is closed', async () => {
    const surveyId = await addSurvey(care, { code: 'closing' });
    const { id } = await addRespondent();
    const dueAt = new Date(care.app.now().getTime() + 3_600_000);
    await ask(id, { surveyId, dueAt });
    const CLOSE = 'mutation ($input: SurveyStepInput!) { closeSurvey(input: $input) { status } }';
    await care.execute(CLOSE, { input: { id: surveyId } });
    care.setClock(dueAt);
    const task = async () => {
      const { data } = await care.execute(
        'query ($id: ID!) { careTasks(where: { personId: { eq: $id } }) { nodes { state reason } } }',
        { id },
      );
      return Object(data?.['careTasks']).nodes[0];
    };
    await until(async () => (await task()).state !== 'SCHEDULED', { what: 'an end' });
    expect(await task()).toEqual({ state: 'SUPPRESSED', reason: 'SURVEY_CLOSED' });
  });
});

describe('results', () => {
  const RESULTS = `query ($where: SurveyWhere) { surveys(where: $where) { nodes { code results {
    invited answered answerRate score nps
    questions { answered average nps values { value label count share } } } } } }`;

  test('are the figures of what the viewer may read, for all surveys in one statement', async () => {
    const surveyId = await addSurvey(care, { code: 'figures' });
    const links = [await asked(surveyId), await asked(surveyId), await asked(surveyId)];
    await answer(
      links[0]?.link ?? '',
      'service=5&recommend=10&reasons=price&reasons=speed&words=x',
    );
    await answer(links[1]?.link ?? '', 'service=2&recommend=3&reasons=price');
    const where = { code: { eq: 'figures' } };
    const { data } = await care.execute(RESULTS, { where });
    const [{ results }] = Object(data?.['surveys']).nodes;
    expect(results).toMatchObject({
      invited: 3,
      answered: 2,
      answerRate: 2 / 3,
      score: '62.50',
      nps: 0,
    });
    expect(results.questions[0]).toMatchObject({ answered: 2, average: 3.5 });
    expect(results.questions[3]).toMatchObject({
      answered: 2,
      values: [
        { value: 'price', label: '价格', count: 2, share: 1 },
        { value: 'quality', count: 0 },
        { value: 'speed', count: 1, share: 0.5 },
      ],
    });
    expect(results.questions[4]).toMatchObject({ answered: 1 });

    const nobody = await care.execute(RESULTS, { where }, as('rep'));
    expect(Object(nobody.data?.['surveys']).nodes[0].results).toMatchObject({
      invited: 0,
      answered: 0,
      answerRate: null,
      nps: null,
    });
    const statements = await statementsOf(care.db, () => care.execute(RESULTS, {}));
    expect(statements.filter(({ sql }) => sql.includes('JSON_TABLE')).length).toBe(1);
  });

  test('hold no words for those who may not read what is personal, and nothing for partners', async () => {
    const surveyId = await addSurvey(care, { code: 'words' });
    const { link, personId } = await asked(surveyId);
    await answer(link, 'service=5&recommend=10&words=%E7%A7%98%E5%AF%86');
    const analyst = await care.execute(
      RESULTS,
      { where: { code: { eq: 'words' } } },
      as('analyst'),
    );
    expect(Object(analyst.data?.['surveys']).nodes[0].results.questions[0]).toEqual({
      answered: 1,
      average: null,
      nps: null,
      values: [],
    });
    const { data } = await care.execute(
      'query ($id: ID!) { survey(id: $id) { responses { nodes { score answers { text } } } } }',
      { id: surveyId },
      as('analyst'),
    );
    expect(Object(data?.['survey']).responses.nodes).toEqual([{ score: '100.00', answers: null }]);
    const staffId = newId();
    await care.db.query('UPDATE personPulse SET ownerId = ? WHERE id = ?', [
      idToBytes(staffId),
      idToBytes(personId),
    ]);
    const countFor = async (role: 'partner' | 'rep'): Promise<unknown> => {
      const read = await care.execute(
        'query ($id: ID!) { surveyResponses(where: { personId: { eq: $id } }) { totalCount } }',
        { id: personId },
        as(role, { staffId }),
      );
      return Object(read.data?.['surveyResponses']).totalCount;
    };
    expect([await countFor('rep'), await countFor('partner')]).toEqual([1, 0]);
    const events: { payload: { data: object } }[] = await care.db.query(
      "SELECT payload FROM outbox WHERE type = 'survey.answered' ORDER BY id DESC LIMIT 1",
    );
    expect(events[0]?.payload.data).toEqual({
      surveyId,
      taskId: expect.any(String),
      personId: expect.any(String),
      customerId: null,
      kind: 'SATISFACTION',
      score: '100.00',
      nps: 10,
      answeredAt: expect.any(String),
    });
  });
});

test('publishing twice changes nothing, and a closed survey stays closed', async () => {
  const id = await addSurvey(care, { code: 'twice' });
  const publish = () => care.execute(PUBLISH_SURVEY, { input: { id } });
  expect((await publish()).data?.['publishSurvey']).toMatchObject({ status: 'PUBLISHED' });
  await care.execute(
    'mutation ($input: SurveyStepInput!) { closeSurvey(input: $input) { status } }',
    { input: { id } },
  );
  expect(codeOf(await publish())).toBe('RULE_VIOLATION');
});
