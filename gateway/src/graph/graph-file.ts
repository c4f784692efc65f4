import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describeError } from '@crm/kit/describe-error';
import type { Log } from '@crm/kit/log';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildGraph, type Graph } from './graph.ts';

export type GraphFile = {
  /** What new requests are answered with. */
  readonly current: () => Graph;
  /** Reads the file again. A graph that cannot be served is logged, and the old one stays. */
  readonly reload: () => Promise<void>;
  readonly close: () => void;
};

export type GraphFileOptions = {
  readonly path: string;
  readonly isOpen: boolean;
  readonly log: Log;
  /** Throws when this gateway cannot serve the graph: no address for a subgraph, say. */
  readonly accept: (graph: Graph) => void;
  /** Prepares on the new graph what was asked of the old one, so that nobody waits after the change. */
  readonly warm: (graph: Graph, key: string) => void;
};

const lookMs = 1000;
/** Operations that are prepared before a new graph takes over. */
const warmMax = 200;

/** Rejects when the file holds no graph at start; afterwards a bad file changes nothing. */
export async function openGraphFile(options: GraphFileOptions): Promise<GraphFile> {
  const { path, isOpen, log, accept } = options;
  let current = await read();
  let reloading = Promise.resolve();
  log.info({ graph: current.hash }, 'supergraph loaded');

  async function read(): Promise<Graph> {
    const graph = buildGraph(await readFile(path, 'utf8'), isOpen);
    accept(graph);
    return graph;
  }
  async function replace(): Promise<void> {
    try {
      const next = await read();
      if (next.hash === current.hash) return;
      await warmUp(current, next, options);
      log.info({ from: current.hash, to: next.hash }, 'supergraph replaced');
      current = next;
    } catch (error) {
      const kept = current.hash;
      log.error({ kept, error: describeError(error) }, 'new supergraph refused, the old one stays');
    }
  }
  const reload = (): Promise<void> => (reloading = reloading.then(replace));
  const onChange = (): void => void reload();
  watchFile(path, { interval: lookMs, persistent: false }, onChange);
  return { current: () => current, reload, close: () => unwatchFile(path, onChange) };
}

async function warmUp(old: Graph, next: Graph, { warm }: GraphFileOptions): Promise<void> {
  for (const key of old.prepared.keys().slice(-warmMax)) {
    warm(next, key);
    await nextTurn();
  }
}
