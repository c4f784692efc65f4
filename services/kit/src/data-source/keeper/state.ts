import type { GtidSet } from '../gtid.ts';
import type { TermRecord } from '../record.ts';
import type { Agent } from './agent.ts';
import type { KeeperEvent, KeeperEventType } from './events.ts';
import type { KeeperOptions, KeeperTiming } from './options.ts';
import type { TermStore } from './store.ts';
import { now } from '../time.ts';

export type Writing = {
  readonly node: string | null;
  /** Null when none is under way. There is never more than one. */
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly isWedged: boolean;
  /** It waits for room on the server's disk: no backup looks like that. */
  readonly isFull: boolean;
};

/** A running keeper. */
export type Keeper = {
  readonly options: KeeperOptions;
  readonly timing: KeeperTiming;
  readonly store: TermStore;
  readonly agents: readonly Agent[];
  readonly onEvent: (event: KeeperEvent) => void;
  /** The newest revision of the lease, when this keeper first saw it, and whether it holds it. */
  lease: { readonly revision: number; readonly at: number; readonly isMine: boolean };
  /** The term and when this keeper first saw it: the pause between failovers counts from there. */
  term: { readonly number: number; readonly at: number } | null;
  /** The record as it was last read or written, for a store that loses it. */
  former: TermRecord | null;
  /** What this keeper told last. */
  lastEvent: KeeperEvent | null;
  /** What was last reported of what recurs at every look, so that it is said once. */
  readonly said: Map<string, string>;
  /** What the writer had executed at known times, oldest first. */
  readonly history: { readonly at: number; readonly gtids: GtidSet }[];
  /** What operators asked for: done between two looks, so that nothing happens at once. */
  readonly requests: { readonly serve: () => Promise<void>; readonly leave: () => void }[];
  /** The write by which the keeper finds out whether writes end. */
  writing: Writing;
  /** Ends the pause between two looks. */
  wake: () => void;
  isRunning: boolean;
  loop: Promise<void>;
};

const quorumMin = 3;

/** Whether this keeper may change the writer without being told to. */
export function mayPromote({ options, store }: Keeper): boolean {
  const promotion = options.promotion ?? 'quorum';
  if (promotion === 'operator') return false;
  return promotion === 'unsafe-single' || store.replicas >= quorumMin;
}

/** Tells everybody who listens. */
export function report(
  keeper: Keeper,
  type: KeeperEventType,
  { message, ...details }: { readonly message: string; readonly node?: string },
): void {
  const { cluster, id } = keeper.options;
  const term = keeper.term ? { term: keeper.term.number } : {};
  // For people: nothing is decided by it.
  // oxlint-disable-next-line no-restricted-globals
  const at = new Date().toISOString();
  const event: KeeperEvent = { type, cluster, keeper: id, at, ...term, ...details, message };
  keeper.lastEvent = event;
  keeper.onEvent(event);
  try {
    keeper.store.publish(event);
  } catch {
    // The store is out of reach; the listener on this machine has been told.
  }
}

/** Tells what stays true for a while, once. */
export function reportOnce(
  keeper: Keeper,
  type: KeeperEventType,
  details: { readonly message: string; readonly node?: string },
): void {
  const topic = `${type} ${details.node ?? ''}`;
  if (keeper.said.get(topic) === details.message) return;
  keeper.said.set(topic, details.message);
  report(keeper, type, details);
}

export function agentOf(keeper: Keeper, name: string): Agent {
  const agent = keeper.agents.find(({ node }) => node.name === name);
  if (!agent) throw new Error(`${name} is no server of this cluster`);
  return agent;
}

/** Keeps in mind what was read or written last. */
export function noteRecord(keeper: Keeper, record: TermRecord): void {
  keeper.former = record;
  if (keeper.term?.number === record.term) return;
  // The first term that is seen may be old: nothing is known of when it began.
  keeper.term = { number: record.term, at: keeper.term ? now() : -Infinity };
}
