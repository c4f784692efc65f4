import { poolsOf, type Access } from './access.ts';
import { run, type Connection } from './connection.ts';
import { HaError } from './errors.ts';
import type { Node } from './node.ts';
import { acquire, drop, release, type Pool } from './pool.ts';
import type { Scope } from './scope.ts';
import { before, now } from './time.ts';

const killTimeoutMs = 1000;

/** Ends the statement that runs on a connection, on the server too. False when that failed. */
async function killQuery(access: Access, node: Node, victim: Connection): Promise<boolean> {
  const { control } = poolsOf(access, node);
  const deadline = now() + killTimeoutMs;
  const { threadId } = victim.mysql;
  let connection: Connection | null = null;
  try {
    connection = await acquire(control, deadline);
    const killed = run(connection, `KILL QUERY ${threadId}`);
    await before(deadline, killed, stillRunning);
    release(control, connection);
    access.cluster.counters.queriesKilled += 1;
    return true;
  } catch {
    if (connection) drop(control, connection);
    return false;
  }
}

const stillRunning = (): Error => new HaError('HA_DEADLINE', 'the statement did not end');

type Running<Value> = {
  readonly node: Node;
  readonly pool: Pool;
  readonly connection: Connection;
  readonly work: Promise<Value>;
  /** Whether the connection is as good as new once the statement was ended. */
  readonly isReusable: boolean;
};

/**
 * Waits for a statement as long as its scope wants the answer. After that the caller is told at
 * once, and the connection stays busy until the server, told to stop, has done so.
 */
export async function untilUnwanted<Value>(
  access: Access,
  running: Running<Value>,
  scope: Scope | undefined,
): Promise<Value> {
  if (!scope || (scope.deadline === Infinity && !scope.signal)) return running.work;
  const { promise: unwanted, clear } = whenUnwanted(scope);
  try {
    return await Promise.race([running.work, unwanted]);
  } catch (error) {
    if (isUnwanted(error)) void stop(access, running);
    throw error;
  } finally {
    clear();
  }
}

export const isUnwanted = (error: unknown): boolean =>
  error instanceof HaError && (error.code === 'HA_ABORTED' || error.code === 'HA_DEADLINE');

function whenUnwanted({ deadline, signal }: Scope): { promise: Promise<never>; clear: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let abort: () => void = doNothing;
  const promise = new Promise<never>((_, reject) => {
    abort = () => reject(new HaError('HA_ABORTED', 'nobody waits for the answer'));
    const expire = (): void => reject(new HaError('HA_DEADLINE', 'the deadline has passed'));
    // A timer cannot be longer than 24.8 days; none that is set here should be longer than a day.
    const ms = Math.min(Math.max(0, deadline - now()), 86_400_000);
    timer = setTimeout(expire, ms);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
  });
  const clear = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  return { promise, clear };
}

const doNothing = (): void => undefined;

async function stop(access: Access, running: Running<unknown>): Promise<void> {
  const { node, pool, connection, work, isReusable } = running;
  const ended = work.then(
    () => true,
    () => true,
  );
  const isKilled = await killQuery(access, node, connection);
  const hasEnded = await before(now() + killTimeoutMs, ended, stillRunning).catch(() => false);
  if (isKilled && hasEnded && isReusable) release(pool, connection);
  else drop(pool, connection);
}
