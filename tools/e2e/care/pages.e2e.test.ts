import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { browserMsMax, startBrowser } from '../browser.ts';
import { operationOfReadme } from '../examples/asking.ts';
import { eventually, meshMsMax } from '../harness.ts';
import { carePeople, type CarePeople } from './people.ts';

let care: CarePeople;
let browser: Browser;
let person: Awaited<ReturnType<CarePeople['contact']>>;
let surveyId: string;

beforeAll(async () => {
  browser = await startBrowser();
  care = await carePeople();
  const code = care.name('survey');
  const saved = await care.ask(operationOfReadme('AskSatisfaction'), { code });
  surveyId = await care.make(
    'publishSurvey',
    { id: Object(saved['saveSurvey']).id },
    'SurveyStepInput',
  );
  const customerId = await care.make('createCustomer', { name: care.name('页面') });
  person = await care.contact(customerId, { purposes: ['SURVEY'] });
  for (const [channel, subject] of [
    ['EMAIL', { subject: '请评价 <b>我们</b>' }] as const,
    ['SMS', {}] as const,
  ]) {
    const templateId = await care.template(channel, {
      ...subject,
      body: '请评价 {{ survey.url }}',
    });
    await care.scheduled({ personId: person.id, channel, templateId, surveyId });
  }
  await eventually('the mail', async () => (await care.mailsTo(person.email)).length === 1, 30_000);
  await eventually('the SMS', async () => (await care.textsTo(person.mobile)).length === 1, 30_000);
}, browserMsMax + meshMsMax);
afterAll(() => browser.close());

/** A telephone, on which people read their messages. What goes wrong in a page fails the test. */
async function open(address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(address);
  return page;
}

/** Whether all of a page can be read without moving it sideways. */
const fits = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

test('what was sent is found in the inboxes, and leads to the survey, which is answered there', async () => {
  const { mesh } = care.system;
  const inbox = await open(`http://127.0.0.1:${mesh.ports['mail-page']}/`);
  const mail = inbox.locator('article', { hasText: person.email });
  await mail.getByRole('link', { name: '请评价 <b>我们</b>' }).click();
  expect(await inbox.locator('pre').first().innerText()).toContain('/survey/');
  const link = /https?:\/\/\S+\/survey\/[\w-]+/.exec(await inbox.innerText('pre'))?.[0] ?? '';

  const page = await open(link);
  expect(await page.title()).toBe('服务满意度');
  expect(await fits(page)).toBe(true);
  await page.getByRole('button', { name: '提交' }).click();
  // The browser itself says what is missing, and sends nothing.
  expect(await page.locator(':invalid').count()).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('group', { name: 'How was our service?' }).getByLabel('5').check();
  await page.getByRole('group', { name: 'Would you recommend us?' }).getByLabel('9').check();
  await page.getByRole('textbox').fill('Good <script>alert(1)</script>');
  await page.getByRole('button', { name: 'Send' }).click();
  expect(await page.getByRole('heading').innerText()).toBe('Thank you for your answers');
  await page.goto(link);
  expect(await page.getByRole('heading').innerText()).toBe('您已答复过此问卷，谢谢');

  const texts = await open(`http://127.0.0.1:${mesh.ports.sms}/`);
  expect(await texts.locator('article', { hasText: person.mobile }).innerText()).toContain(
    '/survey/',
  );
});

test('somebody who wants no more says so with two clicks', async () => {
  const [mail] = await care.mailsTo(person.email);
  const [, link = ''] = /<([^>]+)>/.exec(mail?.headers?.['list-unsubscribe'] ?? '') ?? [];
  const page = await open(link);
  expect(await fits(page)).toBe(true);
  await page.getByRole('button', { name: '退订' }).click();
  expect(await page.getByRole('heading').innerText()).toBe('已退订');
});
