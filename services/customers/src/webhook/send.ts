import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { AddressRefused, guardedLookup, mayName } from './address.ts';
import { secretsOf, signedHeaders } from './secret.ts';
import type { WebhookSettings } from './webhook.config.ts';
import type { Webhook } from './webhook.fields.ts';
import type { Answer } from './webhook.ts';

type Settings = Pick<WebhookSettings, 'addresses' | 'key' | 'timeoutMs'>;

type Outgoing = { readonly webhook: Webhook; readonly id: string; readonly body: string };

/** Idle connections end before the receiver ends them, for most do after 5 s. */
const agentOptions = { keepAlive: true, timeout: 4000 };
const agents = { 'https:': new Agent(agentOptions), 'http:': new PlainAgent(agentOptions) };

/** Of an answer only its status counts. So much of the rest is read to keep the connection. */
const answerBytesMax = 64 * 1024;

/** Sends one signed message, once. Never throws: what goes wrong is an answer too. */
export async function send(
  { webhook, id, body }: Outgoing,
  { addresses, key, timeoutMs }: Settings,
): Promise<Answer> {
  const startedAt = performance.now();
  const now = new Date();
  const timestamp = Math.floor(now.getTime() / 1000);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const url = new URL(webhook.url);
    if (!mayName(url, addresses)) throw new AddressRefused();
    const isPlain = url.protocol === 'http:';
    const response = await answerTo(
      (isPlain ? plainRequest : request)(url, {
        method: 'POST',
        agent: agents[isPlain ? 'http:' : 'https:'],
        lookup: guardedLookup(addresses, url.protocol),
        signal,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Guanxi-Webhooks/1',
          ...signedHeaders({ id, timestamp, body }, secretsOf(key, webhook, now)),
        },
      }),
      body,
    );
    return { ...read(response), durationMs: Math.round(performance.now() - startedAt) };
  } catch (error) {
    const durationMs = Math.round(performance.now() - startedAt);
    const problem = signal.aborted
      ? `did not answer within ${timeoutMs} ms`
      : problemOf(error instanceof AddressRefused, Reflect.get(Object(error), 'code'));
    return { status: null, problem, retryAfterS: 0, durationMs };
  }
}

const answerTo = (sending: ReturnType<typeof request>, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    sending.once('error', reject);
    sending.once('response', (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > answerBytesMax) response.destroy();
      });
      // Whatever becomes of the rest of it.
      response.on('error', () => undefined);
      resolve(response);
    });
    sending.end(body);
  });

function read({ statusCode = 0, headers }: IncomingMessage): Omit<Answer, 'durationMs'> {
  return {
    status: statusCode,
    problem: statusProblem(statusCode),
    retryAfterS: Number(headers['retry-after']) || 0,
  };
}

function statusProblem(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`;
  return `answered ${status}`;
}

/** Names what happened, and nothing of what the receiver or a resolver said. */
function problemOf(isRefused: boolean, code: unknown): string {
  if (isRefused) return 'its address may not be reached';
  return typeof code === 'string'
    ? `cannot be reached: ${code}`.slice(0, 200)
    : 'cannot be reached';
}
