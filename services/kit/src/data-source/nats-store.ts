import { connect, type ConnectionOptions, type KV, type KvEntry, type NatsConnection } from 'nats';
import { parseRecord, type StoredRecord } from './record.ts';

/** Where the term record of a cluster is kept. */
export type RecordAddress = {
  /** NATS servers, the nearest one first. */
  readonly servers: readonly string[];
  readonly cluster: string;
  readonly connection?: Partial<ConnectionOptions>;
};

export const recordKey = 'state';
export const leaseKey = 'lease';

/** Longer than any healthy store takes, short enough to be asked again several times in a lease. */
export const storeTimeoutMs = 600;

export const bucketOf = (cluster: string): string => `ha_${cluster}`;

/** Goes to the nearest server, leaves a silent one within a second, and never gives up. */
export const connectToStore = ({ servers, connection }: RecordAddress): Promise<NatsConnection> =>
  connect({
    servers: [...servers],
    noRandomize: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    timeout: 1000,
    pingInterval: 500,
    maxPingOut: 2,
    waitOnFirstConnect: true,
    ...connection,
  });

/** The bucket as it is; fails while there is none. */
export const bindBucket = (connection: NatsConnection, cluster: string): Promise<KV> =>
  connection.jetstream({ timeout: storeTimeoutMs }).views.kv(bucketOf(cluster), { bindOnly: true });

/** Null when the key was never written. Throws when a newer release wrote it, or another cluster. */
export const recordIn = (entry: KvEntry | null, cluster: string): StoredRecord | null =>
  entry?.operation === 'PUT'
    ? { ...parseRecord(entry.string(), cluster), revision: entry.revision }
    : null;
