import type { RequestContext } from '@crm/kit/context';
import { companyDate } from '@crm/kit/record/criteria';
import { invalid, notFound } from '@crm/kit/errors';
import type { FieldClass } from '@crm/kit/record/field';
import { readingOf, scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import DataLoader from 'dataloader';
import { visibleCustomers } from '../customer/customer.queries.ts';
import type { IndicatorCatalogue } from './indicator-catalogue.ts';
import { classesOf } from './indicator-check.ts';
import { readPlanned, type Values } from './indicator-values.repository.ts';
import { IndicatorEntity, type IndicatorRow } from './indicator.fields.ts';
import { readCatalogue } from './indicator.repository.ts';
import { isDerived, withInputs, type Indicator, type IndicatorValue } from './indicator.ts';
import { strictest } from '../strictness.ts';
import { planOf } from './value-plan.ts';

export type KnownValue = {
  readonly code: string;
  readonly value: string | null;
  readonly number: string | null;
  readonly status: 'HIDDEN' | 'KNOWN' | 'NOT_KEPT' | 'NO_DATA';
  readonly asOf: string;
};

type Asked = {
  readonly customerId: string;
  readonly codes: readonly string[];
  readonly asOf: Date | null;
};

export type IndicatorReads = {
  readonly byCode: (code: string) => Promise<IndicatorRow | null>;
  readonly required: (code: string) => Promise<IndicatorRow>;
  readonly classOf: (code: string) => Promise<FieldClass>;
  /** Null for a customer who is unknown here or whom the viewer may not read. */
  readonly valuesOf: (asked: Asked) => Promise<readonly KnownValue[] | null>;
};

const codesMax = 50;

/** Joins what a request asks of indicators: one reading for each day, for any number of customers. */
export function indicatorReads(context: RequestContext): IndicatorReads {
  const { manager } = context.app.db;
  const rows = new DataLoader<string, IndicatorRow | null>(async (codes) => {
    const now = context.app.now();
    const scope = scopeSql(context.viewer, 'read', { entity: IndicatorEntity, alias: 't', now });
    const found = await selectRows(
      manager,
      IndicatorEntity,
      sql`WHERE t.code IN (${codes}) AND t.deletedAt IS NULL AND ${scope}`,
    );
    const byCode = new Map(found.map((row) => [row.code, row]));
    return codes.map((code) => byCode.get(code) ?? null);
  });
  let catalogue: Promise<IndicatorCatalogue> | null = null;
  const known = (): Promise<IndicatorCatalogue> => (catalogue ??= readCatalogue(manager));
  const values = new DataLoader<Asked, readonly KnownValue[] | null, string>(
    async (asked) => readAsked(context, await known(), asked),
    { cacheKeyFn: (asked) => JSON.stringify(asked) },
  );
  return {
    byCode: (code) => rows.load(code),
    required: async (code) => {
      const row = await rows.load(code);
      if (row) return row;
      throw notFound('Indicator', code);
    },
    classOf: async (code) => {
      const { indicators, ...rest } = await known();
      const indicator = indicators.get(code);
      return strictest(indicator ? classesOf(indicator, { indicators, ...rest }) : []);
    },
    valuesOf: async (asked) => values.load(checked(asked)),
  };
}

function checked(asked: Asked): Asked {
  if (asked.codes.length <= codesMax) return asked;
  throw invalid(`Ask for ${codesMax} indicators at most`, [
    { path: 'codes', message: `may name ${codesMax}` },
  ]);
}

async function readAsked(
  context: RequestContext,
  catalogue: IndicatorCatalogue,
  asked: readonly Asked[],
): Promise<(readonly KnownValue[] | null)[]> {
  const today = companyDate(context.app.now());
  const visible = new Set(
    await visibleCustomers(context, [...new Set(asked.map(({ customerId }) => customerId))]),
  );
  const days = asked.map(({ asOf }) => (asOf === null ? today : dayOf(asOf, today)));
  const byDay = new Map<string, ReadonlyMap<string, Values>>();
  for (const day of new Set(days)) {
    const ofDay = asked.filter((_, at) => days[at] === day);
    byDay.set(day, await readDay(context, { catalogue, visible, today, day, asked: ofDay }));
  }
  return asked.map(({ customerId, codes }, at) => {
    const day = days[at] ?? today;
    const values = byDay.get(day)?.get(customerId);
    if (!values) return null;
    const isPast = day < today;
    return codes.map((code) => knownValue(context, { catalogue, code, values, day, isPast }));
  });
}

function dayOf(asOf: Date, today: string): string {
  const day = companyDate(asOf);
  if (day <= today) return day;
  throw invalid('asOf lies ahead', [{ path: 'asOf', message: 'must not be after today' }]);
}

type Day = {
  readonly catalogue: IndicatorCatalogue;
  readonly visible: ReadonlySet<string>;
  readonly today: string;
  readonly day: string;
  readonly asked: readonly Asked[];
};

/** All codes of the day at once: what is asked of one customer is mostly asked of all. */
async function readDay(
  { app }: RequestContext,
  { catalogue, visible, today, day, asked }: Day,
): Promise<ReadonlyMap<string, Values>> {
  const codes = [...new Set(asked.flatMap((each) => each.codes))];
  const indicators = codes.map((code) => ofCustomers(catalogue, code));
  const subjectIds = [...new Set(asked.map(({ customerId }) => customerId))].filter((id) =>
    visible.has(id),
  );
  if (subjectIds.length === 0) return new Map();
  const wanted = { indicators, subjectType: 'CUSTOMER', today: day, isPast: day < today } as const;
  const among = { subjectIds };
  return readPlanned(app.db.manager, planOf(catalogue, wanted), { subjectIds, among });
}

function ofCustomers({ indicators }: IndicatorCatalogue, code: string): Indicator {
  const indicator = indicators.get(code);
  if (indicator?.subjectType === 'CUSTOMER') return indicator;
  const what = indicator ? `is of a ${indicator.subjectType}` : 'is no indicator';
  throw invalid(`"${code.slice(0, 64)}" ${what}`, [{ path: 'code', message: what }]);
}

type Found = {
  readonly catalogue: IndicatorCatalogue;
  readonly code: string;
  readonly values: Values;
  readonly day: string;
  readonly isPast: boolean;
};

function knownValue({ viewer }: RequestContext, found: Found): KnownValue {
  const { catalogue, code, values, day, isPast } = found;
  const indicator = ofCustomers(catalogue, code);
  const nothing = { code, value: null, number: null, asOf: day };
  const classes = [...classesOf(indicator, catalogue)];
  if (classes.some((each) => readingOf(viewer, each) !== 'read')) {
    return { ...nothing, status: 'HIDDEN' };
  }
  if (isPast && !isKept(indicator, catalogue)) return { ...nothing, status: 'NOT_KEPT' };
  const value = textOf(values.get(code) ?? null);
  if (value === null) return { ...nothing, status: 'NO_DATA' };
  const number = indicator.valueType === 'NUMBER' ? value : null;
  return { code, value, number, status: 'KNOWN', asOf: day };
}

const textOf = (value: IndicatorValue): string | null => (value === null ? null : String(value));

/** Facts are dated; fields and balances are as they are. */
const isKept = (indicator: Indicator, { indicators }: IndicatorCatalogue): boolean =>
  withInputs([indicator], indicators).every(
    ({ source }) => isDerived(source) || (source.kind !== 'FIELD' && source.kind !== 'STATE'),
  );
