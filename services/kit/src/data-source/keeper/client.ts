import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { connectToStore, type RecordAddress } from '../nats-store.ts';
import type { KeeperRequest } from './requests.ts';
import type { ClusterStatus } from './status.ts';

/** A switchover or a clone waits for its servers; a keeper that does not act never answers. */
const requestTimeoutMs = 60_000;

const replySchema = z.union([
  z.object({ error: z.string() }),
  z.custom<ClusterStatus>((value) => typeof value === 'object' && value !== null),
]);

/** Asks the keeper that acts for a cluster. Fails with its words, or when none acts. */
export async function requestKeeper(
  address: RecordAddress,
  request: KeeperRequest,
): Promise<ClusterStatus> {
  const connection = await connectToStore(address);
  try {
    return await requestOver(connection, address.cluster, request);
  } finally {
    await connection.close();
  }
}

export async function requestOver(
  connection: NatsConnection,
  cluster: string,
  request: KeeperRequest,
): Promise<ClusterStatus> {
  const message = await connection.request(`ha.${cluster}.request`, JSON.stringify(request), {
    timeout: requestTimeoutMs,
  });
  const reply = replySchema.parse(message.json());
  if ('error' in reply) throw new Error(reply.error);
  return reply;
}
