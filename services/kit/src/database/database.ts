import { DataSource, type EntityManager, type EntitySchema } from 'typeorm';
import { asAppError } from './cluster-failure.ts';
import type { Cluster } from '../data-source/cluster.ts';
import { failoverDriver } from '../data-source/driver.ts';
import type { ClusterEvent } from '../data-source/events.ts';
import { followTerm } from '../data-source/follow.ts';
import { createMarkerTable, markerTable } from '../data-source/marker-table.ts';
import type { RecordAddress } from '../data-source/nats-store.ts';
import { openCluster as watchCluster, untilReachable } from '../data-source/open-cluster.ts';
import type { AccessOptions, ClusterOptions } from '../data-source/options.ts';
import { withRetry } from '../data-source/retry.ts';
import type { Log } from '../log.ts';
import { migration, type Migration } from './migration.ts';

export { closeCluster } from '../data-source/open-cluster.ts';
export type { Cluster } from '../data-source/cluster.ts';

/** One schema of the cluster, through TypeORM. */
export type Database = DataSource;

export type DatabaseOptions = {
  readonly cluster: Cluster;
  readonly schema: string;
  readonly user: string;
  readonly password: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations?: readonly Migration[];
  readonly access?: Partial<AccessOptions>;
};

/** The table that every schema of ours begins with. */
export const createCommitMarker = migration('CreateCommitMarker_1795300000000', {
  up: [createMarkerTable],
  down: [`DROP TABLE ${markerTable}`],
});

export type KeptClusterOptions = ClusterOptions & {
  readonly log?: Log;
  /** Where the keeper writes down who the writer is. Without it the one open server is. */
  readonly record?: RecordAddress;
};

/** Watches the servers, and follows their keeper's record. What happens to them is logged. */
export function openCluster({ log, record, ...options }: KeptClusterOptions): Cluster {
  const isCoordinated = record !== undefined;
  const cluster = watchCluster({ isCoordinated, ...options }, (event) =>
    log?.[levelOf(event)]({ cluster: event }, `cluster: ${event.type}`),
  );
  if (record) void followTerm(cluster, record);
  return cluster;
}

/** Nobody needs to get up for a change of roles that went well. */
const levelOf = ({ type }: ClusterEvent): 'info' | 'warn' =>
  type === 'node' || type === 'role' ? 'info' : 'warn';

const reachableMs = 10_000;
/** Fewer than the gateway has room for, so that reads get in while writes wait. */
const writersWaitingMax = 200;

/** Opens a schema. Works while the writer is down; fails when no server can be reached at all. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  await untilReachable(options.cluster, reachableMs);
  const credentials = {
    username: options.user,
    password: options.password,
    database: options.schema,
  };
  return new DataSource({
    type: 'mysql',
    driver: failoverDriver(options.cluster, { writersWaitingMax, ...options.access }),
    replication: { master: credentials, slaves: [credentials] },
    database: options.schema,
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: false,
    dateStrings: ['DATE'],
    entities: [...options.entities],
    migrations: [...(options.migrations ?? [])],
    migrationsTransactionMode: 'each',
  }).initialize();
}

/**
 * Runs a unit of work in one transaction, READ COMMITTED, and runs it again when it certainly did
 * not commit: its server was lost, or it was the victim of a deadlock.
 */
export const transact = <Value>(
  db: Database,
  work: (manager: EntityManager) => Promise<Value>,
): Promise<Value> => withRetry(() => db.transaction(work)).catch(throwKnown);

function throwKnown(error: unknown): never {
  throw asAppError(error) ?? error;
}
