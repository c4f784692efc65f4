import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { answers } from '../http-ready.ts';
import { repository } from '../paths.ts';
import { until } from '../wait.ts';

const [smtp, mailPage, sms] = await freePorts(3);
const pages = [mailPage, sms].map((port) => `http://127.0.0.1:${port}`);
const [mailUrl = '', smsUrl = ''] = pages;
const catchers: ChildProcess[] = [];

beforeAll(async () => {
  catchers.push(startCatcher('mail', { PORT: smtp, PAGE_PORT: mailPage }));
  catchers.push(startCatcher('sms', { PORT: sms }));
  for (const url of pages) await until(() => answers(`${url}/readyz`), { forMs: 20_000 });
}, 40_000);

afterAll(() => catchers.forEach((catcher) => catcher.kill()));

beforeEach(async () => {
  await Promise.all(pages.map((url) => fetch(`${url}/messages`, { method: 'DELETE' })));
});

describe('the mail catcher', () => {
  test('takes a mail and shows it', async () => {
    expect(await sendMail('Grüße <b>关系</b>')).toMatch(/^250/);

    expect(await messages(mailUrl)).toMatchObject([
      { to: ['li@example.com'], title: 'Grüße <b>关系</b>', text: 'Hello\n' },
    ]);
    const page = await (await fetch(mailUrl)).text();
    expect(page).toContain('Grüße &lt;b>关系');
  });

  test('refuses with the code that it was told', async () => {
    await setFault(mailUrl, { mode: 'refuse', code: 550, times: 1 });

    expect(await sendMail('no')).toMatch(/^550/);
    expect(await messages(mailUrl)).toEqual([]);
    expect(await sendMail('yes')).toMatch(/^250/);
  });

  test('drops the connection after it took the mail', async () => {
    await setFault(mailUrl, { mode: 'drop', times: 1 });

    expect(await sendMail('unknown outcome')).toBe('');
    expect(await messages(mailUrl)).toHaveLength(1);
  });
});

describe('the SMS catcher', () => {
  test('takes a message and sends a receipt', async () => {
    const receipt = await receiveOne(async (callbackUrl) => {
      const answer = await sendSms({ to: '+8613800000000', text: '你好', callbackUrl });
      expect(answer.status).toBe(202);
    });

    expect(receipt).toMatchObject({ to: '+8613800000000', status: 'delivered' });
    expect(await messages(smsUrl)).toMatchObject([{ text: '你好' }]);
  });

  test('names what is wrong with a message', async () => {
    const answer = await sendSms({ to: '1' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('text');
  });

  test('drops the connection after it took the message', async () => {
    await setFault(smsUrl, { mode: 'drop', times: 1 });

    await expect(sendSms({ to: '+8613800000000', text: 'x' })).rejects.toThrow('fetch failed');
    expect(await messages(smsUrl)).toHaveLength(1);
  });
});

function startCatcher(
  name: string,
  ports: Readonly<Record<string, number | undefined>>,
): ChildProcess {
  const env = Object.entries(ports).map(([key, port]) => [key, String(port)]);
  const program = join(repository, `tools/src/mesh/${name}.ts`);
  return spawn(process.execPath, ['--import', 'tsx', program], {
    cwd: repository,
    env: { ...process.env, ...Object.fromEntries(env) },
    stdio: 'inherit',
  });
}

async function messages(url: string): Promise<unknown[]> {
  const answer = await fetch(`${url}/messages`);
  return z.object({ messages: z.array(z.unknown()) }).parse(await answer.json()).messages;
}

const setFault = (url: string, fault: object): Promise<Response> =>
  fetch(`${url}/faults`, { method: 'PUT', body: JSON.stringify(fault) });

const sendSms = (order: object): Promise<Response> =>
  fetch(`${smsUrl}/messages`, { method: 'POST', body: JSON.stringify(order) });

/** Sends by the protocol itself. Gives the answer to the text, or nothing when none came. */
async function sendMail(subject: string): Promise<string> {
  const encoded = `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
  const lines = [
    'EHLO test',
    'MAIL FROM:<crm@example.com>',
    'RCPT TO:<li@example.com>',
    'DATA',
    `Subject: ${encoded}\r\n\r\nHello\r\n.`,
  ];
  const socket = connect(Number(smtp), '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (text: string) => {
    answer = text;
    const line = lines.shift();
    if (line === undefined) socket.end();
    else socket.write(`${line}\r\n`);
    if (lines.length === 0 && line !== undefined) answer = '';
  });
  await once(socket, 'close');
  return answer;
}

/** Waits for the one request that `send` causes. */
async function receiveOne(send: (url: string) => Promise<void>): Promise<unknown> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = new Promise<unknown>((resolve) => {
    server.on('request', (incoming, response) => {
      incoming.setEncoding('utf8').once('data', (body: string) => resolve(JSON.parse(body)));
      response.end();
    });
  });
  try {
    await send(`http://127.0.0.1:${portOf(server.address())}`);
    return await request;
  } finally {
    server.close();
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => portOf(server.address()));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
