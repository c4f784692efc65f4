import { describe, expect, test } from '@jest/globals';
import type { Money } from '@crm/kit/record/field';
import { allocateOldestFirst, allocationProblems } from './payment.ts';

const owing = (id: string, amount: string): { id: string; balance: Money } => ({
  id,
  balance: { amount, currency: 'CNY' },
});

const open = [owing('old', '50.97'), owing('new', '20.00')];

describe('allocateOldestFirst', () => {
  test('pays what is owed longest, to the cent', () => {
    expect(allocateOldestFirst('60.00', open)).toEqual([
      { receivableId: 'old', amount: '50.97' },
      { receivableId: 'new', amount: '9.03' },
    ]);
  });

  test('leaves over what nobody owes', () => {
    expect(allocateOldestFirst('1000.00', open).map(({ amount }) => amount)).toEqual([
      '50.97',
      '20.00',
    ]);
  });

  test('pays nothing of nothing', () => {
    expect(allocateOldestFirst('0.00', open)).toEqual([]);
    expect(allocateOldestFirst('5.00', [])).toEqual([]);
  });
});

describe('allocationProblems', () => {
  test('finds nothing wrong with what was worked out here', () => {
    expect(allocationProblems('60.00', allocateOldestFirst('60.00', open), open)).toEqual([]);
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
    expect(allocationProblems('60.00', allocations, open)).toMatchObject([{ path }]);
  });
});
