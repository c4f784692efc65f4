import { beforeAll, expect, test } from '@jest/globals';
import { operationOfReadme } from '../examples/asking.ts';
import { eventually, meshMsMax } from '../harness.ts';
import { carePeople, type CarePeople } from './people.ts';

let care: CarePeople;

beforeAll(async () => {
  care = await carePeople();
}, meshMsMax);

async function survey(): Promise<string> {
  const data = await care.ask(operationOfReadme('AskSatisfaction'), { code: care.name('survey') });
  const { id, page } = Object(data['saveSurvey']);
  expect(page).toContain('How was our service?');
  return care.make('publishSurvey', { id }, 'SurveyStepInput');
}

/** The address of a page in a message. */
const linkIn = (text: string): string => /https?:\/\/\S+\/survey\/[\w-]+/.exec(text)?.[0] ?? '';

/** Sends the form of a page; gives what the page says to it. */
const answer = async (link = '', answers = {}): Promise<number> =>
  (await fetch(link, { method: 'POST', body: new URLSearchParams(answers) })).status;

test('a survey is sent by mail and SMS, answered once by a page, and counts for the customer', async () => {
  const surveyId = await survey();
  const customerId = await care.make('createCustomer', { name: care.name('满意') });
  const person = await care.contact(customerId, { purposes: ['SURVEY'] });
  const ask = async (channel: string, text: Readonly<Record<string, unknown>>): Promise<void> => {
    const templateId = await care.template(channel, text);
    await care.scheduled({ personId: person.id, channel, templateId, surveyId });
  };
  await ask('EMAIL', { subject: '请评价', body: '{{ survey.url }}' });
  await ask('SMS', { body: '请评价 {{ survey.url }}' });
  await eventually('the mail', async () => (await care.mailsTo(person.email)).length === 1, 30_000);
  await eventually('the SMS', async () => (await care.textsTo(person.mobile)).length === 1, 30_000);
  const [mail] = await care.mailsTo(person.email);
  const [sms] = await care.textsTo(person.mobile);
  const links = [linkIn(mail?.text ?? ''), linkIn(sms?.text ?? '')];
  expect(new Set(links).size).toBe(2);

  const page = await fetch(links[0] ?? '');
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([
    200,
    expect.stringContaining("default-src 'none'"),
  ]);
  expect(await page.text()).toContain('服务如何？');
  expect(await answer(links[0], { service: '5' })).toBe(422);
  expect(await answer(links[0], { service: '5', recommend: '9', words: '很好𠮷' })).toBe(200);
  expect(await answer(links[0], { service: '1', recommend: '0' })).toBe(410);
  expect(await answer(links[1], { service: '2', recommend: '3' })).toBe(200);
  expect(await answer(`${(links[1] ?? '').slice(0, -3)}AAA`, { service: '1' })).toBe(404);

  const data = await care.ask(operationOfReadme('SurveyResults'), { id: surveyId });
  expect(data['survey']).toMatchObject({
    results: { invited: 2, answered: 2, answerRate: 1, score: '62.50', nps: 0 },
    responses: { nodes: [{ person: { name: '李雷' } }, { person: { name: '李雷' } }] },
  });
  expect(JSON.stringify(data['survey'])).toContain('很好𠮷');

  await eventually('analytics to know', async () => {
    const known = await care.ask(
      'query ($id: ID!) { customer(id: $id) { indicator(code: "satisfaction_score") { value } } }',
      { id: customerId },
    );
    return Object(known['customer']).indicator.value === '62.5';
  });
});
