import { describeError } from '@crm/kit/describe-error';
import { answerHealth } from '@crm/kit/server/health';
import { startHttp } from '@crm/kit/server/http';
import type { Bus } from '@crm/kit/event/bus';
import type { Log } from '@crm/kit/log';
import { stopOnSignal } from '@crm/kit/server/shutdown';
import { createAuthenticate } from './authenticate.ts';
import type { GatewayConfig } from './config.ts';
import { openChanges, type Changes } from './changes.ts';
import { openFileServices, type FileServices } from './files/call-service.ts';
import { createFiles } from './files/files.ts';
import { createHooks } from './hooks/hooks.ts';
import { eventsSubgraph, type Graph } from './graph/graph.ts';
import { openGraphFile, type GraphFile } from './graph/graph-file.ts';
import { createExplorer } from './http/graphiql.ts';
import { createRoute, metricsHandler, type Handle, type Routes } from './http/route.ts';
import { createServe } from './http/serve.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { prepare } from './operation/prepare.ts';
import { runOf } from './plan.ts';
import { createSubgraphClient, type SubgraphClient } from './subgraphs/client.ts';

/** How long a file may take to arrive. */
const fileMsMax = 3_600_000;

export type RunningGateway = {
  readonly port: number;
  readonly url: string;
  readonly metricsPort: number;
  readonly reload: () => Promise<void>;
  /** Does what SIGTERM does, but for ending the process. */
  readonly stop: () => Promise<void>;
};

export type GatewayOptions = {
  readonly config: GatewayConfig;
  readonly log: Log;
  /** Operations that the page for browsers opens with. */
  readonly examples: URL;
  /** A stream of its own for a test; that of NATS_URL otherwise. */
  readonly bus?: Bus;
};

/** Serves the graph until SIGTERM or SIGINT. Rejects when it cannot: bad supergraph, port taken. */
export async function startGateway({
  config,
  log,
  examples,
  bus,
}: GatewayOptions): Promise<RunningGateway> {
  const metrics = createMetrics();
  const client = createSubgraphClient({
    urls: config.SUBGRAPHS,
    keys: config.CONTEXT_KEYS,
    log,
    metrics,
  });
  const file = await openGraphFile({
    path: config.SUPERGRAPH,
    isOpen: config.EXPLORE === 'on',
    log,
    accept: (graph) => acceptGraph(graph, client),
    warm,
  });
  const authenticate = createAuthenticate({
    jwksUrl: config.JWKS_URL,
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
  });
  const changes = openChanges(config, {
    graph: file.current,
    call: client.call,
    authenticate,
    log,
    bus,
  });
  const serve = createServe({
    graph: file.current,
    authenticate,
    call: changes.call,
    log,
    metrics,
  });
  const files = openFileServices({ urls: config.SUBGRAPHS, keys: config.CONTEXT_KEYS });
  const explore = config.EXPLORE === 'on' ? createExplorer(examples) : undefined;
  const serveFiles = createFiles({
    services: files,
    keys: config.CONTEXT_KEYS,
    authenticate,
    log,
  });
  const beside = { hooks: createHooks({ services: files, log }), serveFiles, explore };
  return listen({ config, log, metrics, client, file, files, serve, changes, ...beside });
}

type Parts = {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly client: SubgraphClient;
  readonly file: GraphFile;
  readonly files: FileServices;
  readonly serveFiles: Handle;
  readonly hooks: Handle;
  readonly serve: Handle;
  readonly explore: Handle | undefined;
  readonly changes: Changes;
};

async function listen(parts: Parts): Promise<RunningGateway> {
  const route = createRoute(routesOf(parts));
  const { config, log, client, file, files, changes } = parts;
  const base = {
    host: config.HOST,
    drainDelayMs: config.DRAIN_DELAY_MS,
    onError: (error: unknown) => log.error({ error: describeError(error) }, 'request failed'),
  };
  // Others are sent here once they can follow changes from here.
  const isReady = (): boolean => !http.isDraining() && changes.isReady();
  const http = await startHttp({
    ...base,
    port: config.PORT,
    requestMsMax: fileMsMax,
    handle: async (request, response) => {
      if (await answerHealth(request, response, { isReady })) return;
      await route(request, response);
    },
  });
  http.server.on('upgrade', changes.upgrade);
  const metricsHttp =
    config.METRICS_PORT === undefined
      ? undefined
      : await startHttp({
          ...base,
          port: config.METRICS_PORT,
          handle: metricsHandler(parts.metrics),
        });

  const stop = async (): Promise<void> => {
    await Promise.all([http.drain(), changes.drain()]);
    forgetSignals();
    file.close();
    await Promise.all([client.close(), files.close(), metricsHttp?.drain(), changes.close()]);
    log.info('stopped');
  };
  const forgetSignals = stopOnSignal(log, stop);
  const url = `http://${config.HOST}:${http.port}/graphql`;
  log.info({ url }, 'gateway is listening');
  return {
    port: http.port,
    url,
    metricsPort: metricsHttp?.port ?? http.port,
    reload: file.reload,
    stop,
  };
}

const routesOf = ({ config, serve, serveFiles, hooks, ...parts }: Parts): Routes => ({
  serve,
  files: serveFiles,
  hooks,
  events: parts.changes.events,
  explore: parts.explore,
  metrics: config.METRICS_PORT === undefined ? metricsHandler(parts.metrics) : undefined,
  corsOrigins: config.CORS_ORIGINS,
});

function acceptGraph({ subgraphs }: Graph, client: SubgraphClient): void {
  const missing = subgraphs.filter((name) => name !== eventsSubgraph && !client.has(name));
  if (missing.length > 0) throw new Error(`SUBGRAPHS has no address for ${missing.join(', ')}`);
}

/** An operation that the new graph refuses is left for its caller to hear of. */
function warm(graph: Graph, key: string): void {
  const end = key.indexOf('\n');
  try {
    runOf(graph, prepare(graph, key.slice(end + 1), key.slice(0, end) || null));
  } catch {
    // Refused on the old graph too, or told at the next request.
  }
}
