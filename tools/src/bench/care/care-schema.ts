import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { z } from 'zod';

const lookMs = 100;

const countSchema = z.tuple([z.array(z.object({ count: z.coerce.number() })), z.unknown()]);

export async function count(connection: Connection, what: string): Promise<number> {
  const [[row]] = countSchema.parse(
    await connection.query(`SELECT COUNT(*) AS count FROM ${what}`),
  );
  return row?.count ?? 0;
}

type Awaited = { readonly what: string; readonly forMs: number };

/** Seconds until something is so. */
export async function secondsUntil(
  isSo: () => Promise<boolean>,
  { what, forMs }: Awaited,
): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < forMs) {
    if (await isSo()) return (performance.now() - startedAt) / 1000;
    await sleep(lookMs);
  }
  throw new Error(`Not within ${forMs / 1000} s: ${what}`);
}

const toldMsMax = 600_000;

/** Waits until nothing that was done before is still being told of. */
export const allTold = (connection: Connection): Promise<number> =>
  secondsUntil(async () => (await count(connection, 'outbox WHERE publishedSeq IS NULL')) === 0, {
    what: 'all events told',
    forMs: toldMsMax,
  });

/** Statements whose rows stay on this server: a standby would take as long again. */
export async function fill(connection: Connection, statements: readonly string[]): Promise<void> {
  await connection.query('SET sql_log_bin = 0');
  for (const statement of statements) await connection.query(statement);
  await connection.query('SET sql_log_bin = 1');
}

/** The id of the `n`-th of a kind, which has four hexadecimal digits. */
export const id = (kind: string, n: string): string =>
  `UNHEX(CONCAT('0190${kind}0000700080000000', LPAD(HEX(${n}), 8, '0')))`;

export const numbers = (least: number): string =>
  `(WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < ${least - 1})
    SELECT n FROM s) numbers`;

/** Less than `max`, the same each time for a word. */
export const draw = (word: string, max: number): string => `CRC32(CONCAT(n, '${word}')) % ${max}`;
