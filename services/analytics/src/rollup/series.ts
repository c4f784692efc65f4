import type { FactKind } from '../fact/fact-kinds.ts';

/** What is summed up by month: the facts of a kind, and an amount of each. */
export type Series = {
  readonly code: string;
  readonly kind: FactKind;
  readonly table: string;
  /** The field and column by whose months it is summed up. */
  readonly day: string;
  readonly isInstant: boolean;
  /** The amount's field; null where facts are only counted. */
  readonly field: string | null;
};

const moneyOf = (
  kind: FactKind,
  table: string,
  [day, field]: readonly [string, string],
): Series => ({
  code: `${kind}.${field}`,
  kind,
  table,
  day,
  isInstant: false,
  field,
});

export const allSeries: readonly Series[] = [
  moneyOf('ORDER', 'orderFact', ['orderedOn', 'amount']),
  moneyOf('PAYMENT', 'paymentFact', ['receivedOn', 'amount']),
  moneyOf('RECEIVABLE', 'receivableFact', ['dueOn', 'amount']),
  moneyOf('RECEIVABLE', 'receivableFact', ['dueOn', 'balance']),
  {
    code: 'INTERACTION',
    kind: 'INTERACTION',
    table: 'interactionFact',
    day: 'occurredAt',
    isInstant: true,
    field: null,
  },
];

/** By what of their customers facts are summed up, each by itself. */
export const dimensions = ['level', 'industry', 'province', 'ownerId'] as const;

export type Dimension = (typeof dimensions)[number];

/** The month of a fact `f`, as a number like 202611. */
export const monthSql = ({ day, isInstant }: Series): string =>
  `EXTRACT(YEAR_MONTH FROM ${isInstant ? `f.${day} + INTERVAL 8 HOUR` : `f.${day}`})`;

export const currencySql = ({ field }: Series): string =>
  field === null ? "''" : `f.${field}Currency`;

export const amountSql = ({ field }: Series): string =>
  field === null ? '0' : `SUM(f.${field}Amount)`;

/** Values of a dimension lie in one column, as texts. */
export const valueSql = (dimension: Dimension, column: string): string =>
  dimension === 'ownerId' ? `HEX(${column})` : column;
