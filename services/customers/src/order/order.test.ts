import { describe, expect, test } from '@jest/globals';
import { sumAmounts } from '../money.ts';
import { priceLines } from './order.ts';

const amountsOf = (
  ...lines: readonly { quantity: string; unitPrice: string; discount?: string }[]
) => priceLines(lines).map(({ amount }) => amount);

describe('the lines of an order', () => {
  test('take the discount off and round half up to cents', () => {
    expect(amountsOf({ quantity: '3', unitPrice: '9.99', discount: '0.15' })).toEqual(['25.47']);
    expect(amountsOf({ quantity: '1', unitPrice: '0.005' })).toEqual(['0.01']);
  });

  test('add up to the order, which is rounded once', () => {
    const line = { quantity: '1', unitPrice: '10.10', discount: '0.05' };
    const amounts = amountsOf(line, line, line);
    expect(amounts).toEqual(['9.60', '9.59', '9.60']);
    expect(sumAmounts(amounts)).toBe('28.79');
  });
});
