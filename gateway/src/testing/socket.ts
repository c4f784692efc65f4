import { once } from 'node:events';
import { until } from '@crm/kit/testing/until';
import { WebSocket } from 'ws';
import { z } from 'zod';

const messageSchema = z.object({
  id: z.string().optional(),
  type: z.string(),
  payload: z.unknown().optional(),
});

const frameSchema = z.object({
  data: z.object({ changes: z.record(z.string(), z.unknown()).nullable() }).nullable(),
  errors: z.array(z.unknown()).optional(),
});

export type TestMessage = z.infer<typeof messageSchema>;
export type TestFrame = Readonly<Record<string, unknown>>;

/** A client that speaks the protocol by hand, so that nothing is done for it. */
export type TestSocket = {
  readonly socket: WebSocket;
  readonly messages: readonly TestMessage[];
  /** What `changes` was in each result of the subscription. */
  readonly frames: (id?: string) => readonly TestFrame[];
  readonly say: (message: unknown) => void;
  readonly subscribe: (query: string, variables?: object, id?: string) => void;
  /** The frames, as soon as there are so many. */
  readonly received: (count: number, id?: string) => Promise<readonly TestFrame[]>;
  /** The first message of a type, as soon as it is there. */
  readonly told: (type: string) => Promise<TestMessage>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly close: () => Promise<void>;
};

/** Connects, and says who it is when there is a token. */
export async function openTestSocket(url: string, token?: string): Promise<TestSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: TestMessage[] = [];
  socket.on('message', (data: Buffer) => {
    messages.push(messageSchema.parse(JSON.parse(data.toString())));
  });
  const closed = once(socket, 'close').then(([code, reason]) => ({
    code: Number(code),
    reason: String(reason),
  }));
  await once(socket, 'open');

  const say = (message: unknown): void => socket.send(JSON.stringify(message));
  const frames: TestSocket['frames'] = (id = '1') =>
    messages
      .filter((message) => message.type === 'next' && message.id === id)
      .map(({ payload }) => frameSchema.parse(payload).data?.changes ?? {});
  if (token !== undefined) {
    say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await until(() => messages.length > 0 || socket.readyState !== socket.OPEN, {
      what: 'an answer',
    });
  }
  return {
    socket,
    messages,
    frames,
    say,
    subscribe: (query, variables = {}, id = '1') =>
      say({ id, type: 'subscribe', payload: { query, variables } }),
    received: async (count, id) => {
      await until(() => frames(id).length >= count, { what: `${count} frames` });
      return frames(id);
    },
    told: async (type) => {
      const find = (): TestMessage | undefined => messages.find((message) => message.type === type);
      await until(() => find() !== undefined, { what: type });
      return find() ?? { type: '' };
    },
    closed,
    close: async () => {
      socket.close();
      await closed;
    },
  };
}
