import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { readConfig } from './config.ts';
import { startKeeper, stopKeeper } from '../data-source/keeper/keeper.ts';
import type { KeeperEvent } from '../data-source/keeper/events.ts';
import { openNatsStore } from '../data-source/keeper/nats-store.ts';
import type { KeeperOptions } from '../data-source/keeper/options.ts';
import type { TermStore } from '../data-source/keeper/store.ts';
import { describeError } from '../describe-error.ts';
import { answerHealth } from './health.ts';
import { startHttp } from './http.ts';
import { keeperMetrics } from './keeper-metrics.ts';
import { answerMetrics, type Metric } from './metrics.ts';
import { createLog, type Log } from '../log.ts';
import { stopOnSignal } from './shutdown.ts';

/** `a=127.0.0.1:4010/4012`: name, host, port and administrative port. */
const nodes = z.string().transform((text, context) =>
  text.split(',').map((part) => {
    const match = /^(\w[\w-]*)=([^:]+):(\d+)\/(\d+)$/.exec(part.trim());
    const [, name, host, port, adminPort] = match ?? [];
    if (name && host) return { name, host, port: Number(port), adminPort: Number(adminPort) };
    context.addIssue({ code: 'custom', message: `expected name=host:port/admin, not "${part}"` });
    return z.NEVER;
  }),
);

/** The settings of a keeper process. The README of `data-source` explains each. */
const keeperSettings = {
  HOST: z.string().default('127.0.0.1'),
  /** For /livez and /readyz. */
  PORT: z.coerce.number().int().min(1).max(65_535),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  KEEPER_ID: z.string().default(`${hostname()}-${process.pid}`),
  KEEPER_NODES: nodes,
  KEEPER_USER: z.string().min(1),
  KEEPER_PASSWORD: z.string(),
  REPL_USER: z.string().min(1),
  REPL_PASSWORD: z.string(),
  MYSQL_CLUSTER: z.string().regex(/^\w+$/),
  MYSQL_TLS: z.enum(['on', 'off']).default('off'),
  NATS_URL: z.string().min(1),
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(3),
  DURABILITY: z.enum(['degrade', 'strict']).default('degrade'),
  PROMOTION: z.enum(['quorum', 'operator', 'unsafe-single']).default('quorum'),
  WRITE_PROBE: z.enum(['off', 'report', 'promote']).default('report'),
  FAILBACK: z.string().optional(),
  FAILOVER_GAP_MS: z.coerce.number().int().min(0).default(60_000),
} as const;

type Settings = z.infer<z.ZodObject<typeof keeperSettings>>;

/** Runs a keeper until it is told to stop. */
export async function runKeeper(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(keeperSettings, env);
  const log = createLog('keeper', config.LOG_LEVEL);
  const store = await openStore(config, log);
  const counts = new Map<KeeperEvent['type'], number>();
  const keeper = startKeeper(optionsOf(config), store, (event) => {
    counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
    note(log, event);
  });
  warnOfNoQuorum(log, config, store);
  const readMetrics = (): Promise<readonly Metric[]> => keeperMetrics(keeper, counts);
  const http = await startHttp({
    host: config.HOST,
    port: config.PORT,
    drainDelayMs: 0,
    onError: (error) => log.error({ error: describeError(error) }, 'request failed'),
    handle: async (request, response) => {
      const isKnown = await answerHealth(request, response, {
        isReady: () => keeper.term !== null,
      });
      if (isKnown || (await answerMetrics(request, response, readMetrics))) return;
      response.writeHead(404).end();
    },
  });
  stopOnSignal(log, async () => {
    await stopKeeper(keeper);
    await http.drain();
  });
}

const quorumMin = 3;

/** Says once, at the start, what else would be noticed on the day of a failover only. */
function warnOfNoQuorum(log: Log, { PROMOTION }: Settings, { replicas }: TermStore): void {
  if (replicas >= quorumMin || PROMOTION === 'operator') return;
  const copies = `${replicas} NATS server${replicas === 1 ? '' : 's'} keep the record, and a quorum needs ${quorumMin}`;
  if (PROMOTION === 'quorum') log.warn(`${copies}: no standby is promoted without an operator`);
  else log.warn(`${copies}: a torn network could have two sources. Right for one machine only`);
}

const storeRetryMs = 500;

/** Waits for the store: a keeper that cannot write down what it does must not do it. */
async function openStore(config: Settings, log: Log): Promise<TermStore> {
  const servers = config.NATS_URL.split(',');
  const options = { servers, cluster: config.MYSQL_CLUSTER, replicas: config.NATS_REPLICAS };
  for (let told = ''; ;) {
    try {
      return await openNatsStore(options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== told) log.warn({ error: describeError(error) }, 'waits for the record store');
      told = reason;
      await wait(storeRetryMs);
    }
  }
}

/** `deploy/mysql/users.sql` makes the table. */
const writeProbe = { table: 'keeper.writeProbe', everyMs: 2000, timeoutMs: 5000 } as const;

const optionsOf = (config: Settings): KeeperOptions => ({
  id: config.KEEPER_ID,
  cluster: config.MYSQL_CLUSTER,
  nodes: config.KEEPER_NODES,
  user: config.KEEPER_USER,
  password: config.KEEPER_PASSWORD,
  replication: { user: config.REPL_USER, password: config.REPL_PASSWORD },
  durability: config.DURABILITY,
  promotion: config.PROMOTION,
  timing: { failoverGapMs: config.FAILOVER_GAP_MS },
  ...(config.MYSQL_TLS === 'on' && { ssl: { rejectUnauthorized: false } }),
  ...(config.FAILBACK && { failback: config.FAILBACK }),
  ...(config.WRITE_PROBE !== 'off' && {
    writeProbe: { ...writeProbe, onWedged: config.WRITE_PROBE },
  }),
});

/** Those that a person should read before the next morning. */
const urgent: ReadonlySet<KeeperEvent['type']> = new Set([
  'needs-operator',
  'split-brain',
  'errant',
  'stranger',
  'wedged',
  'error',
]);

function note(log: Log, { message, ...event }: KeeperEvent): void {
  log[urgent.has(event.type) ? 'warn' : 'info']({ keeper: event }, message);
}
