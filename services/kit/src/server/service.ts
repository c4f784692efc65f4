import type { GraphQLSchema } from 'graphql';
import { clusterOf } from './cluster-settings.ts';
import { readConfig, serviceSettings } from './config.ts';
import { startCustomFieldJob } from '../record/custom-field-job.ts';
import { recordReads } from '../record/disclosure.ts';
import type { Entity } from '../record/entity.ts';
import { connectBus, type Bus } from '../event/bus.ts';
import { startConsumers } from '../event/consume.ts';
import type { Consumer } from '../event/consumer.ts';
import type { App, RequestContext } from '../context.ts';
import {
  closeCluster,
  openCluster,
  openDatabase,
  type DatabaseOptions,
} from '../database/database.ts';
import { createLog } from '../log.ts';
import { startRelay } from '../event/relay.ts';
import type { RequestInfo } from '../request.ts';
import type { AnswerHook } from './hook-call.ts';
import { clusterMetrics, relayMetrics } from './metrics.ts';
import { startSubgraph } from './subgraph.ts';
import { fileAnswerer, type AnswerDocuments } from '../transfer/file-answer.ts';
import type { TransferApp } from '../transfer/retention.ts';

export type ServiceOptions<Context extends RequestContext> = {
  /** As in the supergraph: `customers`. */
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly createContext: (app: App, request: RequestInfo) => Context;
  /** What the service does when something happened elsewhere. */
  readonly consumers?: readonly Consumer[];
  /** The kinds of records that administrators may define fields for. */
  readonly customisable?: readonly Entity[];
  /** Answers whoever holds a signed address of a document. */
  readonly documents?: (app: App) => AnswerDocuments;
  /** Answers people and programs without a token: `/hooks/NAME/…` at the gateway. */
  readonly hooks?: (app: App) => AnswerHook;
  /** Work that goes on beside requests, until it is stopped. */
  readonly jobs?: readonly ((app: TransferApp & { readonly bus: Bus }) => Stoppable)[];
};

type Stoppable = { readonly stop: () => Promise<void> };

/** Runs a service until it is told to stop: database, relay, consumers, jobs, then the subgraph. */
export async function startService<Context extends RequestContext>(
  { name, schema, createContext, consumers = [], jobs = [], ...options }: ServiceOptions<Context>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { customisable, documents, hooks } = options;
  const config = readConfig(serviceSettings, env);
  const log = createLog(name, config.LOG_LEVEL);
  const account = { user: config.MYSQL_USER, password: config.MYSQL_PASSWORD };
  const cluster = openCluster({ ...account, ...clusterOf(config), log });
  const address = { cluster, ...account, schema: config.MYSQL_SCHEMA, entities: [] };
  const db = await openDatabase(address);
  const bus = connectBus({ url: config.NATS_URL, replicas: config.NATS_REPLICAS, name, log });
  const app: App = { db, log, now: () => new Date() };
  const retention = { fileDays: config.TRANSFER_FILE_DAYS, jobDays: config.TRANSFER_JOB_DAYS };
  const relay = startRelay({ db, bus, service: name, log });
  const running: readonly Stoppable[] = [
    relay,
    ...(consumers.length > 0 ? [startConsumers({ db, bus, service: name, consumers, log })] : []),
    ...jobs.map((start) => start({ ...app, bus, retention })),
    ...(customisable ? [await startIndexing(app, address, customisable)] : []),
  ];

  await startSubgraph({
    name,
    schema,
    config,
    log,
    createContext: (request) => createContext(app, request),
    recordReads: recordReads(db),
    files: fileAnswerer({ ...app, retention }, documents?.(app)),
    ...(hooks && { hooks: hooks(app) }),
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

/** Makes the indexes of custom fields. What is left half-done when it stops is done later. */
async function startIndexing(
  app: App,
  address: DatabaseOptions,
  entities: readonly Entity[],
): Promise<Stoppable> {
  const patient = await openDatabase({ ...address, access: patience });
  const job = startCustomFieldJob(app, { entities, patient });
  return {
    stop: async () => {
      await Promise.all([job.stop(), patient.destroy()]);
    },
  };
}

/** An index over millions of rows is not hurried, and nothing else is done here. */
const patience = {
  usesMarker: false,
  writeDeadlineMs: 4 * 3600 * 1000,
  warmConnections: 0,
  readPoolMax: 1,
  writePoolMax: 1,
};
