import { createCluster, noteChange, waitForChange, type Cluster } from './cluster.ts';
import { describe } from './access.ts';
import { cut } from './connection.ts';
import { HaError } from './errors.ts';
import type { ClusterEvent } from './events.ts';
import type { ClusterOptions } from './options.ts';
import { watchNode } from './probe.ts';
import { now } from './time.ts';

/** Begins to watch a group of servers. It is of use at once, even while none of them answers. */
export function openCluster(
  options: ClusterOptions,
  onEvent: (event: ClusterEvent) => void = () => undefined,
): Cluster {
  const cluster = createCluster(options, onEvent);
  for (const node of cluster.nodes) void watchNode(cluster, node);
  return cluster;
}

/** What no waiting mends. */
const hopeless = /access denied|certificate|does not support secure/i;

export function closeCluster(cluster: Cluster): void {
  cluster.isClosed = true;
  for (const node of cluster.nodes) {
    node.hurry();
    if (node.probe) cut(node.probe);
  }
  noteChange(cluster);
}

/**
 * Waits until some server answers. Fails with a message for people: at once when a server refuses
 * the credentials or shows a wrong certificate, else at the deadline.
 */
export async function untilReachable(cluster: Cluster, timeoutMs: number): Promise<void> {
  const deadline = now() + timeoutMs;
  while (!cluster.nodes.some((node) => node.state === 'up')) {
    const refused = cluster.nodes.find((node) => hopeless.test(node.reason));
    if (refused) throw new HaError('HA_MISCONFIGURED', `${refused.name}: ${refused.reason}`);
    if (now() >= deadline) {
      throw new HaError('HA_NO_READER', `No server can be reached: ${describe(cluster)}`);
    }
    await waitForChange(cluster, Math.min(100, deadline - now()));
  }
}
