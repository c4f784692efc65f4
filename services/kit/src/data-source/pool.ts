import {
  cut,
  openConnection,
  run,
  type Address,
  type Connection,
  type SessionOptions,
} from './connection.ts';
import { HaError } from './errors.ts';
import { now } from './time.ts';

export type PoolOptions = {
  readonly name: string;
  readonly address: Address;
  readonly session: SessionOptions;
  /** Statements that prepare each new connection. */
  readonly prepare: string;
  readonly max: number;
  readonly warm: number;
  readonly connectTimeoutMs: number;
};

/** Connections to one server for one purpose. */
export type Pool = {
  readonly options: PoolOptions;
  readonly idle: Connection[];
  readonly busy: Set<Connection>;
  /** In the order in which they came. While somebody waits, nobody else is served. */
  readonly waiting: Set<Waiter>;
  opening: number;
  /** Set while the server is down: nobody is kept waiting for it. */
  isShut: boolean;
  isClosed: boolean;
};

type Waiter = {
  readonly deadline: number;
  readonly take: (connection: Connection) => void;
  readonly fail: (error: unknown) => void;
  /** Its turn has come: it no longer waits in line. */
  readonly leave: () => void;
};

export const createPool = (options: PoolOptions): Pool => ({
  options,
  idle: [],
  busy: new Set(),
  waiting: new Set(),
  opening: 0,
  isShut: false,
  isClosed: false,
});

const sizeOf = (pool: Pool): number => pool.idle.length + pool.busy.size + pool.opening;

/** Takes a connection, opens one if there is room, or waits in line for one until `deadline`. */
export async function acquire(pool: Pool, deadline: number): Promise<Connection> {
  const refusal = refusalOf(pool);
  if (refusal) throw refusal;
  const connection = takeIdle(pool);
  if (!connection) {
    return sizeOf(pool) < pool.options.max ? openFor(pool, deadline) : waitInLine(pool, deadline);
  }
  pool.busy.add(connection);
  return connection;
}

function refusalOf({ options, isClosed, isShut }: Pool): HaError | null {
  if (isClosed) return new HaError('HA_CLOSED', 'the data source is closed');
  return isShut ? new HaError('HA_NODE_DOWN', `${options.name} is down`) : null;
}

function takeIdle(pool: Pool): Connection | null {
  for (;;) {
    const connection = pool.idle.pop();
    if (!connection) return null;
    if (!connection.isDead) return connection;
  }
}

function openFor(pool: Pool, deadline: number): Promise<Connection> {
  return open(pool, Math.min(pool.options.connectTimeoutMs, Math.max(50, deadline - now())));
}

/** Gives a new connection, which is in use until it is released. */
async function open(pool: Pool, timeoutMs: number): Promise<Connection> {
  const { address, session, prepare } = pool.options;
  pool.opening += 1;
  let connection: Connection | null = null;
  try {
    connection = await openConnection(address, session, timeoutMs);
    await run(connection, prepare);
    if (pool.isShut || pool.isClosed) {
      throw new HaError('HA_NODE_DOWN', `${pool.options.name} went down`);
    }
    watch(pool, connection);
    pool.opening -= 1;
    pool.busy.add(connection);
    return connection;
  } catch (error) {
    if (connection) cut(connection);
    pool.opening -= 1;
    useRoom(pool);
    throw error;
  }
}

function watch(pool: Pool, connection: Connection): void {
  const forget = (): void => drop(pool, connection);
  connection.mysql.on('error', forget);
  connection.mysql.on('end', forget);
}

function waitInLine(pool: Pool, deadline: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      pool.waiting.delete(waiter);
    };
    const waiter: Waiter = {
      deadline,
      leave,
      take: (connection) => {
        leave();
        resolve(connection);
      },
      fail: (error) => {
        leave();
        reject(error);
      },
    };
    const giveUp = (): void =>
      waiter.fail(new HaError('HA_POOL_EXHAUSTED', `no free connection to ${pool.options.name}`));
    const timer = setTimeout(giveUp, Math.max(1, deadline - now()));
    pool.waiting.add(waiter);
  });
}

/** There is room for one more: opens a connection for whoever has waited longest. */
function useRoom(pool: Pool): void {
  const [first] = pool.waiting;
  if (!first || refusalOf(pool) || sizeOf(pool) >= pool.options.max) return;
  first.leave();
  openFor(pool, first.deadline).then(first.take, first.fail);
}

/** Hands the connection to whoever has waited longest. */
export function release(pool: Pool, connection: Connection): void {
  if (!pool.busy.has(connection)) return;
  if (connection.isDead) return drop(pool, connection);
  const [first] = pool.waiting;
  if (first) return first.take(connection);
  pool.busy.delete(connection);
  pool.idle.push(connection);
}

/** Gives a connection up: it broke, or its session cannot be trusted any more. */
export function drop(pool: Pool, connection: Connection, reason?: Error): void {
  pool.busy.delete(connection);
  const index = pool.idle.indexOf(connection);
  if (index !== -1) pool.idle.splice(index, 1);
  cut(connection, reason);
  useRoom(pool);
}

/** Gives every connection up, and tells those who wait for one to look elsewhere. */
export function dropAll(pool: Pool, reason?: Error): void {
  const lost = reason ?? new HaError('HA_NODE_DOWN', `${pool.options.name} is not to be used now`);
  for (const waiter of pool.waiting) waiter.fail(lost);
  for (const connection of [...pool.idle, ...pool.busy]) drop(pool, connection, reason);
}

/** Opens the connections that are to be ready before anyone asks. Failing is no matter. */
export async function warm(pool: Pool): Promise<void> {
  const missing = pool.options.warm - sizeOf(pool);
  try {
    for (let count = 0; count < missing && !pool.isShut && !pool.isClosed; count += 1) {
      release(pool, await open(pool, pool.options.connectTimeoutMs));
    }
  } catch {
    // The probe finds out by itself whether the server is in trouble.
  }
}

export function shut(pool: Pool, reason: Error): void {
  pool.isShut = true;
  dropAll(pool, reason);
}

export function reopen(pool: Pool): void {
  pool.isShut = false;
  void warm(pool);
}

export function closePool(pool: Pool): void {
  pool.isClosed = true;
  dropAll(pool, new HaError('HA_CLOSED', 'the data source is closed'));
}
