import { describe, expect, test } from '@jest/globals';
import {
  applyMovements,
  daysBetween,
  dueDay,
  isExceeded,
  judgeCredit,
  movementsOfAmendment,
  movementsOfOrders,
  movementsOfPayments,
  type Movement,
} from './credit.ts';

const money = (amount: string) => ({ amount, currency: 'CNY' });

const account = {
  limit: money('1000.00'),
  exposure: money('400.00'),
  isOnHold: false,
  overdueDaysMax: 30,
};

const judge = (changes: object, amount = '600.00', overdueDays = 0) =>
  judgeCredit({ account: { ...account, ...changes }, amount, overdueDays });

describe('judgeCredit', () => {
  test('allows an order up to the limit, to the cent', () => {
    expect(judge({})).toEqual({ verdict: 'ALLOWED', reasons: [] });
    expect(judge({}, '600.01')).toEqual({ verdict: 'HELD', reasons: ['OVER_LIMIT'] });
  });

  test('holds what is ordered while something is overdue for longer than is allowed', () => {
    expect(judge({}, '1.00', 30).verdict).toBe('ALLOWED');
    expect(judge({}, '1.00', 31)).toEqual({ verdict: 'HELD', reasons: ['OVERDUE'] });
    expect(judge({ overdueDaysMax: null }, '1.00', 400).verdict).toBe('ALLOWED');
    expect(judge({}, '900.00', 31).reasons).toEqual(['OVER_LIMIT', 'OVERDUE']);
  });

  test('refuses everything while the account is on hold', () => {
    expect(judge({ isOnHold: true }, '0.01')).toEqual({ verdict: 'REFUSED', reasons: ['ON_HOLD'] });
  });

  test('limits nothing where nothing was agreed', () => {
    const judged = judgeCredit({ account: null, amount: '9999.00', overdueDays: 99 });
    expect(judged).toEqual({ verdict: 'ALLOWED', reasons: ['NO_ACCOUNT'] });
  });
});

const order = (changes: object) =>
  ({
    id: 'order',
    customerId: 'customer',
    amount: money('100.00'),
    status: 'PLACED',
    dueOn: null,
    isHeld: false,
    holdReason: null,
    ...changes,
  }) as const;

const sizes = (movements: readonly Movement[]) =>
  movements.map(({ kind, cents }) => [kind, Number(cents)]);

describe('movements', () => {
  test.each([
    ['one to be billed', {}, [['USED', 10_000]]],
    ['one to be paid on a day', { dueOn: '2026-12-31' }, [['USED', 10_000]]],
    ['one that is done without a bill', { status: 'COMPLETED' }, []],
    [
      'one that is done and to be paid',
      { status: 'COMPLETED', dueOn: '2026-12-31' },
      [['USED', 10_000]],
    ],
    ['a cancelled one', { status: 'CANCELLED', dueOn: '2026-12-31' }, []],
    ['a held one', { isHeld: true }, [['HELD', 0]]],
  ])('of an order: %s', (_, changes, expected) => {
    expect(sizes(movementsOfOrders([order(changes)]))).toEqual(expected);
  });

  test.each([
    ['grew', {}, { amount: money('130.00') }, [['USED', 3000]]],
    ['shrank', {}, { amount: money('70.00') }, [['FREED', -3000]]],
    ['was completed', {}, { status: 'COMPLETED' }, [['FREED', -10_000]]],
    ['has other notes', {}, {}, []],
    [
      'went to another customer',
      {},
      { customerId: 'other' },
      [
        ['FREED', -10_000],
        ['USED', 10_000],
      ],
    ],
    [
      'grew, but is on a receivable',
      { dueOn: '2026-12-31' },
      { amount: money('130.00'), dueOn: '2026-12-31' },
      [],
    ],
  ])('of an order that %s', (_, before, after, expected) => {
    expect(sizes(movementsOfAmendment(order(before), order(after)))).toEqual(expected);
  });

  test('of payments: one for each receivable, with the days that it came late', () => {
    const movements = movementsOfPayments({
      payments: [
        {
          id: 'payment',
          customerId: 'customer',
          amount: money('90.00'),
          receivedOn: '2026-03-02',
          allocations: [
            { receivableId: 'late', amount: '50.00' },
            { receivableId: 'early', amount: '40.00' },
          ],
        },
      ],
      receivables: [
        { id: 'late', dueOn: '2026-02-27', orderId: 'o1' },
        { id: 'early', dueOn: '2026-03-02', orderId: 'o2' },
      ],
    });
    expect(movements).toMatchObject([
      { kind: 'PAID_LATE', cents: -5000n, daysLate: 3, orderId: 'o1' },
      { kind: 'PAID_ON_TIME', cents: -4000n, daysLate: 0, orderId: 'o2' },
    ]);
  });
});

const movement = (cents: bigint): Movement => ({
  customerId: 'customer',
  currency: 'CNY',
  kind: cents > 0n ? 'USED' : 'FREED',
  cents,
});

describe('applyMovements', () => {
  test('goes on from each to the next, and never below nothing', () => {
    const applied = applyMovements('10.00', [movement(500n), movement(-1200n), movement(-900n)]);
    expect(applied.map(({ amount, exposure }) => [amount, exposure])).toEqual([
      ['5.00', '15.00'],
      ['12.00', '3.00'],
      ['9.00', '0.00'],
    ]);
  });

  test('is told as exceeded when more was used than is allowed, not when less is', () => {
    const over = { ...account, exposure: money('1000.01') };
    expect(isExceeded(over, [movement(1n)])).toBe(true);
    expect(isExceeded(over, [movement(-1n)])).toBe(false);
    expect(isExceeded({ ...account, isOnHold: true }, [movement(1n)])).toBe(true);
    expect(isExceeded(account, [movement(1n)])).toBe(false);
  });
});

test('days are counted over the end of February and of a year', () => {
  expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2);
  expect(daysBetween('2026-03-01', '2026-02-28')).toBe(-1);
  expect(dueDay('2026-12-15', 45)).toBe('2027-01-29');
});
