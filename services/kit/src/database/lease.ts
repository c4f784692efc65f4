import type { DataSource, EntityManager } from 'typeorm';
import { newId } from '../id.ts';
import type { Log } from '../log.ts';
import { describeError } from '../describe-error.ts';

/** The right to do a thing that one process at a time may do. `fence` grows with each new holder. */
export type Lease = { readonly name: string; readonly holder: string; readonly fence: number };

/** Another holds the lease by now, or did since. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export type LeaseKeeper = {
  /** The lease, or null while another process holds it or it may have run out. */
  readonly current: () => Lease | null;
  /** Stops asking for the lease and hands it over at once. */
  readonly stop: () => Promise<void>;
};

type KeepOptions = {
  readonly db: DataSource;
  readonly name: string;
  readonly log: Log;
  /** How long the others wait when the holder dies. */
  readonly ttlMs?: number | undefined;
};

type Held = { readonly lease: Lease; readonly untilMs: number };

const microseconds = 'INTERVAL ? * 1000 MICROSECOND';

/**
 * Asks for the lease and renews it until stopped. Only the database's clock decides whether a lease
 * has run out; the holder counts its own time from before it asked, so it stops first.
 */
export function keepLease({ db, name, log, ttlMs = 6000 }: KeepOptions): LeaseKeeper {
  const holder = newId();
  let held: Held | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const ask = async (): Promise<void> => {
    const untilMs = performance.now() + ttlMs;
    try {
      const lease = await keepOrTake(db, { name, holder, ttlMs }, held?.lease ?? null);
      if (Boolean(lease) !== Boolean(held)) log.info({ name, lease }, 'lease changed hands');
      held = lease && { lease, untilMs };
    } catch (error) {
      log.warn({ name, error: describeError(error) }, 'lease not renewed');
    }
  };
  const askOn = async (): Promise<void> => {
    await ask();
    if (!stopped) timer = setTimeout(() => void (asking = askOn()), ttlMs / 3);
  };
  let asking = askOn();

  return {
    current: () => (held && performance.now() < held.untilMs ? held.lease : null),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await asking;
      const last = held?.lease;
      held = null;
      if (last) await releaseLease(db, last);
    },
  };
}

type Wanted = { readonly name: string; readonly holder: string; readonly ttlMs: number };

async function keepOrTake(
  db: DataSource,
  wanted: Wanted,
  held: Lease | null,
): Promise<Lease | null> {
  if (held && (await renewLease(db, held, wanted.ttlMs))) return held;
  return takeLease(db, wanted);
}

/**
 * Whether a lease has run out, or was written by a server whose clock goes ahead of this one's: after
 * a failover to a server that is ten minutes behind, nobody is to wait for ten minutes.
 */
const isOver = `(lease.expiresAt < UTC_TIMESTAMP(6)
  OR lease.expiresAt > UTC_TIMESTAMP(6) + ${microseconds} + ${microseconds})`;

/** Takes the lease when it is free or has run out; null while another holds it. */
export const takeLease = (db: DataSource, { name, holder, ttlMs }: Wanted): Promise<Lease | null> =>
  db.transaction(async (manager) => {
    await manager.query(
      `INSERT INTO lease (name, holder, fence, expiresAt)
       VALUES (?, ?, 1, UTC_TIMESTAMP(6) + ${microseconds}) AS wanted
       ON DUPLICATE KEY UPDATE
         fence = IF(${isOver}, lease.fence + 1, lease.fence),
         holder = IF(${isOver}, wanted.holder, lease.holder),
         expiresAt = IF(lease.holder = wanted.holder, wanted.expiresAt, lease.expiresAt)`,
      [name, holder, ttlMs, ttlMs, ttlMs, ttlMs, ttlMs],
    );
    return findLease(manager, name, holder);
  });

/** Takes the lease from whoever holds it, who learns of it when next renewing or fenced. */
export const seizeLease = (
  db: DataSource,
  { name, holder, ttlMs }: Wanted,
): Promise<Lease | null> =>
  db.transaction(async (manager) => {
    await manager.query(
      `INSERT INTO lease (name, holder, fence, expiresAt)
       VALUES (?, ?, 1, UTC_TIMESTAMP(6) + ${microseconds}) AS wanted
       ON DUPLICATE KEY UPDATE
         fence = lease.fence + 1, holder = wanted.holder, expiresAt = wanted.expiresAt`,
      [name, holder, ttlMs],
    );
    return findLease(manager, name, holder);
  });

/** Tells whether the lease is still the holder's, and if so prolongs it. */
export async function renewLease(db: DataSource, lease: Lease, ttlMs: number): Promise<boolean> {
  const { affectedRows } = await db.query<{ affectedRows: number }>(
    `UPDATE lease SET expiresAt = UTC_TIMESTAMP(6) + ${microseconds}
     WHERE name = ? AND holder = ? AND fence = ?`,
    [ttlMs, lease.name, lease.holder, lease.fence],
  );
  return affectedRows === 1;
}

export async function releaseLease(db: DataSource, lease: Lease): Promise<void> {
  await db.query(
    `UPDATE lease SET expiresAt = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND
     WHERE name = ? AND holder = ? AND fence = ?`,
    [lease.name, lease.holder, lease.fence],
  );
}

/**
 * Fences a transaction: it throws when the lease has gone to another, and nobody can take the lease
 * before the transaction ends.
 */
export async function assertLease(manager: EntityManager, lease: Lease): Promise<void> {
  const found = await findLease(manager, lease.name, lease.holder);
  if (found?.fence !== lease.fence) throw new LeaseLostError(`Lease ${lease.name} was lost`);
}

async function findLease(
  manager: EntityManager,
  name: string,
  holder: string,
): Promise<Lease | null> {
  const [row] = await manager.query<readonly { fence: string }[]>(
    'SELECT fence FROM lease WHERE name = ? AND holder = ? FOR SHARE',
    [name, holder],
  );
  return row ? { name, holder, fence: Number(row.fence) } : null;
}
