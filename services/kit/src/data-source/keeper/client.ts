import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { connectToStore, type RecordAddress } from '../nats-store.ts';
import type { KeeperEvent } from './events.ts';
import type { KeeperRequest } from './requests.ts';
import type { ClusterStatus } from './status.ts';

export type RequestOptions = {
  /** A switchover or a clone waits for its servers; a keeper that does not act never answers. */
  readonly timeoutMs?: number;
  /** Told what happens meanwhile. */
  readonly onEvent?: (event: KeeperEvent) => void;
};

const requestTimeoutMs = 60_000;

const replySchema = z.union([
  z.object({ error: z.string() }),
  z.custom<ClusterStatus>((value) => typeof value === 'object' && value !== null),
]);

/** Asks the keeper that acts for a cluster. Fails with its words, or when none acts. */
export async function requestKeeper(
  address: RecordAddress,
  request: KeeperRequest,
  { timeoutMs = requestTimeoutMs, onEvent }: RequestOptions = {},
): Promise<ClusterStatus> {
  const connection = await connectToStore(address);
  const { cluster } = address;
  try {
    if (onEvent) listen(connection, cluster, onEvent);
    const text = JSON.stringify(request);
    const message = await connection.request(`ha.${cluster}.request`, text, { timeout: timeoutMs });
    const reply = replySchema.parse(message.json());
    if ('error' in reply) throw new Error(reply.error);
    return reply;
  } finally {
    await connection.close();
  }
}

function listen(
  connection: NatsConnection,
  cluster: string,
  onEvent: (event: KeeperEvent) => void,
): void {
  connection.subscribe(`ha.${cluster}.event.*`, {
    callback: (error, message) => {
      if (!error) onEvent(message.json<KeeperEvent>());
    },
  });
}
