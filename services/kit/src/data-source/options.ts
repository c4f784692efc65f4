import type { SslOptions } from 'mysql2';

export type NodeAddress = {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The administrative port, which answers even when all ordinary connections are taken. */
  readonly adminPort?: number;
};

/**
 * `pair`: one source with synchronous replicas, promoted by a keeper.
 * `group-replication`: the group elects its primary, nobody else does.
 */
export type Engine = 'pair' | 'group-replication';

export type ReadPreference = 'primary-first' | 'replica-first';

export type ClusterOptions = {
  readonly nodes: readonly NodeAddress[];
  /** The account that asks each server how it is. It needs no rights beyond connecting. */
  readonly user: string;
  readonly password: string;
  readonly engine?: Engine;
  /**
   * Whether a keeper's record says who the writer is. Without it the writer is the one server that
   * takes writes, and two such servers are a split brain: then nothing is written.
   */
  readonly isCoordinated?: boolean;
  readonly ssl?: SslOptions;
  readonly timing?: Partial<ClusterTiming>;
};

export type ClusterTiming = {
  /** How often each server is asked how it is, and how soon it must answer. */
  readonly probeMs: number;
  readonly probeTimeoutMs: number;
  /** The pace while a server is in doubt. */
  readonly suspectProbeMs: number;
  /** Probes in a row that fail before a silent server counts as down. One refusal is enough. */
  readonly downAfter: number;
  /**
   * How long the record holds after it was last read. Past that, writes go on only while the writer
   * reports an attached standby: as long as one is attached, nobody else was made the writer.
   */
  readonly recordStaleMs: number;
};

export const defaultTiming: ClusterTiming = {
  probeMs: 250,
  probeTimeoutMs: 400,
  suspectProbeMs: 100,
  downAfter: 3,
  recordStaleMs: 3000,
};

export type AccessOptions = {
  readonly readPreference: ReadPreference;
  /** Connections a server is given at most, for reading and for writing apart. */
  readonly readPoolMax: number;
  readonly writePoolMax: number;
  /** Connections kept open on every server, also on the ones that are not used now. */
  readonly warmConnections: number;
  readonly connectTimeoutMs: number;
  /** How long a read may look for a server and an answer. */
  readonly readDeadlineMs: number;
  /** How long a write waits while there is no writer, and how many may wait at once. */
  readonly writerWaitMs: number;
  readonly writersWaitingMax: number;
  readonly writeDeadlineMs: number;
  /** Silence after which a server is asked for a sign of life before the read goes elsewhere. */
  readonly hedgeMs: number;
  readonly pingMs: number;
  /** How long a replica is given to reach what the reader has already seen. */
  readonly gtidWaitMs: number;
  /** Whether a transaction leaves a marker by which its outcome can be decided later. */
  readonly usesMarker: boolean;
};

export const defaultAccess: AccessOptions = {
  readPreference: 'primary-first',
  readPoolMax: 10,
  writePoolMax: 10,
  warmConnections: 2,
  connectTimeoutMs: 1000,
  readDeadlineMs: 10_000,
  writerWaitMs: 8000,
  writersWaitingMax: 500,
  writeDeadlineMs: 15_000,
  hedgeMs: 100,
  pingMs: 80,
  gtidWaitMs: 50,
  usesMarker: true,
};

/** A group takes about seven seconds to elect, most of which it waits whether the lost one returns. */
export const groupAccess: Partial<AccessOptions> = {
  writerWaitMs: 15_000,
  writeDeadlineMs: 25_000,
};
