import { graphqlUrl } from '../mesh/demo.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { mintToken } from '../mesh/mint.ts';
import { explain, say } from '../mesh/say.ts';
import { untilStopSignal } from '../mesh/stop-signal.ts';
import { startMesh } from '../mesh/supervisor.ts';
import { createGraphClient, type GraphClient } from '../graph-client.ts';
import type { Place } from './measurement.ts';

/**
 * Starts an empty mesh for as long as `use` takes. It writes to the disk like a real one, but for
 * measurements that only read.
 */
export async function withMesh<Value>(
  { home, port, durability = 'full' }: Place & { readonly durability?: 'full' | 'relaxed' },
  use: (mesh: Mesh, graph: GraphClient) => Promise<Value>,
): Promise<Value> {
  const running = await startMesh(home, {
    port,
    instances: 1,
    durability,
    parts: 'all',
  });
  const stopAndFail = (error?: unknown): void => {
    if (error !== undefined) say(explain(error));
    void running.stop().finally(() => process.exit(1));
  };
  void untilStopSignal().then(() => stopAndFail());
  // An error that nobody waits for ends this process at once, and would leave the servers running.
  process.once('uncaughtException', stopAndFail);
  try {
    await running.ready;
    const token = await mintToken(running.mesh, { roles: ['admin'] });
    const graph = createGraphClient({ url: graphqlUrl(running.mesh), token });
    const value = await use(running.mesh, graph);
    await graph.close();
    return value;
  } finally {
    await running.stop();
  }
}
