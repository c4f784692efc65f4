import { idToBytes } from '@crm/kit/id';
import { joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { companyCurrency } from '../company.ts';

/**
 * Takes the right to change the figures of these customers, and makes the rows where there are
 * none. Two batches that touch one customer must not each count without the facts of the other.
 */
export async function lockFigures(
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<void> {
  const rows = [...new Set(customerIds)].toSorted().map((id) => [idToBytes(id), companyCurrency]);
  if (rows.length === 0) return;
  await manager.query(
    `INSERT INTO customerFigure (customerId, currency) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE customerId = fresh.customerId`,
    [rows],
  );
}

/** Counts the figures of these customers anew from their facts. */
export async function refreshFigures(
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<void> {
  if (customerIds.length === 0) return;
  const ids = customerIds.map(idToBytes);
  const parts = [orders(ids), payments(ids), receivables(ids), known(ids)];
  const { text, values } = sql`
    INSERT INTO customerFigure (customerId, currency, orderCount, orderAmount, firstOrderOn,
      lastOrderOn, paymentCount, paymentAmount, lastPaymentOn, receivable)
    SELECT * FROM (
      SELECT customerId, currency, SUM(orderCount) AS orderCount, SUM(orderAmount) AS orderAmount,
        MIN(firstOrderOn) AS firstOrderOn, MAX(lastOrderOn) AS lastOrderOn,
        SUM(paymentCount) AS paymentCount, SUM(paymentAmount) AS paymentAmount,
        MAX(lastPaymentOn) AS lastPaymentOn, SUM(receivable) AS receivable
      FROM (${joinSql(parts, ' UNION ALL ')}) AS part
      GROUP BY customerId, currency
    ) AS fresh
    ON DUPLICATE KEY UPDATE orderCount = fresh.orderCount, orderAmount = fresh.orderAmount,
      firstOrderOn = fresh.firstOrderOn, lastOrderOn = fresh.lastOrderOn,
      paymentCount = fresh.paymentCount, paymentAmount = fresh.paymentAmount,
      lastPaymentOn = fresh.lastPaymentOn, receivable = fresh.receivable`;
  await manager.query(text, [...values]);
}

/**
 * Days go through the sum as texts: the MAX of nothing but NULLs becomes the day 0 when MySQL groups
 * dates in a temporary table, and is then refused.
 */
const noDay = raw('CAST(NULL AS CHAR(10))');

const orders = (ids: readonly Buffer[]): Sql =>
  sql`SELECT customerId, amountCurrency AS currency, COUNT(*) AS orderCount,
        SUM(amountAmount) AS orderAmount, CAST(MIN(orderedOn) AS CHAR(10)) AS firstOrderOn,
        CAST(MAX(orderedOn) AS CHAR(10)) AS lastOrderOn, 0 AS paymentCount, 0 AS paymentAmount,
        ${noDay} AS lastPaymentOn, 0 AS receivable
      FROM orderFact WHERE customerId IN (${ids}) AND deletedAt IS NULL
      GROUP BY customerId, amountCurrency`;

const payments = (ids: readonly Buffer[]): Sql =>
  sql`SELECT customerId, amountCurrency, 0, 0, ${noDay}, ${noDay}, COUNT(*), SUM(amountAmount),
        CAST(MAX(receivedOn) AS CHAR(10)), 0
      FROM paymentFact WHERE customerId IN (${ids}) AND deletedAt IS NULL
      GROUP BY customerId, amountCurrency`;

const receivables = (ids: readonly Buffer[]): Sql =>
  sql`SELECT customerId, balanceCurrency, 0, 0, ${noDay}, ${noDay}, 0, 0, ${noDay}, SUM(balanceAmount)
      FROM receivableFact WHERE customerId IN (${ids}) AND deletedAt IS NULL AND balanceAmount > 0
      GROUP BY customerId, balanceCurrency`;

/** A currency whose last fact is gone goes back to nothing. */
const known = (ids: readonly Buffer[]): Sql =>
  sql`SELECT customerId, currency, 0, 0, ${noDay}, ${noDay}, 0, 0, ${noDay}, 0
      FROM customerFigure WHERE customerId IN (${ids})`;
