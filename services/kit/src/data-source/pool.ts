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
  /** Called when a connection or the room for one may be free. */
  readonly waiting: Set<() => void>;
  opening: number;
  /** Set while the server is down: nobody is kept waiting for it. */
  isShut: boolean;
  isClosed: boolean;
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

/** Takes a connection, opens one if there is room, or waits for one until `deadline`. */
export async function acquire(pool: Pool, deadline: number): Promise<Connection> {
  for (;;) {
    if (pool.isClosed) throw new HaError('HA_CLOSED', 'the data source is closed');
    if (pool.isShut) throw new HaError('HA_NODE_DOWN', `${pool.options.name} is down`);
    const connection = takeIdle(pool) ?? (await openIfRoom(pool, deadline));
    if (connection) {
      pool.busy.add(connection);
      return connection;
    }
    await waitForRoom(pool, deadline);
  }
}

function takeIdle(pool: Pool): Connection | null {
  for (;;) {
    const connection = pool.idle.pop();
    if (!connection) return null;
    if (!connection.isDead) return connection;
  }
}

async function openIfRoom(pool: Pool, deadline: number): Promise<Connection | null> {
  if (sizeOf(pool) >= pool.options.max) return null;
  const timeoutMs = Math.min(pool.options.connectTimeoutMs, Math.max(50, deadline - now()));
  return open(pool, timeoutMs);
}

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
    return connection;
  } catch (error) {
    if (connection) cut(connection);
    wakeOne(pool);
    throw error;
  } finally {
    pool.opening -= 1;
  }
}

function watch(pool: Pool, connection: Connection): void {
  const forget = (): void => drop(pool, connection);
  connection.mysql.on('error', forget);
  connection.mysql.on('end', forget);
}

async function waitForRoom(pool: Pool, deadline: number): Promise<void> {
  if (now() >= deadline) {
    throw new HaError('HA_POOL_EXHAUSTED', `no free connection to ${pool.options.name}`);
  }
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      pool.waiting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.max(1, deadline - now()));
    pool.waiting.add(wake);
  });
}

function wakeOne(pool: Pool): void {
  for (const wake of pool.waiting) {
    wake();
    return;
  }
}

export function release(pool: Pool, connection: Connection): void {
  if (!pool.busy.delete(connection)) return;
  if (!connection.isDead) pool.idle.push(connection);
  wakeOne(pool);
}

/** Gives a connection up: it broke, or its session cannot be trusted any more. */
export function drop(pool: Pool, connection: Connection, reason?: Error): void {
  pool.busy.delete(connection);
  const index = pool.idle.indexOf(connection);
  if (index !== -1) pool.idle.splice(index, 1);
  cut(connection, reason);
  wakeOne(pool);
}

export function dropAll(pool: Pool, reason?: Error): void {
  for (const connection of [...pool.idle, ...pool.busy]) drop(pool, connection, reason);
  for (const wake of pool.waiting) wake();
}

/** Opens the connections that are to be ready before anyone asks. Failing is no matter. */
export async function warm(pool: Pool): Promise<void> {
  const missing = pool.options.warm - sizeOf(pool);
  try {
    for (let count = 0; count < missing && !pool.isShut && !pool.isClosed; count += 1) {
      pool.idle.push(await open(pool, pool.options.connectTimeoutMs));
      wakeOne(pool);
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
