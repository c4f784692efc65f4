import type { SslOptions } from 'mysql2';
import type { NodeAddress } from '../options.ts';

export type KeeperTiming = {
  /** How often the keeper looks, and how soon a server must answer it. */
  readonly tickMs: number;
  readonly probeTimeoutMs: number;
  /** How long a keeper acts for the cluster without renewing its lease. */
  readonly leaseMs: number;
  /** A silent writer is dead after so many probes and so much time, if its standby lost it too. */
  readonly deadAfterProbes: number;
  readonly deadAfterMs: number;
  /** A writer whose port refuses connections is dead after so long. */
  readonly refusedAfterMs: number;
  /** Silence after which a standby no longer counts as attached, and the heartbeat it listens for. */
  readonly quietMs: number;
  readonly heartbeatMs: number;
  /** How long a standby may be away before commits stop waiting for it. */
  readonly standbyDownMs: number;
  /** The least time between two failovers, against flapping. */
  readonly failoverGapMs: number;
  readonly commandTimeoutMs: number;
  readonly drainTimeoutMs: number;
};

export const defaultKeeperTiming: KeeperTiming = {
  tickMs: 150,
  probeTimeoutMs: 400,
  leaseMs: 2000,
  deadAfterProbes: 3,
  deadAfterMs: 1000,
  refusedAfterMs: 120,
  quietMs: 1000,
  heartbeatMs: 250,
  standbyDownMs: 1000,
  failoverGapMs: 60_000,
  commandTimeoutMs: 5000,
  drainTimeoutMs: 10_000,
};

/**
 * `quorum`: the keeper promotes when the record is kept by three servers or more; with fewer, two
 * halves of a torn network could both believe to be right, and it waits for an operator.
 * `operator`: it never promotes by itself. `unsafe-single`: it promotes although one server keeps
 * the record: for a machine that everything runs on.
 */
export type Promotion = 'quorum' | 'operator' | 'unsafe-single';

/** `degrade`: go on without a lost standby. `strict`: writes wait until it is back. */
export type Durability = 'degrade' | 'strict';

/** Every server, as the keeper needs it. The admin port answers when all connections are taken. */
export type KeptNode = NodeAddress & { readonly adminPort: number };

export type WriteProbe = {
  /** `schema.table`, made with `createWriteProbeTable`. The keeper's account must be able to change it. */
  readonly table: string;
  readonly everyMs: number;
  /** How long a write may take before the writer counts as wedged. */
  readonly timeoutMs: number;
  /**
   * `report` by default: a backup under a global read lock looks the same as a broken disk.
   * `promote`: its standby takes over, as from a writer that is lost. When the writer waits for
   * room on its disk, which no backup looks like, the standby takes over either way.
   */
  readonly onWedged?: 'report' | 'promote';
};

export type KeeperOptions = {
  /** Tells keepers apart in events. */
  readonly id: string;
  /** What the cluster is called in the record store. */
  readonly cluster: string;
  readonly nodes: readonly KeptNode[];
  readonly user: string;
  readonly password: string;
  /** The account that replicas fetch and clone with. */
  readonly replication: {
    readonly user: string;
    readonly password: string;
    /** Where every server keeps the CA that it asks of its source. Needs `ssl`. */
    readonly caFile?: string;
  };
  /** TLS to every server, and between them. */
  readonly ssl?: SslOptions;
  readonly durability?: Durability;
  readonly promotion?: Promotion;
  /** The server that should write whenever it is a synchronous standby. */
  readonly failback?: string;
  /** Whether a former writer with commits that nobody acknowledged is made anew by itself. */
  readonly clonesFormerWriters?: boolean;
  /** Finds out whether the writer, which answers, also still finishes writes. */
  readonly writeProbe?: WriteProbe;
  readonly timing?: Partial<KeeperTiming>;
};

/** More excess transactions than this were no unacknowledged tail, so a person must look. */
export const errantMax = 1000;
