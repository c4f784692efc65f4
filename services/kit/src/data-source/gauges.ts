import { isRecordFresh, stalenessOf, writerOf, type Cluster } from './cluster.ts';
import type { Node, NodeState, Standing } from './node.ts';

export type NodeGauges = {
  readonly node: string;
  readonly state: NodeState;
  readonly standing: Standing;
  readonly takesWrites: boolean;
  /** How old its rows are at most, in milliseconds; null when unknown. */
  readonly staleMs: number | null;
  /** How long the last probe took. */
  readonly answerMs: number;
  readonly reads: PoolGauges;
  readonly writes: PoolGauges;
};

/** Connections of every data source of this process, and callers that wait for one. */
export type PoolGauges = { readonly busy: number; readonly idle: number; readonly waiting: number };

export type Gauges = {
  readonly writer: string | null;
  /** Null without a keeper. */
  readonly term: number | null;
  readonly isRecordFresh: boolean;
  readonly nodes: readonly NodeGauges[];
};

/** How a cluster stands now, for metrics. `cluster.counters` tells how often this module stepped in. */
export const gaugesOf = (cluster: Cluster): Gauges => ({
  writer: writerOf(cluster)?.name ?? null,
  term: cluster.record?.term ?? null,
  isRecordFresh: cluster.record !== null && isRecordFresh(cluster),
  nodes: cluster.nodes.map((node) => nodeGauges(cluster, node)),
});

function nodeGauges(cluster: Cluster, node: Node): NodeGauges {
  const { name, state, standing, isWritable, answerMs } = node;
  const staleMs = stalenessOf(cluster, node);
  return {
    node: name,
    state,
    standing,
    takesWrites: isWritable,
    staleMs: Number.isFinite(staleMs) ? Math.round(staleMs) : null,
    answerMs,
    reads: poolGauges(cluster, node, 'reads'),
    writes: poolGauges(cluster, node, 'writes'),
  };
}

function poolGauges(cluster: Cluster, node: Node, kind: 'reads' | 'writes'): PoolGauges {
  const own = [...cluster.pools].flatMap((pools) => pools.get(node)?.[kind] ?? []);
  const sum = (count: (pool: (typeof own)[number]) => number): number =>
    own.reduce((total, pool) => total + count(pool), 0);
  return {
    busy: sum((pool) => pool.busy.size),
    idle: sum((pool) => pool.idle.length),
    waiting: sum((pool) => pool.waiting.size),
  };
}
