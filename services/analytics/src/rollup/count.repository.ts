import type { EntityManager } from 'typeorm';
import { customerRanges } from '../customer/range.repository.ts';
import {
  amountSql,
  currencySql,
  dimensions,
  monthSql,
  valueSql,
  type Dimension,
  type Series,
} from './series.ts';

/** From now on changes of the series are noted: whoever changes facts without knowing has ended then. */
export async function beginSeries(manager: EntityManager, { code }: Series): Promise<void> {
  await manager.query('UPDATE rollupState SET isKept = 1 WHERE series = ?', [code]);
}

/** The facts of one month, in one currency, of the customers of one value. */
type Cell = {
  readonly dimension: Dimension;
  readonly month: number;
  readonly currency: string;
  readonly value: string | null;
  facts: number;
  cents: bigint;
};

export type Sums = {
  readonly cells: readonly Cell[];
  /** The changes that are in them. */
  readonly seqs: readonly string[];
};

const customersAtOnce = 50_000;

/**
 * Counts all facts of a series. Needs one view of the data from its first statement on (REPEATABLE
 * READ): the changes that it sees are in the facts that it counts, and the others are not. Facts are
 * read without locks, so that nobody waits.
 */
export async function readSums(manager: EntityManager, series: Series): Promise<Sums> {
  const seen: { seq: string }[] = await manager.query(
    'SELECT seq FROM rollupDelta WHERE series = ?',
    [series.code],
  );
  const cells = new Map<string, Cell>();
  for await (const { after, upTo } of customerRanges(manager, customersAtOnce)) {
    const among = 'f.customerId > ? AND f.customerId <= ?';
    await addCells(manager, cells, { series, among, values: [after, upTo] });
  }
  await addCells(manager, cells, { series, among: 'f.customerId IS NULL', values: [] });
  return { cells: [...cells.values()], seqs: seen.map(({ seq }) => seq) };
}

type Counting = {
  readonly series: Series;
  readonly among: string;
  readonly values: readonly unknown[];
};

type Counted = {
  readonly month: number;
  readonly currency: string;
  readonly value: string | null;
  readonly facts: number;
  readonly amount: string;
};

async function addCells(
  manager: EntityManager,
  cells: Map<string, Cell>,
  { series, among, values }: Counting,
): Promise<void> {
  for (const dimension of dimensions) {
    const rows: Counted[] = await manager.query(
      `SELECT ${monthSql(series)} AS month, ${currencySql(series)} AS currency,
         ${valueSql(dimension, `c.${dimension}`)} AS value, COUNT(*) AS facts,
         CAST(CAST(${amountSql(series)} AS DECIMAL(24,2)) AS CHAR) AS amount
       FROM ${series.table} f FORCE INDEX (byCustomer) LEFT JOIN customer c ON c.id = f.customerId
       WHERE ${among} AND f.deletedAt IS NULL GROUP BY 1, 2, 3`,
      [...values],
    );
    for (const { month, currency, value, facts, amount } of rows) {
      const key = JSON.stringify([dimension, month, currency, value]);
      const cell = cells.get(key) ?? { dimension, month, currency, value, facts: 0, cents: 0n };
      cell.facts += facts;
      cell.cents += BigInt(amount.replace('.', ''));
      cells.set(key, cell);
    }
  }
}

const rowsPerStatement = 1000;

/** Puts what was counted in the place of the sums and of the changes that are in it. */
export async function writeSums(
  manager: EntityManager,
  { code }: Series,
  { cells, seqs, now }: Sums & { readonly now: Date },
): Promise<void> {
  await manager.query('DELETE FROM rollup WHERE series = ?', [code]);
  const rows = cells.map(({ dimension, month, currency, value, facts, cents }) => [
    code,
    dimension,
    month,
    currency,
    value === null,
    value ?? '',
    facts,
    textOf(cents),
  ]);
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    // Values that are equal for MySQL, though not here, come together.
    await manager.query(
      `INSERT INTO rollup (series, dimension, month, currency, isNone, value, facts, amount) VALUES ?
         AS fresh
       ON DUPLICATE KEY UPDATE facts = rollup.facts + fresh.facts,
         amount = rollup.amount + fresh.amount`,
      [rows.slice(at, at + rowsPerStatement)],
    );
  }
  await dropDeltas(manager, seqs);
  await manager.query('UPDATE rollupState SET isWhole = 1, countedAt = ? WHERE series = ?', [
    now,
    code,
  ]);
}

function textOf(cents: bigint): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

const deltasAtOnce = 2000;

/** Adds some of the changes to the sums. Tells whether there may be more. */
export async function foldDeltas(manager: EntityManager): Promise<boolean> {
  const rows: { seq: string }[] = await manager.query(
    `SELECT d.seq FROM rollupDelta d JOIN rollupState s ON s.series = d.series AND s.isWhole
     ORDER BY d.seq LIMIT ${deltasAtOnce} FOR UPDATE OF d SKIP LOCKED`,
  );
  const seqs = rows.map(({ seq }) => seq);
  if (seqs.length === 0) return false;
  for (const dimension of dimensions) {
    await manager.query(
      `INSERT INTO rollup (series, dimension, month, currency, isNone, value, facts, amount)
       SELECT * FROM (SELECT series, '${dimension}' AS dimension, month, currency,
           ${dimension} IS NULL AS isNone, COALESCE(${valueSql(dimension, dimension)}, '') AS value,
           SUM(facts) AS facts, SUM(amount) AS amount
         FROM rollupDelta WHERE seq IN (?)
         GROUP BY series, month, currency, isNone, value) AS fresh
       ON DUPLICATE KEY UPDATE facts = rollup.facts + fresh.facts,
         amount = rollup.amount + fresh.amount`,
      [seqs],
    );
  }
  await dropDeltas(manager, seqs);
  return seqs.length === deltasAtOnce;
}

async function dropDeltas(manager: EntityManager, seqs: readonly string[]): Promise<void> {
  for (let at = 0; at < seqs.length; at += deltasAtOnce) {
    await manager.query('DELETE FROM rollupDelta WHERE seq IN (?)', [
      seqs.slice(at, at + deltasAtOnce),
    ]);
  }
}

/** The series that is to be counted: it is not whole, or was last counted before. */
export async function findUncounted(
  manager: EntityManager,
  series: readonly Series[],
  before: Date,
): Promise<Series | null> {
  const rows: { series: string }[] = await manager.query(
    'SELECT series FROM rollupState WHERE isWhole AND countedAt >= ?',
    [before],
  );
  const counted = new Set(rows.map((row) => row.series));
  return series.find(({ code }) => !counted.has(code)) ?? null;
}
