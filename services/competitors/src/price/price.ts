import type { FieldProblem } from '@crm/kit/errors';
import type { CompetitorProductPrice } from './price.fields.ts';

/** What is wrong with a price beside the form of its fields. */
export const priceProblems = (
  { price, pricedOn }: Pick<CompetitorProductPrice, 'price' | 'pricedOn'>,
  today: string,
): FieldProblem[] => [
  ...(price === null ? [{ path: 'price', message: 'is required' }] : []),
  ...(price && Number(price.amount) < 0
    ? [{ path: 'price.amount', message: 'must not be negative' }]
    : []),
  ...(price && !/^[A-Z]{3}$/.test(price.currency)
    ? [{ path: 'price.currency', message: 'must be an ISO 4217 code, such as CNY' }]
    : []),
  ...(pricedOn > today ? [{ path: 'pricedOn', message: 'is still to come' }] : []),
];

/** By how many per cent a price moved; null where there is none before it in its currency. */
export function changeOf({
  price,
  previousAmount,
}: Pick<CompetitorProductPrice, 'previousAmount' | 'price'>): string | null {
  const before = Number(previousAmount ?? 0);
  if (price === null || before === 0) return null;
  return (((Number(price.amount) - before) / before) * 100).toFixed(2);
}
