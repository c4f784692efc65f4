import type { RequestContext } from '@crm/kit/context';
import { companyDate } from '@crm/kit/record/criteria';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { joinSql, sql, type Sql } from '@crm/kit/sql';
import DataLoader from 'dataloader';
import type { EntityManager } from 'typeorm';
import { visibleCustomers } from '../customer/customer.queries.ts';
import { allTime, daysOf, instantsOf, type Days, type TimeWindow } from '../window.ts';
import {
  summarize,
  type Contact,
  type FigureRow,
  type Figures,
  type TransactionSummary,
} from './summary.ts';

type Asked = { readonly window?: TimeWindow | null; readonly currency?: string | null };
type Key = { readonly customerId: string; readonly window: TimeWindow };

export type Summaries = {
  /** Null for a customer who is unknown here or whom the viewer may not read. */
  readonly load: (customerId: string, asked: Asked) => Promise<TransactionSummary | null>;
};

const currencyPattern = /^[A-Z]{3}$/;

/** Joins the summaries of one request: two statements more for each window, for any number of customers. */
export function summaryLoader(context: RequestContext): Summaries {
  const loader = new DataLoader<Key, Figures | null, string>(
    (keys) => loadByWindow(context, keys),
    { cacheKeyFn: (key) => JSON.stringify(key) },
  );
  return {
    load: async (customerId, { window, currency }) => {
      const wanted = readCurrency(currency);
      const figures = await loader.load({ customerId, window: window ?? allTime });
      return figures && summarize(figures, wanted);
    },
  };
}

export function readCurrency(currency: string | null | undefined): string | null {
  if (currency === null || currency === undefined || currencyPattern.test(currency)) {
    return currency ?? null;
  }
  throw invalid('A currency is an ISO 4217 code, such as CNY', [
    { path: 'currency', message: 'must be three capital letters' },
  ]);
}

async function loadByWindow(
  context: RequestContext,
  keys: readonly Key[],
): Promise<(Figures | null)[]> {
  const ids = [...new Set(keys.map(({ customerId }) => customerId))].filter(isId);
  const visible = await visibleCustomers(context, ids);
  const byWindow = new Map<string, (id: string) => Figures>();
  for (const { window } of keys) {
    const name = JSON.stringify(window);
    if (!byWindow.has(name)) byWindow.set(name, await readFigures(context, visible, window));
  }
  return keys.map(({ customerId, window }) =>
    visible.includes(customerId)
      ? (byWindow.get(JSON.stringify(window))?.(customerId) ?? null)
      : null,
  );
}

/** MySQL gives sums as texts. */
type StoredFigures = Omit<FigureRow, 'orderCount' | 'paymentCount'> & {
  readonly customerId: Uint8Array;
  readonly orderCount: string;
  readonly paymentCount: string;
};

async function readFigures(
  { app }: RequestContext,
  customerIds: readonly string[],
  window: TimeWindow,
): Promise<(id: string) => Figures> {
  const today = companyDate(app.now());
  const days = daysOf(window, today);
  if (customerIds.length === 0) return () => ({ rows: [], contact: null });
  const asked = { ids: customerIds.map(idToBytes), days, year: daysOf(thisYear, today), today };
  const rows = await readAmounts(app.db.manager, asked);
  const contacts = await readContacts(app.db.manager, asked);
  return (id) => ({ rows: rows.get(id) ?? [], contact: contacts.get(id) ?? null });
}

async function readAmounts(
  manager: EntityManager,
  asked: Range,
): Promise<ReadonlyMap<string, readonly FigureRow[]>> {
  const parts = [orders(asked), payments(asked), receivables(asked)];
  const { text, values } = sql`
    SELECT customerId, currency, SUM(orderCount) AS orderCount, SUM(orderAmount) AS orderAmount,
      SUM(orderAmountThisYear) AS orderAmountThisYear, MIN(firstOrderOn) AS firstOrderOn,
      ROUND(SUM(orderAmount) / NULLIF(SUM(orderCount), 0), 2) AS averageOrderAmount,
      MAX(lastOrderOn) AS lastOrderOn, SUM(paymentCount) AS paymentCount,
      SUM(paymentAmount) AS paymentAmount, SUM(paymentAmountThisYear) AS paymentAmountThisYear,
      MAX(lastPaymentOn) AS lastPaymentOn, SUM(receivable) AS receivable, SUM(overdue) AS overdue
    FROM (${joinSql(parts, ' UNION ALL ')}) AS part
    GROUP BY customerId, currency ORDER BY customerId, currency`;
  const rows: StoredFigures[] = await manager.query(text, [...values]);
  return byCustomer(rows);
}

