import { describe, expect, test } from '@jest/globals';
import { acknowledge, dismiss, snooze } from './alert.ts';

const now = new Date('2026-11-24T01:00:00Z');
const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
const who = { now, staffId: 'staff' };

describe('acknowledge', () => {
  test('takes an alert out of its sleep too, and does nothing twice', () => {
    expect(acknowledge({ state: 'SNOOZED' }, who)).toEqual({
      state: 'ACKNOWLEDGED',
      acknowledgedAt: now,
      snoozedUntil: null,
    });
    expect(acknowledge({ state: 'ACKNOWLEDGED' }, who)).toEqual({});
  });
});

describe('snooze', () => {
  test('takes a time within a year', () => {
    const options = { isSnoozable: true, now };
    expect(snooze({ state: 'OPEN' }, { ...options, until: inDays(365) })).toEqual({
      state: 'SNOOZED',
      snoozedUntil: inDays(365),
    });
    for (const days of [-1, 0, 366]) {
      expect(() => snooze({ state: 'OPEN' }, { ...options, until: inDays(days) })).toThrow('365');
    }
  });

  test('is refused by a rule that does not allow it', () => {
    expect(() => snooze({ state: 'OPEN' }, { isSnoozable: false, now, until: inDays(1) })).toThrow(
      'may not be snoozed',
    );
  });
});

test.each(['RESOLVED', 'DISMISSED'] as const)('nothing is done about a %s alert', (state) => {
  const until = inDays(1);
  expect(() => acknowledge({ state }, who)).toThrow('already');
  expect(() => snooze({ state }, { isSnoozable: true, now, until })).toThrow('already');
  expect(() => dismiss({ state }, 'why', who)).toThrow('already');
});
