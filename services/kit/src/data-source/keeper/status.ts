import { containsGtids } from '../gtid.ts';
import type { StoredRecord } from '../record.ts';
import { now } from '../time.ts';
import { addressOf, type Agent } from './agent.ts';
import type { KeeperEvent } from './events.ts';
import type { Promotion } from './options.ts';
import { mayPromote, type Keeper } from './state.ts';

export type NodeStatus = {
  readonly name: string;
  readonly address: string;
  readonly role: 'writer' | 'standby' | 'replica' | 'detached' | 'down';
  readonly isUp: boolean;
  readonly error: string | null;
  readonly takesWrites: boolean;
  /** Whether its commits wait for a replica. */
  readonly semiSync: boolean;
  /** How far behind the writer its rows are at most; null when unknown. */
  readonly lagMs: number | null;
  readonly isBusy: boolean;
};

export type ClusterStatus = {
  readonly cluster: string;
  readonly keeper: string;
  readonly term: number;
  readonly phase: 'serving' | 'promoting';
  readonly writer: string;
  readonly standby: readonly string[];
  readonly promotes: 'by-itself' | 'when-told';
  readonly promotion: Promotion;
  /** How many NATS servers keep the record. */
  readonly recordReplicas: number;
  readonly lastEvent: KeeperEvent | null;
  readonly nodes: readonly NodeStatus[];
};

export const statusOf = (keeper: Keeper, record: StoredRecord): ClusterStatus => ({
  cluster: keeper.options.cluster,
  keeper: keeper.options.id,
  term: record.term,
  phase: record.phase,
  writer: record.writer,
  standby: record.standby,
  promotes: mayPromote(keeper) ? 'by-itself' : 'when-told',
  promotion: keeper.options.promotion ?? 'quorum',
  recordReplicas: keeper.store.replicas,
  lastEvent: keeper.lastEvent,
  nodes: keeper.agents.map((agent) => nodeStatus(keeper, record, agent)),
});

function nodeStatus(keeper: Keeper, record: StoredRecord, agent: Agent): NodeStatus {
  const { view, isUp, error, isBusy } = agent;
  return {
    name: agent.node.name,
    address: addressOf(agent),
    role: roleOf(record, agent),
    isUp,
    error,
    takesWrites: isUp && view !== null && !view.isReadOnly,
    semiSync: view?.waitsForAcknowledgement ?? false,
    lagMs: lagOf(keeper, record, agent),
    isBusy,
  };
}

function roleOf(record: StoredRecord, { node, isUp, detachedSince }: Agent): NodeStatus['role'] {
  if (!isUp) return 'down';
  if (node.name === record.writer) return 'writer';
  if (record.phase === 'serving' && record.standby.includes(node.name)) return 'standby';
  return detachedSince === null ? 'replica' : 'detached';
}

/** What the writer had at known times tells how old the newest of it is that a replica has too. */
function lagOf(keeper: Keeper, record: StoredRecord, { node, view, isUp }: Agent): number | null {
  if (node.name === record.writer) return 0;
  if (!isUp || !view) return null;
  const newest = keeper.history.findLast(({ gtids }) => containsGtids(view.gtids, gtids));
  return newest ? Math.round(now() - newest.at) : null;
}
