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
  standing: Standing;
  /** Since when it holds more than the writer, which is normal for moments only. */
  strayedAt: number | null;
  failures: number;
  probe: Connection | null;
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
  standing: 'unverified',
  strayedAt: null,
  failures: 0,
  probe: null,
  probing: null,
  asking: null,
  hurry: () => undefined,
  onDoubt: new Set(),
});
