import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

/** A message that the receiver has taken. */
export type Taken = {
  readonly eventId: string;
  readonly customerId: string | null;
  readonly version: number | null;
};

/** A partner's server. It is slow, and refuses one change of each customer, twice. */
export type Receiver = {
  readonly url: string;
  /** In the order in which they were answered. */
  readonly taken: readonly Taken[];
  readonly refused: () => number;
  /** Messages that whoever has the secret did not sign. */
  readonly forged: () => number;
  /** Begins to take messages: before there is a secret none can be judged. */
  readonly trust: (secret: string) => void;
  readonly stop: () => Promise<void>;
};

const slowMs = 20;
/** Which of a customer's changes, and how often. */
const refusedChange = 5;
const refusals = 2;

const messageSchema = z.object({
  data: z.object({
    eventId: z.string(),
    customerId: z.string().nullable(),
    version: z.number().nullable(),
  }),
});

export async function startReceiver(): Promise<Receiver> {
  const taken: Taken[] = [];
  const isRefused = createMood();
  let [refused, forged] = [0, 0];
  let verifier: Webhook | null = null;

  const judge = async (request: IncomingMessage): Promise<number> => {
    const raw = await text(request);
    try {
      verifier?.verify(raw, z.record(z.string(), z.string()).parse(request.headers));
    } catch {
      forged += 1;
      return 401;
    }
    const { data } = messageSchema.parse(JSON.parse(raw));
    if (isRefused(data)) {
      refused += 1;
      return 503;
    }
    taken.push(data);
    return 204;
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void judge(request).then(
      (status) => setTimeout(() => response.writeHead(status).end(), slowMs),
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    taken,
    refused: () => refused,
    forged: () => forged,
    trust: (secret) => {
      verifier = new Webhook(secret);
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Tells whether a message is refused this time. */
function createMood(): (message: Taken) => boolean {
  const ofCustomer = new Map<string | null, number>();
  const left = new Map<string, number>();
  return ({ eventId, customerId }) => {
    if (!left.has(eventId)) {
      const count = (ofCustomer.get(customerId) ?? 0) + 1;
      ofCustomer.set(customerId, count);
      left.set(eventId, count === refusedChange ? refusals : 0);
    }
    const times = left.get(eventId) ?? 0;
    left.set(eventId, Math.max(0, times - 1));
    return times > 0;
  };
}
