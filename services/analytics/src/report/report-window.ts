import { group, decimal, int, type Field, type Group, type Labels } from '@crm/kit/record/field';
import { invalid } from '@crm/kit/errors';
import { daysOf, instantsOf, type Days, type TimeWindow } from '../window.ts';

/** What of a customer is counted or added up within a window. */
type Figure = {
  readonly label: Labels;
  readonly table: string;
  /** The column that says when. */
  readonly on: string;
  readonly isInstant?: boolean;
  /** What is added up, in the currency of the row; facts are counted when left out. */
  readonly amount?: boolean;
  readonly counted?: string;
  /** Which facts count. */
  readonly only?: string;
};

const figures: Readonly<Record<string, Figure>> = {
  orderCount: { label: { zh: '订单数', en: 'Orders' }, table: 'orderFact', on: 'orderedOn' },
  orderAmount: {
    label: { zh: '订单金额', en: 'Order amount' },
    table: 'orderFact',
    on: 'orderedOn',
    amount: true,
  },
  paymentAmount: {
    label: { zh: '收款金额', en: 'Payment amount' },
    table: 'paymentFact',
    on: 'receivedOn',
    amount: true,
  },
  interactionCount: {
    label: { zh: '联络次数', en: 'Interactions' },
    table: 'interactionFact',
    on: 'occurredAt',
    isInstant: true,
  },
  visitCount: {
    label: { zh: '拜访次数', en: 'Visits' },
    table: 'interactionFact',
    on: 'occurredAt',
    isInstant: true,
    only: `fact.kind = 'VISIT'`,
  },
  needCount: {
    label: { zh: '需求数', en: 'Needs' },
    table: 'needFact',
    on: 'createdAt',
    isInstant: true,
  },
  opportunityCount: {
    label: { zh: '商机数', en: 'Opportunities' },
    table: 'opportunityFact',
    on: 'createdAt',
    isInstant: true,
  },
  wonCount: {
    label: { zh: '赢单数', en: 'Opportunities won' },
    table: 'opportunityFact',
    on: 'closedOn',
    only: `fact.status = 'WON'`,
  },
  wonAmount: {
    label: { zh: '赢单金额', en: 'Amount won' },
    table: 'opportunityFact',
    on: 'closedOn',
    only: `fact.status = 'WON'`,
    amount: true,
  },
  lostCount: {
    label: { zh: '输单数', en: 'Opportunities lost' },
    table: 'opportunityFact',
    on: 'closedOn',
    only: `fact.status = 'LOST'`,
  },
  contestedCount: {
    label: { zh: '有竞争的商机数', en: 'Opportunities contested' },
    table: 'competitionFact',
    on: 'since',
    counted: 'DISTINCT fact.opportunityId',
  },
  alertCount: {
    label: { zh: '预警数', en: 'Alerts' },
    table: 'alertFact',
    on: 'openedAt',
    isInstant: true,
  },
};

const figureNames: readonly string[] = Object.keys(figures);

const wordByKind = {
  ALL_TIME: 'allTime',
  THIS_YEAR: 'thisYear',
  LAST_YEAR: 'lastYear',
  THIS_QUARTER: 'thisQuarter',
} as const;

/** What a window is called in the name of a field: `last90days`, `thisYear`, `2026-01-01_2026-03-31`. */
export function windowName({ kind, days, from, to }: TimeWindow): string {
  if (kind === 'ROLLING_DAYS') return `last${days ?? 0}days`;
  return kind === 'BETWEEN' ? `${from ?? ''}_${to ?? ''}` : wordByKind[kind];
}

const day = String.raw`(\d{4}-\d{2}-\d{2})?`;
const betweenPattern = new RegExp(`^${day}_${day}$`);

/** The window that a name says, or null for a name of something else. */
export function windowNamed(name: string): TimeWindow | null {
  const rolling = /^last(\d{1,5})days$/.exec(name);
  if (rolling) return { kind: 'ROLLING_DAYS', days: Number(rolling[1]) };
  const between = betweenPattern.exec(name);
  if (between) return { kind: 'BETWEEN', from: between[1] ?? null, to: between[2] ?? null };
  for (const kind of Object.keys(wordByKind)) {
    if (isWordKind(kind) && wordByKind[kind] === name) return { kind };
  }
  return null;
}

const isWordKind = (kind: string): kind is keyof typeof wordByKind =>
  Object.hasOwn(wordByKind, kind);

/** The figures of a window as fields of a customer's row, whose currency stands in `currencySql`. */
export function windowFields(
  window: TimeWindow,
  wanted: readonly string[],
  {
    today,
    currencySql,
  }: { readonly today: string; currencySql(this: void, alias: string): string },
): Group {
  const days = daysOf(window, today);
  const label = windowLabel(window);
  return group(
    label,
    Object.fromEntries(
      wanted.map((name) => {
        const figure = Object.hasOwn(figures, name) ? figures[name] : undefined;
        if (!figure) throw invalid(`There is no figure "${name}": ${figureNames.join(', ')}`);
        return [name, fieldOf(figure, { days, label, currencySql })];
      }),
    ),
  );
}

type Within = {
  readonly days: Days;
  readonly label: Labels;
  readonly currencySql: (alias: string) => string;
};

function fieldOf(figure: Figure, within: Within): Field {
  const label = {
    zh: `${within.label.zh}${figure.label.zh}`,
    en: `${figure.label.en}, ${within.label.en}`,
  };
  const sql = (alias: string): string => figureSql(figure, within, alias);
  return figure.amount
    ? decimal({ label, required: true, currency: 'currency', sql })
    : int({ label, required: true, sql });
}

function figureSql(figure: Figure, { days, currencySql }: Within, alias: string): string {
  const { table, amount = false, counted = '*', only = 'TRUE' } = figure;
  const value = amount ? 'COALESCE(SUM(fact.amountAmount), 0)' : `COUNT(${counted})`;
  const isInCurrency = amount ? `fact.amountCurrency = ${currencySql(alias)}` : 'TRUE';
  return `(SELECT ${value} FROM ${table} fact WHERE fact.customerId = ${alias}.id
    AND fact.deletedAt IS NULL AND ${only} AND ${isInCurrency} AND ${withinSql(figure, days)})`;
}

function withinSql({ on, isInstant = false }: Figure, days: Days): string {
  if (!isInstant) return `fact.${on} BETWEEN '${days.from}' AND '${days.to}'`;
  const { from, before } = instantsOf(days);
  return `fact.${on} >= '${inSql(from)}' AND fact.${on} < '${inSql(before)}'`;
}

/** The last day of the calendar ends outside of what MySQL can hold. */
const inSql = (at: Date): string =>
  at.getUTCFullYear() > 9999
    ? '9999-12-31 23:59:59'
    : at.toISOString().slice(0, 19).replace('T', ' ');

const labelByKind: Readonly<Record<keyof typeof wordByKind, Labels>> = {
  ALL_TIME: { zh: '累计', en: 'all time' },
  THIS_YEAR: { zh: '本年', en: 'this year' },
  LAST_YEAR: { zh: '上年', en: 'last year' },
  THIS_QUARTER: { zh: '本季', en: 'this quarter' },
};

function windowLabel({ kind, days, from, to }: TimeWindow): Labels {
  if (kind === 'ROLLING_DAYS') return { zh: `近${days ?? 0}天`, en: `last ${days ?? 0} days` };
  if (kind !== 'BETWEEN') return labelByKind[kind];
  const [first, last] = [from ?? '', to ?? ''];
  return { zh: `${first}至${last}`, en: `${first} to ${last}` };
}
