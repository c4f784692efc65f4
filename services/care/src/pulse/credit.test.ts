import { expect, test } from '@jest/globals';
import { usedPercent } from './credit.ts';

const money = (amount: string) => ({ amount, currency: 'CNY' });

test.each([
  ['0.00', '1000.00', null],
  ['-5.00', '1000.00', null],
  ['899.99', '1000.00', 89],
  ['900.00', '1000.00', 90],
  ['0.90', '1.00', 90],
  ['2500.00', '1000.00', 250],
  ['1.00', '0.00', 100],
  ['99999999999.00', '0.01', 1_000_000],
])('%s of a limit of %s are %s percent', (used, limit, expected) => {
  const account = { currency: 'CNY', isOnHold: false, paymentTermDays: null };
  expect(usedPercent({ ...account, limit: money(limit), exposure: money(used) })).toBe(expected);
});
