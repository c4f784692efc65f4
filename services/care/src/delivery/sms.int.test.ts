import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort, startSmsCatcher, type Catcher } from '../testing/catchers.ts';
import { deliveryKey } from '../testing/deliveries.ts';
import type { Outcome } from './outcome.ts';
import { createSmsSender, type SmsSettings } from './sms.ts';

let catcher: Catcher;
beforeAll(async () => {
  catcher = await startSmsCatcher({ SMS_KEY: deliveryKey });
});
afterAll(() => catcher.stop());
beforeEach(async () => {
  await catcher.clear();
  await catcher.fault({ mode: 'none' });
});

const send = (settings: Partial<SmsSettings> = {}): Promise<Outcome> =>
  createSmsSender({
    url: catcher.url,
    key: deliveryKey,
    callbackUrl: 'http://127.0.0.1:9/',
    timeoutMs: 5000,
    ...settings,
  }).send({
    id: '019dcf0a-0000-7000-8000-000000000001',
    to: '+8613800138000',
    text: '【关系科技】生日快乐',
    providerTemplateId: null,
  });

test('a text message arrives, signed', async () => {
  expect(await send()).toEqual({ kind: 'ACCEPTED', providerMessageId: expect.any(String) });
  expect(await catcher.caught()).toMatchObject([
    { to: ['+8613800138000'], text: '【关系科技】生日快乐' },
  ]);
});

test('a text message with another signature is refused', async () => {
  expect(await send({ key: 'another-key-0123456789-0123456789-01' })).toMatchObject({
    kind: 'REFUSED',
    isAddress: false,
  });
});

describe('what comes of a text message', () => {
  test.each<[string, object, Partial<Outcome>]>([
    ['when there are too many', { mode: 'refuse', code: 429 }, { kind: 'LATER' }],
    ['when the provider is busy', { mode: 'refuse', code: 503 }, { kind: 'LATER' }],
    ['when something broke', { mode: 'refuse', code: 500 }, { kind: 'UNKNOWN' }],
    ['to no number', { mode: 'refuse', code: 422 }, { kind: 'REFUSED' }],
    ['when the connection broke', { mode: 'drop' }, { kind: 'UNKNOWN' }],
  ])('%s', async (_, fault, outcome) => {
    await catcher.fault({ ...fault, times: 1 });
    expect(await send()).toMatchObject(outcome);
  });

  test('is unknown when the provider took it and is silent', async () => {
    await catcher.fault({ mode: 'late', delayMs: 2000, times: 1 });
    expect(await send({ timeoutMs: 300 })).toMatchObject({ kind: 'UNKNOWN' });
    expect(await catcher.caught()).toHaveLength(1);
  });

  test('is known when there is no provider', async () => {
    expect(await send({ url: `http://127.0.0.1:${await freePort()}` })).toMatchObject({
      kind: 'LATER',
    });
  });
});
