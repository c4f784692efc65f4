import type { GraphQLSchema } from 'graphql';
import { readConfig, serviceSettings } from './config.ts';
import { connectBus } from './bus.ts';
import type { App, RequestContext } from './context.ts';
import { closeCluster, openCluster, openDatabase } from './database.ts';
import { createLog } from './log.ts';
import { migrate } from './migrate.ts';
import { kitMigrations } from './migrations/index.ts';
import type { Migration } from './migration.ts';
import { startRelay } from './relay.ts';
import type { RequestInfo } from './request.ts';
import { startSubgraph } from './subgraph.ts';

export type ServiceOptions<Context extends RequestContext> = {
  /** As in the supergraph: `customers`. */
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly createContext: (app: App, request: RequestInfo) => Context;
};

/** Runs a service until it is told to stop: database, relay, subgraph, in that order. */
export async function startService<Context extends RequestContext>(
  { name, schema, createContext }: ServiceOptions<Context>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const config = readConfig(serviceSettings, env);
  const log = createLog(name, config.LOG_LEVEL);
  const account = { user: config.MYSQL_USER, password: config.MYSQL_PASSWORD };
  const cluster = openCluster({ nodes: config.MYSQL_NODES, ...account, log });
  const db = await openDatabase({ cluster, ...account, schema: config.MYSQL_SCHEMA, entities: [] });
  const bus = connectBus({ url: config.NATS_URL, name, log });
  const app: App = { db, log, now: () => new Date() };
  const relay = startRelay({ db, bus, service: name, log });

  await startSubgraph({
    name,
    schema,
    config,
    log,
    createContext: (request) => createContext(app, request),
    isReady: () =>
      db.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    onDrain: async () => {
      await relay.stop();
      await bus.close();
      await db.destroy();
      closeCluster(cluster);
    },
  });
}

/** The deploy step of a service: brings its schema up to date and ends. */
export async function migrateService(
  migrations: readonly Migration[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const config = readConfig(serviceSettings, env);
  const log = createLog(`migrate ${config.MYSQL_SCHEMA}`, config.LOG_LEVEL);
  const account = { user: config.MYSQL_USER, password: config.MYSQL_PASSWORD };
  const cluster = openCluster({ nodes: config.MYSQL_NODES, ...account, log });
  try {
    await migrate({
      cluster,
      ...account,
      schema: config.MYSQL_SCHEMA,
      migrations: [...kitMigrations, ...migrations],
      report: (line) => log.info(line),
    });
  } finally {
    closeCluster(cluster);
  }
}
