import type { GraphQLSchema } from 'graphql';
import { readConfig, serviceSettings } from './config.ts';
import { connectBus, type Bus } from '../event/bus.ts';
import { startConsumers } from '../event/consume.ts';
import type { Consumer } from '../event/consumer.ts';
import type { App, RequestContext } from '../context.ts';
import {
  closeCluster,
  openCluster,
  openDatabase,
  type KeptClusterOptions,
} from '../database/database.ts';
import { createLog } from '../log.ts';
import { startRelay } from '../event/relay.ts';
import type { RequestInfo } from '../request.ts';
import { clusterMetrics, relayMetrics } from './metrics.ts';
import { startSubgraph } from './subgraph.ts';
import { fileAnswerer } from '../transfer/file-answer.ts';

export type ServiceOptions<Context extends RequestContext> = {
  /** As in the supergraph: `customers`. */
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly createContext: (app: App, request: RequestInfo) => Context;
  /** What the service does when something happened elsewhere. */
  readonly consumers?: readonly Consumer[];
  /** Work that goes on beside requests, until it is stopped. */
  readonly jobs?: readonly ((app: App & { readonly bus: Bus }) => Stoppable)[];
};

type Stoppable = { readonly stop: () => Promise<void> };

/** Runs a service until it is told to stop: database, relay, consumers, jobs, then the subgraph. */
export async function startService<Context extends RequestContext>(
  { name, schema, createContext, consumers = [], jobs = [] }: ServiceOptions<Context>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const config = readConfig(serviceSettings, env);
  const log = createLog(name, config.LOG_LEVEL);
  const account = { user: config.MYSQL_USER, password: config.MYSQL_PASSWORD };
  const cluster = openCluster({ ...account, ...clusterOf(config), log });
  const db = await openDatabase({ cluster, ...account, schema: config.MYSQL_SCHEMA, entities: [] });
  const bus = connectBus({ url: config.NATS_URL, replicas: config.NATS_REPLICAS, name, log });
  const app: App = { db, log, now: () => new Date() };
  const relay = startRelay({ db, bus, service: name, log });
  const running: readonly Stoppable[] = [
    relay,
    ...(consumers.length > 0 ? [startConsumers({ db, bus, service: name, consumers, log })] : []),
    ...jobs.map((start) => start({ ...app, bus })),
  ];

  await startSubgraph({
    name,
    schema,
    config,
    log,
    createContext: (request) => createContext(app, request),
    files: fileAnswerer(app),
    isReady: () =>
      db.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    problems: () =>
      relay.isBlocked() ? ['the event log is full: what changes is told later'] : [],
    metrics: async () => [
      ...clusterMetrics(cluster),
      // The servers are of most interest when they cannot be asked.
      ...(await relayMetrics(db, relay).catch(() => [])),
    ],
    onDrain: async () => {
      await Promise.all(running.map((each) => each.stop()));
      await bus.close();
      await db.destroy();
      closeCluster(cluster);
    },
  });
}

type ClusterSettings = {
  readonly MYSQL_NODES: KeptClusterOptions['nodes'];
  readonly MYSQL_CLUSTER?: string | undefined;
  readonly NATS_URL: string;
};

/** Which servers there are, and where their keeper writes down which one takes writes. */
export const clusterOf = ({
  MYSQL_NODES: nodes,
  MYSQL_CLUSTER: cluster,
  NATS_URL: url,
}: ClusterSettings): Pick<KeptClusterOptions, 'nodes' | 'record'> =>
  cluster ? { nodes, record: { servers: url.split(','), cluster } } : { nodes };
