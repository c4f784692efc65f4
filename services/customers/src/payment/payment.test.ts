import { describe, expect, test } from '@jest/globals';
import type { Money } from '@crm/kit/record/field';
import { allocateOldestFirst, allocationProblems } from './payment.ts';

const money = (amount: string): Money => ({ amount, currency: 'CNY' });

const owing = (id: string, amount: string) => ({
  id,
  customerId: 'payer',
  amount: money('100.00'),
  balance: money(amount),
});

const paid = (amount: string) => ({ customerId: 'payer', amount: money(amount) });

const open = [owing('old', '50.97'), owing('new', '20.00')];

describe('allocateOldestFirst', () => {
  test('pays what is owed longest, to the cent', () => {
    expect(allocateOldestFirst(paid('60.00'), open)).toEqual([
      { receivableId: 'old', amount: '50.97' },
      { receivableId: 'new', amount: '9.03' },
    ]);
  });

  test('leaves over what nobody owes', () => {
    expect(allocateOldestFirst(paid('1000.00'), open).map(({ amount }) => amount)).toEqual([
      '50.97',
      '20.00',
    ]);
  });

  test('pays nothing that another customer owes, or in another currency', () => {
    const other = { ...owing('other', '1.00'), customerId: 'other' };
    const dollars = { ...owing('usd', '1.00'), amount: { amount: '1.00', currency: 'USD' } };
    expect(allocateOldestFirst(paid('5.00'), [other, dollars])).toEqual([]);
  });

  test('pays nothing of nothing', () => {
    expect(allocateOldestFirst(paid('0.00'), open)).toEqual([]);
    expect(allocateOldestFirst(paid('5.00'), [])).toEqual([]);
  });
});

describe('allocationProblems', () => {
  test('finds nothing wrong with what was worked out here', () => {
    expect(
      allocationProblems(paid('60.00'), allocateOldestFirst(paid('60.00'), open), open),
    ).toEqual([]);
  });

  test.each([
    ['a receivable that is not open', [{ receivableId: 'x', amount: '1.00' }], 'allocations.0'],
    ['more than is owed', [{ receivableId: 'new', amount: '20.01' }], 'allocations.0.amount'],
    ['nothing', [{ receivableId: 'new', amount: '0.00' }], 'allocations.0.amount'],
    ['less than a cent', [{ receivableId: 'new', amount: '0.001' }], 'allocations.0.amount'],
    [
      'one receivable twice',
      [
        { receivableId: 'new', amount: '1.00' },
        { receivableId: 'new', amount: '1.00' },
      ],
      'allocations',
    ],
    [
      'more in all than was paid',
      [
        { receivableId: 'old', amount: '50.00' },
        { receivableId: 'new', amount: '10.01' },
      ],
      'allocations',
    ],
  ])('refuses %s', (_, allocations, path) => {
    expect(allocationProblems(paid('60.00'), allocations, open)).toMatchObject([{ path }]);
  });
});
