/**
 * A TypeORM data source that survives the loss of a MySQL server, and the keeper that decides who
 * writes. The README of this folder says how they are used.
 */
export { failoverDriver, type Driver } from './driver.ts';
export { closeCluster, openCluster, untilReachable } from './open-cluster.ts';
export { writerOf, type Cluster } from './cluster.ts';
export { followTerm } from './follow.ts';
export { gaugesOf, type Gauges, type NodeGauges } from './gauges.ts';
export { HaError, haErrorIn, type HaErrorCode } from './errors.ts';
export { isRetryable, withRetry, type RetryOptions } from './retry.ts';
export { createScope, currentScope, runInScope, type Scope, type Wishes } from './scope.ts';
export { formatGtidSet, noGtids, parseGtidSet, unionGtids, type GtidSet } from './gtid.ts';
export { createMarkerTable, markerTable } from './marker-table.ts';
export { now } from './time.ts';
export type { ClusterEvent, Counters } from './events.ts';
export type { RecordAddress } from './nats-store.ts';
export type { StoredRecord, TermRecord } from './record.ts';
export type {
  AccessOptions,
  ClusterOptions,
  ClusterTiming,
  Engine,
  NodeAddress,
  ReadPreference,
} from './options.ts';

export { startKeeper, stopKeeper } from './keeper/keeper.ts';
export { openNatsStore, type StoreOptions } from './keeper/nats-store.ts';
export { requestKeeper } from './keeper/client.ts';
export { createWriteProbeTable } from './keeper/write-probe.ts';
export type { Keeper } from './keeper/state.ts';
export type { KeeperEvent, KeeperEventType } from './keeper/events.ts';
export type { KeeperRequest } from './keeper/requests.ts';
export type { ClusterStatus, NodeStatus } from './keeper/status.ts';
export type { TermStore } from './keeper/store.ts';
export type {
  Durability,
  KeeperOptions,
  KeeperTiming,
  KeptNode,
  Promotion,
  WriteProbe,
} from './keeper/options.ts';
