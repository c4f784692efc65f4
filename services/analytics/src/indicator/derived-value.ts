import { divide, subtract } from './decimal.ts';
import type { DerivedSource, IndicatorValue } from './indicator.ts';

/** Null when one of the two has no value, or when there is nothing to divide by. */
export function derivedValue(
  kind: DerivedSource['kind'],
  of: IndicatorValue,
  to: IndicatorValue,
): IndicatorValue {
  if (of === null || to === null) return null;
  const [one, other] = [String(of), String(to)];
  switch (kind) {
    case 'DIFFERENCE':
      return subtract(one, other);
    case 'RATIO':
      return divide(one, other);
    case 'GROWTH':
      return divide(subtract(one, other), other);
  }
}
