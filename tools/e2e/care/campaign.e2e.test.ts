import { beforeAll, expect, test } from '@jest/globals';
import { operationOfReadme } from '../examples/asking.ts';
import { eventually, meshMsMax } from '../harness.ts';
import { carePeople, type CarePeople } from './people.ts';

let care: CarePeople;

beforeAll(async () => {
  care = await carePeople();
}, meshMsMax);

/** The day it is where the company is. */
const today = (): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());

test('a promotion goes once, by mail and SMS, to those who have agreed to it, and its figures tell what came of it', async () => {
  const customerId = await care.make('createCustomer', { name: care.name('推广') });
  const willing = await care.contact(customerId, {
    roles: ['KEY_PERSON'],
    purposes: ['MARKETING'],
  });
  const byText = await care.contact(customerId, { roles: ['KEY_PERSON'], purposes: ['MARKETING'] });
  const caring = await care.contact(customerId, { roles: ['KEY_PERSON'], purposes: ['CARE'] });
  await care.make('setPreferences', { personId: byText.id, doNotContact: ['EMAIL'] });
  const templates = [
    {
      channel: 'EMAIL',
      templateId: await care.template('EMAIL', { subject: '新品上市', body: '九折优惠' }),
    },
    { channel: 'SMS', templateId: await care.template('SMS', { body: '九折优惠，回T退订' }) },
  ];
  const variables = { customerId, templates, startsOn: today() };
  await eventually('care to know everybody', async () => {
    const { campaign: _, ...preview } = Object(
      (await care.ask(operationOfReadme('PromotionPreview'), variables))['campaignPreview'],
    );
    const scheduled = Object(preview).counts.find(
      ({ state }: { state: string }) => state === 'SCHEDULED',
    );
    const byChannel = new Set(
      Object(preview).entries.map(({ channel }: { channel: string }) => channel),
    );
    return scheduled?.count === 2 && byChannel.has('SMS') && preview.audienceSize === 3;
  });
  const data = await care.ask(operationOfReadme('CreatePromotion'), variables);
  const id: string = Object(data['createCampaign']).id;
  await care.make('activateCampaign', { id }, 'CampaignStepInput');
  await eventually(
    'the mail',
    async () => (await care.mailsTo(willing.email)).length === 1,
    30_000,
  );
  await eventually('the SMS', async () => (await care.textsTo(byText.mobile)).length === 1, 30_000);

  const [mail] = await care.mailsTo(willing.email);
  const [, link = ''] = /<([^>]+)>/.exec(mail?.headers?.['list-unsubscribe'] ?? '') ?? [];
  await fetch(link, { method: 'POST', body: 'List-Unsubscribe=One-Click' });
  const results = async (): Promise<Record<string, unknown>> => {
    const found = await care.ask(operationOfReadme('CampaignResults'), { id });
    return Object(found['campaign']).results;
  };
  await eventually('the receipt of the SMS', async () => (await results())['delivered'] === 1);
  expect(await results()).toMatchObject({
    members: 3,
    suppressed: 1,
    suppressedBy: [{ reason: 'NO_CONSENT', count: 1 }],
    sent: 2,
    bounced: 0,
    unsubscribed: 1,
  });

  await care.make('pauseCampaign', { id }, 'CampaignStepInput');
  await care.make('activateCampaign', { id }, 'CampaignStepInput');
  const later = await care.contact(customerId, { roles: ['KEY_PERSON'], purposes: ['MARKETING'] });
  await eventually(
    'the campaign to have gone on',
    async () =>
      [...(await care.mailsTo(later.email)), ...(await care.textsTo(later.mobile))].length === 1,
    30_000,
  );
  expect(await care.mailsTo(willing.email)).toHaveLength(1);
  expect(await care.textsTo(byText.mobile)).toHaveLength(1);
  expect(await care.mailsTo(caring.email)).toHaveLength(0);
});
