import type { KeeperEventType } from '../data-source/keeper/events.ts';
import type { Keeper } from '../data-source/keeper/state.ts';
import { statusOf, type NodeStatus } from '../data-source/keeper/status.ts';
import { gauge, type Metric } from './metrics.ts';

/** What a keeper decides about the pair: failovers are events of the type `failover`. */
export async function keeperMetrics(
  keeper: Keeper,
  counts: ReadonlyMap<KeeperEventType, number>,
): Promise<readonly Metric[]> {
  const record = await keeper.store.readRecord().catch(() => null);
  const nodes = record ? statusOf(keeper, record).nodes : [];
  const perNode = (name: string, value: (node: NodeStatus) => number): Metric =>
    gauge(
      `guanxi_keeper_node_${name}`,
      nodes.map((node) => ({ labels: { node: node.name, role: node.role }, value: value(node) })),
    );
  return [
    gauge('guanxi_keeper_acts', [{ value: Number(keeper.lease.isMine) }]),
    gauge('guanxi_keeper_term', [{ value: record?.term ?? NaN }]),
    perNode('up', ({ isUp }) => Number(isUp)),
    perNode('lag_ms', ({ lagMs }) => lagMs ?? NaN),
    {
      name: 'guanxi_keeper_events_total',
      type: 'counter',
      samples: [...counts].map(([type, value]) => ({ labels: { type }, value })),
    },
  ];
}
