import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { startMailCatcher, type Catcher } from '../testing/catchers.ts';
import { smtpSettings } from '../testing/deliveries.ts';
import type { Outcome, Sender } from './outcome.ts';
import { createSmtpSender, type Mail, type SmtpSettings } from './smtp.ts';

let catcher: Catcher;
let sender: Sender<Mail>;

beforeAll(async () => {
  catcher = await startMailCatcher();
});
afterAll(() => catcher.stop());
beforeEach(async () => {
  await catcher.clear();
  await catcher.fault({ mode: 'none' });
  sender = createSmtpSender(smtpSettings(catcher.url));
});
afterEach(() => sender.close());

const mail: Mail = {
  id: '019dcf0a-0000-7000-8000-000000000001',
  to: 'li@example.com',
  subject: '生日快乐',
  text: '您好\n.\n再见',
  html: '<p>您好</p>',
  unsubscribeUrl: 'https://crm.guanxi.example/hooks/care/unsubscribe/x',
};

const send = (change: Partial<Mail> = {}): Promise<Outcome> => sender.send({ ...mail, ...change });

async function sendWith(settings: Partial<SmtpSettings>): Promise<Outcome> {
  const other = createSmtpSender({ ...smtpSettings(catcher.url), ...settings });
  const outcome = await other.send(mail);
  await other.close();
  return outcome;
}

describe('a mail', () => {
  test('arrives as it was written, and says how to end such mails', async () => {
    expect(await send()).toEqual({
      kind: 'ACCEPTED',
      providerMessageId: '<019dcf0a-0000-7000-8000-000000000001@guanxi.example>',
    });
    const [caught, ...others] = await catcher.caught();
    expect(others).toEqual([]);
    expect(caught).toMatchObject({
      to: ['li@example.com'],
      title: '生日快乐',
      text: '您好\n.\n再见',
      html: '<p>您好</p>',
      from: '"关系科技" <care@guanxi.example>',
      headers: {
        'list-unsubscribe': '<https://crm.guanxi.example/hooks/care/unsubscribe/x>',
        'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
        'auto-submitted': 'auto-generated',
      },
    });
  });

  test('is signed where there is a key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 1024,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const dkim = { domainName: 'guanxi.example', keySelector: 'care', privateKey };
    expect(await sendWith({ dkim })).toMatchObject({ kind: 'ACCEPTED' });
    const [caught] = await catcher.caught();
    expect(caught?.headers?.['dkim-signature']).toContain('d=guanxi.example');
  });

  test('has one recipient and no header that a value has brought', async () => {
    await send({
      to: 'li@example.com',
      subject: 'x\r\nBcc: all@example.com\r\n\r\n<script>',
    });
    const [caught] = await catcher.caught();
    expect(caught?.to).toEqual(['li@example.com']);
    expect(Object.keys(caught?.headers ?? {})).not.toContain('bcc');
    expect(caught?.text).toBe('您好\n.\n再见');
  });

  test('goes over a connection that is there, and over a new one when that is dead', async () => {
    for (const id of [newId(), newId(), newId()]) {
      expect(await send({ id })).toMatchObject({ kind: 'ACCEPTED' });
    }
    await catcher.fault({ mode: 'drop', stage: 'recipient', times: 1 });
    expect(await send()).toMatchObject({ kind: 'LATER' });
    expect(await send()).toMatchObject({ kind: 'ACCEPTED' });
    expect(await catcher.caught()).toHaveLength(4);
  });
});

describe('what comes of a mail', () => {
  const refusal = { mode: 'refuse' } as const;

  test.each<[string, object, Outcome]>([
    [
      'that is put off',
      { ...refusal, code: 450, stage: 'recipient' },
      { kind: 'LATER', problem: 'refused at RCPT TO with 450' },
    ],
    [
      'that is put off at its end',
      { ...refusal, code: 451, status: '4.7.1' },
      { kind: 'LATER', problem: 'refused at DATA with 451 4.7.1' },
    ],
    [
      'to nobody',
      { ...refusal, code: 550, stage: 'recipient', status: '5.1.1' },
      { kind: 'REFUSED', problem: 'refused at RCPT TO with 550 5.1.1', isAddress: true },
    ],
    [
      'to nobody, by an old server',
      { ...refusal, code: 550, stage: 'recipient' },
      { kind: 'REFUSED', problem: 'refused at RCPT TO with 550', isAddress: true },
    ],
    [
      'that a policy refuses',
      { ...refusal, code: 550, stage: 'recipient', status: '5.7.1' },
      { kind: 'REFUSED', problem: 'refused at RCPT TO with 550 5.7.1', isAddress: false },
    ],
    [
      'that is refused for what it says',
      { ...refusal, code: 554 },
      { kind: 'REFUSED', problem: 'refused at DATA with 554', isAddress: false },
    ],
    [
      'whose connection broke before it was written',
      { mode: 'drop', stage: 'recipient' },
      { kind: 'LATER', problem: 'no answer: ECONNECTION' },
    ],
    [
      'whose connection broke when it was',
      { mode: 'drop' },
      { kind: 'UNKNOWN', problem: 'no answer: ECONNECTION' },
    ],
  ])('%s', async (_, fault, outcome) => {
    await catcher.fault({ ...fault, times: 1 });
    expect(await send()).toEqual(outcome);
  });

  test('is unknown when the server took it and is silent', async () => {
    await catcher.fault({ mode: 'late', delayMs: 2000, times: 1 });
    expect(await sendWith({ timeoutMs: 300 })).toEqual({
      kind: 'UNKNOWN',
      problem: 'no answer: ETIMEDOUT',
    });
    expect(await catcher.caught()).toHaveLength(1);
  });

  test('is known when there is no server', async () => {
    expect(await sendWith({ url: 'smtp://127.0.0.1:9' })).toMatchObject({ kind: 'LATER' });
  });
});
