import {
  cut,
  openConnection,
  patience,
  rows,
  run,
  type Address,
  type Connection,
  type SessionOptions,
} from '../connection.ts';
import { HaError, isLost, reasonOf } from '../errors.ts';
import { before, now } from '../time.ts';
import type { KeptNode, KeeperOptions, KeeperTiming } from './options.ts';
import type { Sight } from './sight.ts';
import { readView, viewSql, type TimedView, type View } from './view.ts';

/** The keeper's hold on one server: a connection to ask on, and what came of asking. */
export type Agent = {
  readonly node: KeptNode;
  readonly options: KeeperOptions;
  readonly timing: KeeperTiming;
  connection: Connection | null;
  connecting: Promise<void> | null;
  view: TimedView | null;
  /** What it said the time before. */
  earlier: TimedView | null;
  /** When what it has heard of its source last changed. */
  heardAt: number;
  strayedSince: number | null;
  isUp: boolean;
  error: string | null;
  failures: number;
  answeredAt: number;
  detachedSince: number | null;
  /** What the writer had when commits had surely begun to wait for this server. */
  syncFrom: View['gtids'] | null;
  probesAttached: number;
  isSynchronous: boolean;
  isBusy: boolean;
  /** A copy was begun and did not end: what it holds now is not to be trusted. */
  needsCopy: boolean;
  applierStartedAt: number;
  isClosed: boolean;
  /** Called when a connection ends: worth a look at once. */
  readonly onLost: () => void;
};

export const createAgent = (
  node: KeptNode,
  given: Pick<Agent, 'options' | 'timing' | 'onLost'>,
): Agent => ({
  node,
  ...given,
  connection: null,
  connecting: null,
  view: null,
  earlier: null,
  heardAt: now(),
  strayedSince: null,
  isUp: false,
  error: 'not asked yet',
  failures: 0,
  answeredAt: now(),
  detachedSince: null,
  syncFrom: null,
  probesAttached: 0,
  isSynchronous: false,
  isBusy: false,
  needsCopy: false,
  applierStartedAt: -Infinity,
  isClosed: false,
});

export const addressOf = ({ node }: Agent): string => `${node.host}:${node.port}`;

/** Asks a server for its view of things. Never fails: silence is an answer too. */
export async function look(agent: Agent): Promise<void> {
  try {
    const [row] = await ask(agent);
    agent.earlier = agent.view;
    agent.view = timed(agent, readView(row));
    agent.isUp = true;
    agent.error = null;
    agent.failures = 0;
    agent.answeredAt = now();
  } catch (error) {
    if (agent.connection) cut(agent.connection);
    agent.connection = null;
    agent.isUp = false;
    agent.error = isLost(error) || !(error instanceof Error) ? reasonOf(error) : error.message;
    agent.failures += 1;
  }
}

/** No server's clock is read: it may be wrong, or be set meanwhile. */
function timed(agent: Agent, view: View): TimedView {
  if (view.heard !== agent.earlier?.heard) agent.heardAt = now();
  return { ...view, quietMs: now() - agent.heardAt };
}

async function ask(agent: Agent): Promise<readonly unknown[]> {
  const { probeTimeoutMs } = agent.timing;
  const silent = (): Error => new HaError('HA_NODE_DOWN', `silent for ${probeTimeoutMs} ms`);
  const answer = async (): Promise<readonly unknown[]> => {
    if (!agent.connection || agent.connection.isDead) {
      // It goes on when this look has given up, and serves a later one.
      agent.connecting ??= connect(agent).finally(() => {
        agent.connecting = null;
      });
      await agent.connecting;
    }
    if (!agent.connection) throw silent();
    return rows(agent.connection, viewSql);
  };
  return before(now() + probeTimeoutMs, answer(), silent);
}

/** How the keeper reaches a server, also when all ordinary connections are taken. */
export const adminOf = ({
  node: { host, adminPort },
  options: { user, password, ssl },
}: Agent): { readonly address: Address; readonly session: SessionOptions } => ({
  address: { host, port: adminPort },
  session: { user, password, ...(ssl && { ssl }) },
});

function connectTo(agent: Agent, timeoutMs: number): Promise<Connection> {
  const { address, session } = adminOf(agent);
  return openConnection(address, session, timeoutMs);
}

async function connect(agent: Agent): Promise<void> {
  const connection = await connectTo(agent, patience * agent.timing.probeTimeoutMs);
  if (agent.isClosed) return cut(connection);
  agent.connection = connection;
  connection.socket.once('close', agent.onLost);
}

type Row = Readonly<Record<string, unknown>>;
type Values = readonly (string | number)[];

/** Statements on a connection of their own. They end with it, so nothing is done late. */
export type Hands = {
  readonly do: (sql: string, values?: Values, timeoutMs?: number) => Promise<void>;
  readonly ask: (sql: string, values?: Values, timeoutMs?: number) => Promise<Row>;
  readonly list: (sql: string, values?: Values) => Promise<readonly Row[]>;
};

const connectTimeoutMs = 2000;

/** Works on a server with a fresh connection, which is cut in the end whatever happens. */
export async function withHands<Value>(
  agent: Agent,
  work: (hands: Hands) => Promise<Value>,
): Promise<Value> {
  const connection = await connectTo(agent, connectTimeoutMs);
  const within = <Result>(ms: number | undefined, sql: string, result: Promise<Result>) => {
    const limitMs = ms ?? agent.timing.commandTimeoutMs;
    const what = `${agent.node.name} did not finish within ${limitMs} ms: ${sql.slice(0, 60)}`;
    return before(now() + limitMs, result, () => new HaError('HA_NODE_DOWN', what));
  };
  const list = (sql: string, values: Values = []): Promise<readonly Row[]> =>
    rows(connection, sql, [...values]);
  try {
    return await work({
      list: (sql, values) => within(undefined, sql, list(sql, values)),
      ask: async (sql, values, ms) => (await within(ms, sql, list(sql, values)))[0] ?? {},
      do: async (sql, values, ms) => {
        await within(ms, sql, run(connection, sql, values && [...values]));
      },
    });
  } finally {
    cut(connection);
  }
}

/** What the keeper knows of a server, for a decision. */
export const sightOf = (agent: Agent): Sight => ({
  name: agent.node.name,
  address: addressOf(agent),
  view: agent.view,
  isUp: agent.isUp,
  error: agent.error,
  failures: agent.failures,
  silentMs: now() - agent.answeredAt,
  detachedMs: agent.detachedSince === null ? 0 : now() - agent.detachedSince,
  isSynchronous: agent.isSynchronous,
  isBusy: agent.isBusy,
});

export function closeAgent(agent: Agent): void {
  agent.isClosed = true;
  if (agent.connection) cut(agent.connection);
  agent.connection = null;
}
