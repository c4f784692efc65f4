import type { Connection } from './connection.ts';
import { noGtids, type GtidSet } from './gtid.ts';
import type { NodeAddress } from './options.ts';

/** `suspect` costs nothing: reads go elsewhere and writes wait. `down` cuts every connection. */
export type NodeState = 'unknown' | 'up' | 'suspect' | 'down';

/**
 * `member`: holds nothing but what the writer holds too, so it may be read from. `errant`: holds
 * more. `stranger`: belongs to something else.
 */
export type Standing = 'unverified' | 'member' | 'errant' | 'stranger';

/** One server, as this process sees it. */
export type Node = {
  readonly name: string;
  readonly address: NodeAddress;
  state: NodeState;
  /** Why it is not up, in one word. */
  reason: string;
  /** Whether it takes writes, by its own word. */
  isWritable: boolean;
  uuid: string | null;
  /** What it had executed when it was asked at `gtidsAt`. */
  gtids: GtidSet;
  gtidsText: string;
  gtidsAt: number;
  /** Standbys attached to it, by its own word; asked for only while the record is out of reach. */
  attached: number;
  /** In a group: which of the group's successive memberships it knows of. */
  groupView: string | null;
  /** Its clock minus this process's monotonic one, in milliseconds. */
  clockOffsetMs: number;
  /** How long the last answer took. */
  answerMs: number;
  standing: Standing;
  /** Since when it holds more than the writer, which is normal for moments only. */
  strayedAt: number | null;
  failures: number;
  probe: Connection | null;
  connecting: Promise<Connection> | null;
  probing: Promise<void> | null;
  asking: Promise<boolean> | null;
  /** Ends the pause before the next probe. */
  hurry: () => void;
  /** Reads in flight that want to run elsewhere once this server is in doubt. */
  readonly onDoubt: Set<() => void>;
};

export const createNode = (address: NodeAddress): Node => ({
  name: address.name,
  address,
  state: 'unknown',
  reason: 'not asked yet',
  isWritable: false,
  uuid: null,
  gtids: noGtids,
  gtidsText: '',
  gtidsAt: -Infinity,
  attached: 0,
  groupView: null,
  clockOffsetMs: 0,
  answerMs: 0,
  standing: 'unverified',
  strayedAt: null,
  failures: 0,
  probe: null,
  connecting: null,
  probing: null,
  asking: null,
  hurry: () => undefined,
  onDoubt: new Set(),
});
