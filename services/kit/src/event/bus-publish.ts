import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from 'nats';
import { z } from 'zod';

/** What the stream said of a message that it did not take. */
export class RefusedError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

type Outgoing = {
  readonly subject: string;
  readonly headers: MsgHdrs;
  readonly body: string;
};

export type Acknowledged = { readonly seq: number; readonly duplicate: boolean };

/** Sends a message and waits for what the stream answers, so long at most. */
export type Publisher = (message: Outgoing, timeoutMs: number) => Promise<Acknowledged>;

type Waiting = {
  readonly resolve: (answer: Acknowledged) => void;
  readonly reject: (error: Error) => void;
};

const answerSchema = z.union([
  z.object({ error: z.object({ err_code: z.number(), description: z.string() }) }),
  z.object({ seq: z.number(), duplicate: z.boolean().default(false) }),
]);

/**
 * Publishes on a connection with one subscription for all answers. The client's own way makes two
 * errors with their stacks for each message, which costs as much as all the rest of it.
 */
export function createPublisher(connection: NatsConnection): Publisher {
  const inbox = createInbox();
  const waiting = new Map<string, Waiting>();
  let count = 0;

  connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      const answered = waiting.get(message.subject);
      if (!answered) return;
      try {
        if (error) throw error;
        answered.resolve(readAnswer(message));
      } catch (failure) {
        answered.reject(failure instanceof Error ? failure : new Error(String(failure)));
      }
    },
  });

  return ({ subject, headers, body }, timeoutMs) =>
    new Promise((resolve, reject) => {
      count += 1;
      const reply = `${inbox}.${count}`;
      const settled = (): void => {
        clearTimeout(timer);
        waiting.delete(reply);
      };
      const fail = (error: Error): void => {
        settled();
        reject(error);
      };
      const timer = setTimeout(() => fail(new Error('The stream did not answer')), timeoutMs);
      waiting.set(reply, {
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: fail,
      });
      try {
        connection.publish(subject, body, { reply, headers });
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
}

function readAnswer(message: Msg): Acknowledged {
  if (message.data.length === 0) throw new Error('Nobody keeps the stream');
  const answer = answerSchema.parse(message.json());
  if ('error' in answer) throw new RefusedError(answer.error.err_code, answer.error.description);
  return answer;
}
