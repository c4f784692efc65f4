import { describe, expect, test } from '@jest/globals';
import { normalAddress } from './address.ts';
import { stepInstead, type SendingFacts } from './decide.ts';
import { afterOutcome, afterReceipt, retry } from './delivery.ts';
import { createLimiter } from './limiter.ts';
import { dayInWords, salutationOf } from './salutation.ts';

const now = new Date('2026-11-30T01:00:00Z');
const later = new Date('2026-11-30T02:00:00Z');
const facts: SendingFacts = {
  isThere: true,
  hasText: true,
  textProblem: null,
  address: 'li@example.com',
  isSuppressed: false,
  suppression: null,
  isCancelled: false,
};

describe('a delivery is not handed over', () => {
  test.each([
    ['when its task was taken back', { isCancelled: true }, { reason: 'CANCELLED' }],
    ['to somebody who is gone', { isThere: false }, { reason: 'NOT_ALLOWED' }],
    ['to who has unsubscribed', { isSuppressed: true }, { reason: 'ADDRESS_SUPPRESSED' }],
    [
      'when consent was withdrawn',
      { suppression: { reason: 'WITHDRAWN', until: null } },
      { status: 'SUPPRESSED', reason: 'NOT_ALLOWED', problem: 'WITHDRAWN' },
    ],
    [
      'in quiet hours, but after them',
      { suppression: { reason: 'QUIET_HOURS', until: later } },
      { status: 'QUEUED', dueAt: later },
    ],
    ['nowhere', { address: null }, { status: 'FAILED', reason: 'NO_ADDRESS' }],
    [
      'without the link that it is for',
      { textProblem: 'must hold {{ survey.url }}' },
      { status: 'FAILED', reason: 'NO_TEMPLATE', problem: 'The text must hold {{ survey.url }}' },
    ],
    ['without words', { hasText: false }, { status: 'FAILED', reason: 'NO_TEMPLATE' }],
  ])('%s', (_, change, step) => {
    expect(stepInstead({ expiresAt: null }, { ...facts, ...change }, now)).toMatchObject(step);
  });

  test('when its day is over', () => {
    expect(stepInstead({ expiresAt: now }, facts, now)).toMatchObject({ reason: 'TOO_LATE' });
    expect(stepInstead({ expiresAt: later }, facts, now)).toBeNull();
  });
});

const after = (attempts: number): object =>
  afterOutcome({ attempts }, { kind: 'LATER', problem: 'x' }, { now, random: 0.5 });

describe('an outcome', () => {
  test('that passes has it sent again, later each time, ten times at most', () => {
    expect(after(1)).toMatchObject({ status: 'QUEUED', dueAt: new Date(now.getTime() + 60_000) });
    expect(after(3)).toMatchObject({ status: 'QUEUED', dueAt: new Date(now.getTime() + 240_000) });
    expect(after(10)).toMatchObject({ status: 'FAILED', reason: 'GIVEN_UP' });
  });

  test('that nobody knows is kept as that', () => {
    const step = afterOutcome(
      { attempts: 1 },
      { kind: 'UNKNOWN', problem: 'x' },
      { now, random: 0 },
    );
    expect(step).toEqual({ status: 'UNKNOWN', reason: 'NO_ANSWER', problem: 'x' });
  });
});

describe('a receipt', () => {
  test.each(['SENDING', 'UNKNOWN', 'ACCEPTED'] as const)('tells what became of %s', (status) => {
    expect(afterReceipt({ status }, 'DELIVERED', { now })).toMatchObject({ status: 'DELIVERED' });
    expect(afterReceipt({ status }, 'BOUNCED', { now })).toMatchObject({ status: 'BOUNCED' });
  });
  test.each(['QUEUED', 'SUPPRESSED', 'FAILED'] as const)('says nothing of %s', (status) => {
    expect(afterReceipt({ status }, 'DELIVERED', { now })).toEqual({});
  });
  test('counts once', () => {
    expect(afterReceipt({ status: 'DELIVERED' }, 'DELIVERED', { now })).toEqual({});
  });
});

describe('a person', () => {
  test('has one sent again that did not arrive', () => {
    for (const status of ['FAILED', 'BOUNCED'] as const) {
      expect(retry({ status }, { now, isNotReceived: false })).toMatchObject({ status: 'QUEUED' });
    }
    for (const status of ['QUEUED', 'SENDING', 'ACCEPTED', 'DELIVERED', 'SUPPRESSED'] as const) {
      expect(() => retry({ status }, { now, isNotReceived: true })).toThrow('nothing to repeat');
    }
  });
  test('has to find out first whether an unknown one did', () => {
    expect(() => retry({ status: 'UNKNOWN' }, { now, isNotReceived: false })).toThrow('twice');
    expect(retry({ status: 'UNKNOWN' }, { now, isNotReceived: true })).toMatchObject({
      status: 'QUEUED',
    });
  });
});

test.each([
  ['EMAIL', ' Li@Example.com ', 'li@example.com'],
  ['EMAIL', 'li@example.com, all@example.com', null],
  ['EMAIL', 'Li <li@example.com>', null],
  ['EMAIL', 'li@example.com\r\nBcc: x@example.com', null],
  ['EMAIL', 'li@localhost', null],
  ['SMS', '138 0013 8000', '+8613800138000'],
  ['SMS', '0086-13800138000', '+8613800138000'],
  ['SMS', '+44 (20) 7946-0000', '+442079460000'],
  ['SMS', '010-88886666', null],
  ['SMS', '12345', null],
] as const)('an address of %s: %j', (channel, value, normal) => {
  expect(normalAddress(channel, value)).toBe(normal);
});

test.each([
  [{ name: '李雷', gender: 'MALE' }, '李先生', '李雷'],
  [{ name: '欧阳娜娜', gender: 'FEMALE' }, '欧阳女士', '欧阳娜娜'],
  [{ name: 'Mary Smith', gender: 'FEMALE' }, 'Mary Smith', 'Ms. Smith'],
  [{ name: '李雷', gender: null }, '李雷', '李雷'],
])('%j is addressed', (person, zh, en) => {
  expect(salutationOf(person, 'ZH_CN')).toBe(zh);
  expect(salutationOf(person, 'EN')).toBe(en);
});

test('a day is written in words', () => {
  expect(dayInWords('2026-09-25', 'ZH_CN')).toBe('2026年9月25日');
  expect(dayInWords('2026-09-25', 'EN')).toBe('25 September 2026');
  expect(dayInWords(null, 'EN')).toBe('');
});

test('so many go in a second', () => {
  const { take } = createLimiter(5);
  expect([take(10, 0), take(10, 0), take(10, 400), take(10, 60_000)]).toEqual([5, 0, 2, 5]);
});
