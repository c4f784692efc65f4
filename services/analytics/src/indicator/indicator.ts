import type { Bucket } from '@crm/kit/record/aggregate';
import type { Criteria } from '@crm/kit/record/criteria';
import type { Labels } from '@crm/kit/record/field';
import type { TimeWindow } from '../window.ts';

/** What is measured and scored. */
export type SubjectType = 'COMPETITOR' | 'CUSTOMER' | 'PERSON' | 'STAFF';

export type IndicatorMeasure = 'AVG' | 'COUNT' | 'DECAYED_SUM' | 'DISTINCT' | 'MAX' | 'MIN' | 'SUM';

export type StateName = 'OVERDUE_BALANCE' | 'RECEIVABLE_BALANCE';

/** Facts of one kind about the subject. */
type OfFact = {
  /** As in `FactKind`. */
  readonly fact: string;
  /** Which of them count, as criteria over the fact's own fields and those of its customer. */
  readonly where?: Criteria;
  /** The date that they are dated by; the fact's first one when left out. */
  readonly on?: string;
};

export type AggregateSource = OfFact & {
  readonly kind: 'AGGREGATE';
  readonly measure: IndicatorMeasure;
  /** What is measured. COUNT and DECAYED_SUM without one count the facts. */
  readonly field?: string;
  /** For DISTINCT over a date: counts months, weeks and so on instead of days. */
  readonly bucket?: Bucket;
  /** For DECAYED_SUM: a fact so many days old counts half. */
  readonly halfLifeDays?: number;
  /** For amounts; the company's when left out. Those in others are not counted in. */
  readonly currency?: string;
  readonly window: TimeWindow;
};

/** Days since the last fact, or since the first. */
export type RecencySource = OfFact & {
  readonly kind: 'RECENCY';
  readonly from?: 'FIRST' | 'LAST';
};

/** Facts in a month of 30 days. */
export type FrequencySource = OfFact & {
  readonly kind: 'FREQUENCY';
  readonly window: TimeWindow;
};

export type FactSource = AggregateSource | FrequencySource | RecencySource;

/** A balance as it is now. */
export type StateSource = {
  readonly kind: 'STATE';
  readonly state: StateName;
  readonly currency?: string;
};

/** A field of the subject, by dotted name; `custom.KEY` for those that the company defined. */
export type FieldSource = {
  readonly kind: 'FIELD';
  readonly field: string;
  /** Of a date: the whole days or years since then. */
  readonly since?: 'DAYS' | 'YEARS';
};

/** One indicator set against another. GROWTH is the difference as a share of `to`. */
export type DerivedSource = {
  readonly kind: 'DIFFERENCE' | 'GROWTH' | 'RATIO';
  readonly of: string;
  readonly to: string;
};

export type IndicatorSource = DerivedSource | FactSource | FieldSource | StateSource;

export type ValueType = 'BOOLEAN' | 'NUMBER' | 'TEXT';

export type IndicatorCategory =
  'ATTRIBUTE' | 'ENGAGEMENT' | 'FINANCIAL' | 'RELATIONSHIP' | 'TRANSACTION';

/** A number, a text or a truth about a subject, and how it is found. */
export type Indicator = {
  readonly code: string;
  readonly labels: Labels;
  readonly category: IndicatorCategory;
  readonly subjectType: SubjectType;
  readonly source: IndicatorSource;
  /** These two follow from the source. */
  readonly valueType: ValueType;
  /** A currency, `DAY`, `YEAR`, `PER_MONTH` or null. */
  readonly unit: string | null;
  /** A retired one keeps its values where they were used, and is taken for nothing new. */
  readonly isActive: boolean;
};

/** Numbers are exact decimals as text: `1234.50`. Null is no data, a division by nothing too. */
export type IndicatorValue = boolean | number | string | null;

export const isDerived = (source: IndicatorSource): source is DerivedSource =>
  source.kind === 'RATIO' || source.kind === 'DIFFERENCE' || source.kind === 'GROWTH';

export const isOfFact = (source: IndicatorSource): source is FactSource =>
  source.kind === 'AGGREGATE' || source.kind === 'RECENCY' || source.kind === 'FREQUENCY';

/**
 * The indicators and those that they are made of, each after what it needs. One that is not known is
 * left out, and what needs it has no value.
 */
export function withInputs(
  indicators: readonly Indicator[],
  known: ReadonlyMap<string, Indicator>,
): readonly Indicator[] {
  const found = new Map<string, Indicator>();
  const open = new Set<string>();
  const add = (indicator: Indicator): void => {
    const { code, source } = indicator;
    if (found.has(code) || open.has(code)) return;
    open.add(code);
    if (isDerived(source)) {
      for (const input of [known.get(source.of), known.get(source.to)]) if (input) add(input);
    }
    found.set(code, indicator);
  };
  for (const indicator of indicators) add(indicator);
  return [...found.values()];
}

/** What a change of these kinds of facts, or of the subject itself (`SUBJECT`), may change. */
export function dependsOn(
  indicator: Indicator,
  known: ReadonlyMap<string, Indicator>,
): ReadonlySet<string> {
  return new Set(withInputs([indicator], known).flatMap(({ source }) => factsOf(source)));
}

/** Stands for the subject's own fields where kinds of facts are named. */
const subjectFact = 'SUBJECT';

function factsOf(source: IndicatorSource): readonly string[] {
  if (isDerived(source)) return [];
  if (source.kind === 'FIELD') return [subjectFact];
  if (source.kind === 'STATE') return ['RECEIVABLE'];
  // A filter may look at the fact's customer.
  const isOfSubject = JSON.stringify(source.where ?? {}).includes('"customer"');
  return isOfSubject ? [source.fact, subjectFact] : [source.fact];
}
