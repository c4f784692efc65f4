import { NatsError, StorageType, type KV, type NatsConnection } from 'nats';
import {
  bucketOf,
  connectToStore,
  leaseKey,
  recordIn,
  recordKey,
  storeTimeoutMs,
  type RecordAddress,
} from '../nats-store.ts';
import { Conflict, type TermStore } from './store.ts';

export type StoreOptions = RecordAddress & {
  /** How many NATS servers keep the record. Three or more survive the loss of one. */
  readonly replicas: number;
};

/** Opens the store of a cluster's record, making it the first time. */
export async function openNatsStore(options: StoreOptions): Promise<TermStore> {
  const connection = await connectToStore(options);
  const bucket = await makeBucket(connection, options);
  const { streamInfo } = await bucket.status();
  return {
    replicas: streamInfo.config.num_replicas,
    ...recordsOf(bucket, options.cluster),
    ...leasesOf(bucket),
    publish: (event) => {
      connection.publish(`ha.${options.cluster}.event.${event.type}`, JSON.stringify(event));
    },
    onRequest: (answer) => answerRequests(connection, options.cluster, answer),
    close: () => connection.close(),
  };
}

const makeBucket = (connection: NatsConnection, { cluster, replicas }: StoreOptions): Promise<KV> =>
  connection.jetstream({ timeout: storeTimeoutMs }).views.kv(bucketOf(cluster), {
    history: 10,
    replicas,
    storage: StorageType.File,
    // Direct reads are answered by any server, also by one that lags behind or is cut off.
    allow_direct: false,
  });

const recordsOf = (bucket: KV, cluster: string): Pick<TermStore, 'readRecord' | 'writeRecord'> => ({
  readRecord: async () => {
    const entry = await bucket.get(recordKey).catch((cause: unknown) => {
      throw named(cause);
    });
    return recordIn(entry, cluster);
  },
  writeRecord: async (record, revision) => {
    const text = JSON.stringify(record);
    return { ...record, revision: await write(bucket, { key: recordKey, text, revision }) };
  },
});

const leasesOf = (bucket: KV): Pick<TermStore, 'readLease' | 'writeLease' | 'releaseLease'> => ({
  readLease: async () => {
    const entry = await bucket.get(leaseKey);
    if (!entry) return null;
    const { revision } = entry;
    return { revision, holder: entry.operation === 'PUT' ? entry.string() : null };
  },
  writeLease: (holder, revision) => write(bucket, { key: leaseKey, text: holder, revision }),
  releaseLease: (revision) => bucket.delete(leaseKey, { previousSeq: revision }),
});

type Write = { readonly key: string; readonly text: string; readonly revision: number | null };

async function write(bucket: KV, { key, text, revision }: Write): Promise<number> {
  try {
    return revision === null
      ? await bucket.create(key, text)
      : await bucket.update(key, text, revision);
  } catch (cause) {
    if (isWrongRevision(cause)) throw new Conflict(`"${key}"`, { cause });
    throw named(cause);
  }
}

/** NATS says no more than TIMEOUT. */
const named = (cause: unknown): Error => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`The record store did not answer (${reason})`, { cause });
};

const wrongLastSequence = 10_071;

const isWrongRevision = (error: unknown): boolean =>
  error instanceof NatsError && error.api_error?.err_code === wrongLastSequence;

function answerRequests(
  connection: NatsConnection,
  cluster: string,
  answer: (request: unknown) => Promise<object | null>,
): void {
  connection.subscribe(`ha.${cluster}.request`, {
    callback: (error, message) => {
      if (error) return;
      const respond = async (): Promise<void> => {
        const reply = await answer(message.json());
        if (reply) message.respond(JSON.stringify(reply));
      };
      respond().catch((cause: unknown) => {
        const text = cause instanceof Error ? cause.message : String(cause);
        message.respond(JSON.stringify({ error: text }));
      });
    },
  });
}
