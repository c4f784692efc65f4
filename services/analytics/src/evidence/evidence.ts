import {
  isDerived,
  withInputs,
  type FactSource,
  type FieldSource,
  type Indicator,
  type SubjectType,
} from '../indicator/indicator.ts';
import type { IndicatorCatalogue } from '../indicator/indicator-catalogue.ts';
import { examine } from '../indicator/indicator-check.ts';
import { stateSource } from '../indicator/state.ts';

/** A value whose facts are asked for: of whom, of what and as it was seen on which day. */
export type Asked = {
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  /** Of the indicator. */
  readonly code: string;
  /** `YYYY-MM-DD` in the company's time zone. */
  readonly today: string;
  /** Others followed it, so that what is dated later was not known. */
  readonly isPast: boolean;
};

export type Leaf<Source> = { readonly code: string; readonly source: Source };

/** What an indicator comes down to, once those that are made of two others are resolved. */
export type Leaves = {
  readonly facts: readonly Leaf<FactSource>[];
  readonly fields: readonly Leaf<FieldSource>[];
};

/**
 * A balance is one of facts as they are now: of a day that is over they are not known. What a later
 * release or a retired field has left without meaning has none.
 */
export function leavesOf({ code, today, isPast }: Asked, catalogue: IndicatorCatalogue): Leaves {
  const indicator = catalogue.indicators.get(code);
  const usable = indicator
    ? withInputs([indicator], catalogue.indicators).filter((each) => isUsable(each, catalogue))
    : [];
  return {
    facts: usable.flatMap((each): Leaf<FactSource>[] => {
      const { source } = each;
      if (isDerived(source) || source.kind === 'FIELD') return [];
      if (source.kind !== 'STATE') return [{ code: each.code, source }];
      return isPast ? [] : [{ code: each.code, source: stateSource(source, today) }];
    }),
    fields: usable.flatMap((each): Leaf<FieldSource>[] =>
      each.source.kind === 'FIELD' ? [{ code: each.code, source: each.source }] : [],
    ),
  };
}

const isUsable = (indicator: Indicator, catalogue: IndicatorCatalogue): boolean =>
  examine(indicator, catalogue).problems.length === 0;
