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
  const withBucket = await openBucket(connection, options);
  const { streamInfo } = await withBucket((bucket) => bucket.status());
  return {
    replicas: streamInfo.config.num_replicas,
    ...recordsIn(withBucket, options.cluster),
    ...leasesIn(withBucket),
    publish: (event) => {
      connection.publish(`ha.${options.cluster}.event.${event.type}`, JSON.stringify(event));
    },
    onRequest: (answer) => answerRequests(connection, options.cluster, answer),
    close: () => connection.close(),
  };
}

type WithBucket = <Result>(work: (bucket: KV) => Promise<Result>) => Promise<Result>;

/**
 * Work on the bucket. After a failure the bucket is looked for again before the next work, and made
 * if there is none: the store may have lost everything.
 */
async function openBucket(connection: NatsConnection, options: StoreOptions): Promise<WithBucket> {
  let bucket: KV | null = await makeBucket(connection, options);
  return async (work) => {
    try {
      bucket ??= await makeBucket(connection, options);
      return await work(bucket);
    } catch (cause) {
      if (isWrongRevision(cause)) throw cause;
      bucket = null;
      throw named(cause);
    }
  };
}

/** Makes nothing while there is one, or while nobody knows. */
const makeBucket = (connection: NatsConnection, { cluster, replicas }: StoreOptions): Promise<KV> =>
  connection.jetstream({ timeout: storeTimeoutMs }).views.kv(bucketOf(cluster), {
    history: 10,
    replicas,
    storage: StorageType.File,
    // Direct reads are answered by any server, also by one that lags behind or is cut off.
    allow_direct: false,
  });

const recordsIn = (
  withBucket: WithBucket,
  cluster: string,
): Pick<TermStore, 'readRecord' | 'writeRecord'> => ({
  readRecord: async () => recordIn(await withBucket((bucket) => bucket.get(recordKey)), cluster),
  writeRecord: async (record, revision) => {
    const text = JSON.stringify(record);
    return { ...record, revision: await write(withBucket, { key: recordKey, text, revision }) };
  },
});

const leasesIn = (
  withBucket: WithBucket,
): Pick<TermStore, 'readLease' | 'writeLease' | 'releaseLease'> => ({
  readLease: async () => {
    const entry = await withBucket((bucket) => bucket.get(leaseKey));
    if (!entry) return null;
    const { revision } = entry;
    return { revision, holder: entry.operation === 'PUT' ? entry.string() : null };
  },
  writeLease: (holder, revision) => write(withBucket, { key: leaseKey, text: holder, revision }),
  releaseLease: (revision) =>
    withBucket((bucket) => bucket.delete(leaseKey, { previousSeq: revision })),
});

type Write = { readonly key: string; readonly text: string; readonly revision: number | null };

async function write(withBucket: WithBucket, { key, text, revision }: Write): Promise<number> {
  try {
    return await withBucket((bucket) =>
      revision === null ? bucket.create(key, text) : bucket.update(key, text, revision),
    );
  } catch (cause) {
    throw isWrongRevision(cause) ? new Conflict(`"${key}"`, { cause }) : cause;
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