async function readContacts(
  manager: EntityManager,
  { ids, days }: Range,
): Promise<ReadonlyMap<string, Contact>> {
  const { from, before } = instantsOf(days);
  const { text, values } = sql`
    SELECT customerId, COUNT(*) AS interactionCount, MAX(occurredAt) AS lastInteractionAt
    FROM interactionFact
    WHERE customerId IN (${ids}) AND deletedAt IS NULL
      AND occurredAt >= ${from} AND occurredAt < ${before}
    GROUP BY customerId`;
  const rows: (Contact & { customerId: Uint8Array })[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ customerId, ...contact }) => [idFromBytes(customerId), contact]));
}

const thisYear: TimeWindow = { kind: 'THIS_YEAR' };

function byCustomer(rows: readonly StoredFigures[]): ReadonlyMap<string, readonly FigureRow[]> {
  const found = new Map<string, FigureRow[]>();
  for (const { customerId: bytes, ...row } of rows) {
    const id = idFromBytes(bytes);
    const figures = {
      ...row,
      orderCount: Number(row.orderCount),
      paymentCount: Number(row.paymentCount),
    };
    found.set(id, [...(found.get(id) ?? []), figures]);
  }
  return found;
}

type Range = {
  readonly ids: readonly Buffer[];
  readonly days: Days;
  readonly year: Days;
  readonly today: string;
};

const orders = ({ ids, days, year }: Range): Sql => {
  const isIn = sql`orderedOn BETWEEN ${days.from} AND ${days.to}`;
  const isInYear = sql`orderedOn BETWEEN ${year.from} AND ${year.to}`;
  return sql`SELECT customerId, amountCurrency AS currency,
      COALESCE(SUM(${isIn}), 0) AS orderCount, SUM(IF(${isIn}, amountAmount, 0)) AS orderAmount,
      SUM(IF(${isInYear}, amountAmount, 0)) AS orderAmountThisYear,
      MIN(IF(${isIn}, orderedOn, NULL)) AS firstOrderOn,
      MAX(IF(${isIn}, orderedOn, NULL)) AS lastOrderOn,
      0 AS paymentCount, 0 AS paymentAmount, 0 AS paymentAmountThisYear, NULL AS lastPaymentOn,
      0 AS receivable, 0 AS overdue
    FROM orderFact WHERE customerId IN (${ids}) AND deletedAt IS NULL AND (${isIn} OR ${isInYear})
    GROUP BY customerId, amountCurrency`;
};

const payments = ({ ids, days, year }: Range): Sql => {
  const isIn = sql`receivedOn BETWEEN ${days.from} AND ${days.to}`;
  const isInYear = sql`receivedOn BETWEEN ${year.from} AND ${year.to}`;
  return sql`SELECT customerId, amountCurrency, 0, 0, 0, NULL, NULL,
      COALESCE(SUM(${isIn}), 0), SUM(IF(${isIn}, amountAmount, 0)),
      SUM(IF(${isInYear}, amountAmount, 0)), MAX(IF(${isIn}, receivedOn, NULL)), 0, 0
    FROM paymentFact WHERE customerId IN (${ids}) AND deletedAt IS NULL AND (${isIn} OR ${isInYear})
    GROUP BY customerId, amountCurrency`;
};

const receivables = ({ ids, today }: Range): Sql =>
  sql`SELECT customerId, balanceCurrency, 0, 0, 0, NULL, NULL, 0, 0, 0, NULL,
      SUM(balanceAmount), SUM(IF(dueOn < ${today}, balanceAmount, 0))
    FROM receivableFact WHERE customerId IN (${ids}) AND deletedAt IS NULL AND balanceAmount > 0
    GROUP BY customerId, balanceCurrency`;
