import type { FieldProblem } from '@crm/kit/errors';
import { fromCents } from '../money.ts';
import type { OrderLine } from './order.fields.ts';

export type OrderLineInput = {
  readonly productId?: string | null;
  readonly description?: string | null;
  readonly quantity: string;
  readonly unitPrice: string;
  readonly discount?: string | null;
  readonly cost?: string | null;
};

const linesMax = 200;
/** Quantity and price have up to 4 digits after the point, the discount too: 12 in their product. */
const unit = 10_000n;
const centsPerProduct = unit * unit * unit;

/**
 * The lines with their amounts: quantity × price × (1 − discount). The order is rounded once, half
 * up to cents: a line's amount is what the rounded sum grows by, so that lines add up to the order.
 */
export function priceLines(lines: readonly OrderLineInput[]): OrderLine[] {
  let exact = 0n;
  return lines.map((line) => {
    const { productId = null, description = null, quantity, unitPrice, cost = null } = line;
    const discount = line.discount ?? '0';
    const before = toCents(exact);
    exact += scaled(quantity) * scaled(unitPrice) * (unit - scaled(discount));
    const amount = fromCents(toCents(exact) - before);
    return { productId, description, quantity, unitPrice, discount, amount, cost };
  });
}

const toCents = (exact: bigint): bigint => (exact * 100n + centsPerProduct / 2n) / centsPerProduct;

/** A decimal of up to 4 digits after the point as a whole number of ten-thousandths. */
function scaled(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole) * unit + BigInt(fraction.slice(0, 4).padEnd(4, '0'));
}

/** What is wrong with the lines of an order; paths count them from 0. */
export function lineProblems(lines: readonly OrderLineInput[]): FieldProblem[] {
  if (lines.length === 0) return [{ path: 'lines', message: 'must hold at least one line' }];
  if (lines.length > linesMax) return [{ path: 'lines', message: `may hold ${linesMax} lines` }];
  return lines.flatMap(({ quantity, unitPrice, discount, cost }, at) => [
    ...numberProblem(`lines.${at}.quantity`, quantity),
    ...numberProblem(`lines.${at}.unitPrice`, unitPrice),
    ...numberProblem(`lines.${at}.discount`, discount ?? '0', 1),
    ...numberProblem(`lines.${at}.cost`, cost ?? '0'),
  ]);
}

function numberProblem(path: string, value: string, max = 1e12): FieldProblem[] {
  if (!/^\d+(\.\d{1,4})?$/.test(value)) {
    return [{ path, message: 'must be 0 or more, with up to 4 digits after the point' }];
  }
  return Number(value) > max ? [{ path, message: `may be ${max} at most` }] : [];
}

const currencyPattern = /^[A-Z]{3}$/;

export const currencyProblems = (currency: string | null | undefined): FieldProblem[] =>
  currencyPattern.test(currency ?? 'CNY')
    ? []
    : [{ path: 'currency', message: 'must be an ISO 4217 code, such as CNY' }];
