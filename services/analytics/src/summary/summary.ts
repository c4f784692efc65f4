import type { Money } from '@crm/kit/record/field';
import { companyCurrency } from '../company.ts';

/** A customer's figures in one currency, as the database gives them. */
export type FigureRow = {
  readonly currency: string;
  readonly orderCount: number;
  readonly orderAmount: string;
  readonly orderAmountThisYear: string;
  readonly averageOrderAmount: string | null;
  readonly firstOrderOn: string | null;
  readonly lastOrderOn: string | null;
  readonly paymentCount: number;
  readonly paymentAmount: string;
  readonly paymentAmountThisYear: string;
  readonly lastPaymentOn: string | null;
  readonly receivable: string;
  readonly overdue: string;
};

type AmountName =
  | 'orderAmount'
  | 'orderAmountThisYear'
  | 'overdue'
  | 'paymentAmount'
  | 'paymentAmountThisYear'
  | 'receivable';

export type CurrencySummary = Omit<FigureRow, AmountName | 'averageOrderAmount'> & {
  readonly [Name in AmountName]: Money;
} & { readonly averageOrderAmount: Money | null };

export type Contact = {
  readonly interactionCount: number;
  readonly lastInteractionAt: Date | null;
};

export type TransactionSummary = CurrencySummary &
  Contact & {
    readonly byCurrency: readonly CurrencySummary[];
  };

const nothing: Omit<FigureRow, 'currency'> = {
  orderCount: 0,
  orderAmount: '0.00',
  orderAmountThisYear: '0.00',
  averageOrderAmount: null,
  firstOrderOn: null,
  lastOrderOn: null,
  paymentCount: 0,
  paymentAmount: '0.00',
  paymentAmountThisYear: '0.00',
  lastPaymentOn: null,
  receivable: '0.00',
  overdue: '0.00',
};

/** What the database knows of one customer. */
export type Figures = { readonly rows: readonly FigureRow[]; readonly contact: Contact | null };

/** Puts the figures of a customer together; the single amounts are those of one currency. */
export function summarize({ rows, contact }: Figures, wanted: string | null): TransactionSummary {
  const currency = wanted ?? mainCurrency(rows);
  const main = rows.find((row) => row.currency === currency) ?? { ...nothing, currency };
  return {
    ...inMoney(main),
    // Days and numbers are the same in every currency, so these are over all of them.
    orderCount: total(rows, ({ orderCount }) => orderCount),
    paymentCount: total(rows, ({ paymentCount }) => paymentCount),
    firstOrderOn: extreme(rows, 'firstOrderOn', (a, b) => a < b),
    lastOrderOn: extreme(rows, 'lastOrderOn', (a, b) => a > b),
    lastPaymentOn: extreme(rows, 'lastPaymentOn', (a, b) => a > b),
    byCurrency: rows.map(inMoney),
    ...(contact ?? { interactionCount: 0, lastInteractionAt: null }),
  };
}

/** The company's, unless the customer has nothing in it: then the one of most orders. */
function mainCurrency(rows: readonly FigureRow[]): string {
  const isCompanys = rows.some(({ currency }) => currency === companyCurrency);
  const [most] = rows.toSorted(
    (a, b) => b.orderCount - a.orderCount || (a.currency < b.currency ? -1 : 1),
  );
  return isCompanys ? companyCurrency : (most?.currency ?? companyCurrency);
}

const total = (rows: readonly FigureRow[], value: (row: FigureRow) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0);

function extreme(
  rows: readonly FigureRow[],
  name: 'firstOrderOn' | 'lastOrderOn' | 'lastPaymentOn',
  isBetter: (a: string, b: string) => boolean,
): string | null {
  const days = rows.flatMap((row) => row[name] ?? []);
  return days.reduce<string | null>(
    (best, day) => (best === null || isBetter(day, best) ? day : best),
    null,
  );
}

export function inMoney(row: FigureRow): CurrencySummary {
  const { currency } = row;
  const money = (amount: string): Money => ({ amount, currency });
  return {
    ...row,
    orderAmount: money(row.orderAmount),
    orderAmountThisYear: money(row.orderAmountThisYear),
    averageOrderAmount: row.averageOrderAmount === null ? null : money(row.averageOrderAmount),
    paymentAmount: money(row.paymentAmount),
    paymentAmountThisYear: money(row.paymentAmountThisYear),
    receivable: money(row.receivable),
    overdue: money(row.overdue),
  };
}
