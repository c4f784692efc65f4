import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createFaults } from './catcher/fault.ts';
import { type Caught, createInbox } from './catcher/inbox.ts';
import { createCatcherServer, readJson, type Route, sendJson } from './catcher/server.ts';

/** What a sender posts to /messages, as text message services have it. */
const orderSchema = z.object({
  to: z.string().min(3).max(30),
  text: z.string().min(1).max(2000),
  /** Where the receipt goes: `{ id, to, status, at }`. */
  callbackUrl: z.url().optional(),
});

type Order = z.infer<typeof orderSchema>;

const receiptAfterMs = 200;

const inbox = createInbox<Caught>();
const faults = createFaults();

const send: Route = async (request, response) => {
  const order = orderSchema.parse(await readJson(request));
  const fault = faults.next();
  if (fault.mode === 'refuse') return sendJson(response, fault.code, { error: 'refused' });
  if (fault.mode === 'delay') await sleep(fault.delayMs);
  const id = take(order);
  if (fault.mode === 'drop') request.socket.destroy();
  else sendJson(response, 202, { id });
};

function take({ to, text, callbackUrl }: Order): string {
  const id = randomUUID();
  inbox.add({ id, receivedAt: new Date().toISOString(), to: [to], title: to, text });
  if (callbackUrl !== undefined) void sendReceipt(callbackUrl, { id, to });
  return id;
}

async function sendReceipt(url: string, { id, to }: { id: string; to: string }): Promise<void> {
  await sleep(receiptAfterMs);
  const receipt = { id, to, status: 'delivered', at: new Date().toISOString() };
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(receipt),
    signal: AbortSignal.timeout(5000),
  };
  // A receiver that is away misses its receipt, as it would in life.
  await fetch(url, request).catch(() => undefined);
}

const server = createCatcherServer({
  title: 'Text messages that were sent',
  inbox,
  faults,
  routes: { 'POST /messages': send },
});
server.listen(Number(process.env['PORT']), process.env['HOST'] ?? '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
