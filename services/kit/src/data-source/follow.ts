import type { KV, KvEntry } from 'nats';
import { followRecord, waitForChange, writerOf, type Cluster } from './cluster.ts';
import {
  bindBucket,
  connectToStore,
  recordIn,
  recordKey,
  type RecordAddress,
} from './nats-store.ts';

/** Asked for as well as watched: a watch on the wrong side of a torn network is silent. */
const pollMs = 1000;
const urgentPollMs = 200;

/**
 * Keeps a cluster's record up to date until the cluster is closed. A store that cannot be reached
 * changes nothing: the last record holds.
 */
export async function followTerm(cluster: Cluster, address: RecordAddress): Promise<void> {
  const connection = await connectToStore(address);
  let bucket: KV | null = null;
  while (!cluster.isClosed) {
    if (!bucket) {
      bucket = await bindBucket(connection, address.cluster).catch(() => null);
      if (bucket) void watch(cluster, address, bucket);
    }
    const entry = await bucket?.get(recordKey).catch(() => null);
    if (entry) take(cluster, address, entry);
    await waitForChange(cluster, writerOf(cluster) ? pollMs : urgentPollMs);
  }
  await connection.close();
}

async function watch(cluster: Cluster, address: RecordAddress, bucket: KV): Promise<void> {
  try {
    for await (const entry of await bucket.watch({ key: recordKey })) take(cluster, address, entry);
  } catch {
    // Polling goes on without it.
  }
}

/** A record that cannot be read is never guessed at: the one before it holds. */
function take(cluster: Cluster, address: RecordAddress, entry: KvEntry): void {
  try {
    const record = recordIn(entry, address.cluster);
    if (record) followRecord(cluster, record);
    cluster.recordProblem = null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (cluster.recordProblem !== reason) cluster.report({ type: 'record-refused', reason });
    cluster.recordProblem = reason;
  }
}
