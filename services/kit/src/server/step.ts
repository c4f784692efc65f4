import { setTimeout as sleep } from 'node:timers/promises';
import {
  closeCluster,
  openCluster,
  openDatabase,
  type Cluster,
  type Database,
} from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import type { Migration } from '../database/migration.ts';
import { connectBus, type Bus } from '../event/bus.ts';
import { rebuild, type Projection } from '../event/rebuild.ts';
import { tellSnapshots, type Snapshot } from '../event/snapshot.ts';
import { createLog, type Log } from '../log.ts';
import { kitMigrations } from '../migrations/index.ts';
import { readConfig, serviceSettings } from './config.ts';
import { clusterOf } from './cluster-settings.ts';

type Step = {
  readonly log: Log;
  readonly schema: string;
  readonly access: {
    readonly cluster: Cluster;
    readonly user: string;
    readonly password: string;
  };
  readonly open: (schema: string) => Promise<Database>;
  readonly connect: () => Promise<Bus>;
};

/** Tables of some size are compared, and a program that runs to its end is in no hurry. */
const patience = { readDeadlineMs: 600_000, writeDeadlineMs: 600_000 };

/** Runs a step of a deployment to its end, and the process with it. */
async function runStep(
  env: NodeJS.ProcessEnv,
  title: string,
  run: (step: Step) => Promise<void>,
): Promise<never> {
  const config = readConfig(serviceSettings, env);
  const { MYSQL_SCHEMA: schema, NATS_URL: url, NATS_REPLICAS: replicas } = config;
  const log = createLog(`${title} ${schema}`, config.LOG_LEVEL);
  const account = { user: config.MYSQL_USER, password: config.MYSQL_PASSWORD };
  const cluster = openCluster({ ...account, ...clusterOf(config), log });
  const access = { cluster, ...account };
  try {
    await run({
      log,
      schema,
      access,
      open: (name) => openDatabase({ ...access, schema: name, entities: [], access: patience }),
      connect: () => connected(connectBus({ url, replicas, name: title, log })),
    });
  } finally {
    closeCluster(cluster);
  }
  // The client of NATS leaves a connection open that was made too late, and that would keep this
  // process for minutes.
  process.exit(0);
}

const connectMsMax = 10_000;
const lookMs = 50;

async function connected(bus: Bus): Promise<Bus> {
  const endMs = performance.now() + connectMsMax;
  while (!bus.isConnected()) {
    if (performance.now() > endMs) throw new Error('NATS cannot be reached');
    await sleep(lookMs);
  }
  return bus;
}

/** The deploy step of a service: brings its schema up to date and ends. */
export const migrateService = (
  migrations: readonly Migration[],
  env: NodeJS.ProcessEnv,
): Promise<never> =>
  runStep(env, 'migrate', async ({ access, schema, log }) => {
    await migrate({
      ...access,
      schema,
      migrations: [...kitMigrations, ...migrations],
      report: (line) => log.info(line),
    });
  });

type RebuildServiceOptions = {
  readonly projection: Projection;
  readonly migrations: readonly Migration[];
};

/**
 * Makes the projection of a service anew while it runs, as the owner of its schema, in a schema
 * beside it. Started again after it was broken off, it goes on. `FROM_SNAPSHOT=1` begins with what
 * the owners have told of their records; `ACCEPT_LOSS=1` lets records go that nobody has told of.
 */
export const rebuildService = (
  { projection, migrations }: RebuildServiceOptions,
  env: NodeJS.ProcessEnv,
): Promise<never> =>
  runStep(env, 'rebuild', async ({ access, schema, open, connect, log }) => {
    const besideName = `${schema}_rebuild`;
    const db = await open(schema);
    await db.query(`CREATE DATABASE IF NOT EXISTS ${besideName}`);
    await migrate({
      ...access,
      schema: besideName,
      migrations: [...kitMigrations, ...migrations],
    });
    const note = occasionally((applied: number, total: number) =>
      log.info({ applied, total }, 'rebuilding'),
    );
    await rebuild({
      db,
      beside: await open(besideName),
      bus: await connect(),
      projection,
      log,
      isFromSnapshot: env['FROM_SNAPSHOT'] === '1',
      acceptsLoss: env['ACCEPT_LOSS'] === '1',
      onProgress: ({ applied, total }) => note(applied, total),
    });
    await db.query(`DROP DATABASE ${besideName}`);
    log.info('the new tables are in place');
  });

/** Tells the present state of all records of a service, for a projection that is made anew. */
export const snapshotService = (
  service: string,
  snapshots: readonly Snapshot[],
  env: NodeJS.ProcessEnv,
): Promise<never> =>
  runStep(env, 'snapshot', async ({ schema, open, connect, log }) => {
    const bus = await connect();
    const note = occasionally((told: number) => log.info({ told }, 'telling'));
    const told = await tellSnapshots(
      { db: await open(schema), bus, service, onTold: (_, count) => note(count) },
      snapshots,
    );
    log.info({ told }, 'told');
  });

const noteMs = 1000;

function occasionally<Args extends readonly number[]>(
  note: (...args: Args) => void,
): (...args: Args) => void {
  let dueMs = 0;
  return (...args) => {
    if (performance.now() < dueMs) return;
    dueMs = performance.now() + noteMs;
    note(...args);
  };
}
