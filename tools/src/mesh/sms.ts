import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { bodySignatureHeader, isBodySigned, signBody } from '@crm/kit/server/body-signature';
import { createFaults, type Fault } from './catcher/fault.ts';
import { type Caught, createInbox } from './catcher/inbox.ts';
import { createCatcherServer, readText, type Route, sendJson } from './catcher/server.ts';

/** What a sender posts to /messages, as text message services have it. */
const orderSchema = z.object({
  to: z.string().min(3).max(30),
  text: z.string().min(1).max(2000),
  /** What the sender calls it: its receipt says so as `reference`. */
  id: z.string().max(100).optional(),
  /** Where the receipt goes: `{ id, reference, to, status, at }`. */
  callbackUrl: z.url().optional(),
});

const replySchema = z.object({ from: z.string().min(3).max(30), text: z.string().max(2000) });

type Order = z.infer<typeof orderSchema>;

const receiptAfterMs = 200;

const inbox = createInbox<Caught>();
const faults = createFaults();

/** Signs receipts and replies, and what is sent must be signed with it. Without it nothing is. */
const key = process.env['SMS_KEY'] ?? '';
/** Where replies go. */
const inboundUrl = process.env['SMS_INBOUND_URL'] ?? '';

const send: Route = async (request, response) => {
  const body = await readText(request);
  const signature = request.headers[bodySignatureHeader];
  if (key !== '' && !isBodySigned(String(signature), body, { key, nowMs: Date.now() })) {
    return sendJson(response, 401, { error: 'not signed' });
  }
  const order = orderSchema.parse(JSON.parse(body));
  const fault = faults.next();
  if (fault.mode === 'refuse') return sendJson(response, fault.code, { error: 'refused' });
  if (fault.mode === 'delay') await sleep(fault.delayMs);
  const id = take(order, fault.receipt);
  if (fault.mode === 'late') await sleep(fault.delayMs);
  if (fault.mode === 'drop') request.socket.destroy();
  else sendJson(response, 202, { id });
};

/** Somebody answers: `POST /replies { from, text }` hands it on as a provider does. */
const reply: Route = async (request, response) => {
  const answer = replySchema.parse(JSON.parse(await readText(request)));
  if (inboundUrl === '') return sendJson(response, 503, { error: 'SMS_INBOUND_URL is not set' });
  const given = await post(inboundUrl, { ...answer, at: new Date().toISOString() });
  sendJson(response, given.ok ? 202 : 502, { status: given.status });
};

function take({ id: reference, to, text, callbackUrl }: Order, status: Fault['receipt']): string {
  const id = randomUUID();
  inbox.add({ id, receivedAt: new Date().toISOString(), to: [to], title: to, text });
  if (callbackUrl !== undefined && status !== 'none') {
    void sendReceipt(callbackUrl, { id, reference, to, status });
  }
  return id;
}

async function sendReceipt(url: string, receipt: object): Promise<void> {
  await sleep(receiptAfterMs);
  // A receiver that is away misses its receipt, as it would in life.
  await post(url, { ...receipt, at: new Date().toISOString() }).catch(() => undefined);
}

function post(url: string, message: object): Promise<Response> {
  const body = JSON.stringify(message);
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== '' && { [bodySignatureHeader]: signBody(key, body, Date.now()) }),
    },
    body,
    signal: AbortSignal.timeout(5000),
  });
}

const server = createCatcherServer({
  title: 'Text messages that were sent',
  inbox,
  faults,
  routes: { 'POST /messages': send, 'POST /replies': reply },
});
server.listen(Number(process.env['PORT']), process.env['HOST'] ?? '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
