import { bodySignatureHeader, signBody } from '@crm/kit/server/body-signature';
import type { Outcome, Sender } from './outcome.ts';

export type Sms = {
  /** Of the delivery. Receipts name it, so they are understood even when the answer to this was lost. */
  readonly id: string;
  /** E.164, such as `+8613800138000`. */
  readonly to: string;
  readonly text: string;
  readonly providerTemplateId: string | null;
};

export type SmsSettings = {
  readonly url: string;
  /** Signs what is sent, and what the provider tells back. */
  readonly key: string;
  /** Where receipts go. */
  readonly callbackUrl: string;
  readonly timeoutMs: number;
};

/** Sends text messages by the HTTP interface of a provider, one signed request each. */
export const createSmsSender = (settings: SmsSettings): Sender<Sms> => ({
  send: (sms) => send(sms, settings),
  close: () => Promise.resolve(),
});

async function send(sms: Sms, { url, key, callbackUrl, timeoutMs }: SmsSettings): Promise<Outcome> {
  const body = JSON.stringify({ ...sms, callbackUrl });
  try {
    const answer = await fetch(new URL('/messages', url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [bodySignatureHeader]: signBody(key, body, Date.now()),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return await outcomeOfAnswer(answer);
  } catch (error) {
    return outcomeOfFailure(error);
  }
}

async function outcomeOfAnswer(answer: Response): Promise<Outcome> {
  const { status, headers } = answer;
  if (answer.ok) {
    const id: unknown = Reflect.get(Object(await answer.json().catch(() => null)), 'id');
    return { kind: 'ACCEPTED', providerMessageId: typeof id === 'string' ? id : '' };
  }
  await answer.body?.cancel();
  return refusalOf(status, Number(headers.get('retry-after')) || 0);
}

function refusalOf(status: number, retryAfterS: number): Outcome {
  const problem = `answered ${status}`;
  if (status === 429 || status === 503) return { kind: 'LATER', problem, retryAfterS };
  // Something before the provider may have lost its answer.
  if (status >= 500) return { kind: 'UNKNOWN', problem };
  return { kind: 'REFUSED', problem, isAddress: status === 422 };
}

/** What happens before a connection stands. */
const certain: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

function outcomeOfFailure(error: unknown): Outcome {
  const cause: unknown = Reflect.get(Object(error), 'cause') ?? error;
  const code: unknown = Reflect.get(Object(cause), 'code');
  const name = typeof code === 'string' ? code : 'broken';
  const problem = `no answer: ${name}`;
  return certain.includes(name) ? { kind: 'LATER', problem } : { kind: 'UNKNOWN', problem };
}
