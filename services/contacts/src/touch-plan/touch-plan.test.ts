import { describe, expect, test } from '@jest/globals';
import { emptyRow } from '@crm/kit/record/entity';
import { InteractionEntity } from '../interaction/interaction.fields.ts';
import { TouchPlanEntity, type TouchPlan } from './touch-plan.fields.ts';
import { afterMiss, afterTouch, keepsPlan, nextDue, touchPlanProblems } from './touch-plan.ts';

const plan = (values: Partial<TouchPlan>): TouchPlan => ({
  ...emptyRow(TouchPlanEntity),
  personId: 'p',
  purpose: '回访',
  graceDays: 7,
  status: 'PLANNED',
  createdAt: new Date('2026-11-01T02:00:00Z'),
  ...values,
});

const visit = (values: object = {}) => ({
  ...emptyRow(InteractionEntity),
  id: 'i',
  kind: 'VISIT' as const,
  participantIds: ['p'],
  occurredAt: new Date('2026-11-20T02:00:00Z'),
  ...values,
});

describe('when a plan is due', () => {
  test.each([
    ['a day alone', { dueOn: '2026-12-24' }, '2026-12-24'],
    ['a cadence from today', { cadenceDays: 30 }, '2026-12-01'],
    ['a first day with a cadence', { cadenceDays: 30, dueOn: '2026-11-05' }, '2026-11-05'],
    [
      'a cadence after the first day was kept',
      { cadenceDays: 30, dueOn: '2026-11-05', lastCompletedOn: '2026-11-06' },
      '2026-12-06',
    ],
  ])('%s', (_, values, expected) => {
    const given = { cadenceDays: null, dueOn: null, lastCompletedOn: null, ...values };
    expect(nextDue(given, '2026-11-01')).toBe(expected);
  });
});

describe('what keeps a plan', () => {
  const once = plan({ nextDueOn: '2026-11-25', dueOn: '2026-11-25' });
  const often = plan({ cadenceDays: 30, nextDueOn: '2027-01-10' });

  test.each([
    ['with the person', once, visit(), true],
    ['with somebody else', once, visit({ participantIds: ['q'] }), false],
    ['long before the day', once, visit({ occurredAt: new Date('2026-11-17T15:59:59Z') }), false],
    // Midnight in Shanghai is 16:00 the day before.
    [
      'from the days of grace on',
      once,
      visit({ occurredAt: new Date('2026-11-17T16:00:00Z') }),
      true,
    ],
    ['when nobody was reached', once, visit({ outcome: 'NOT_REACHED' }), false],
    ['in another way', plan({ ...once, channel: 'CALL' }), visit(), false],
    ['in its way', plan({ ...once, channel: 'VISIT' }), visit(), true],
    ['when it has ended', plan({ ...once, status: 'CANCELLED' }), visit(), false],
    ['long before, of a cadence', often, visit(), true],
    [
      'on the day of the last touch',
      plan({ ...often, lastCompletedOn: '2026-11-20' }),
      visit(),
      false,
    ],
    ['before it was made', often, visit({ occurredAt: new Date('2026-10-31T15:00:00Z') }), false],
    [
      'with anybody of the customer',
      plan({ ...once, personId: null, customerId: 'c' }),
      visit({ customerId: 'c', participantIds: [] }),
      true,
    ],
    [
      'with another customer',
      plan({ ...once, personId: null, customerId: 'c' }),
      visit({ customerId: 'd' }),
      false,
    ],
  ])('%s', (_, of, by, expected) => {
    expect(keepsPlan(of, by)).toBe(expected);
  });
});

describe('how a plan goes on', () => {
  test('a single one is completed, one with a cadence counts from the touch', () => {
    const done = { on: '2026-11-20', interactionId: 'i' };
    expect(afterTouch(plan({ nextDueOn: '2026-11-25' }), done)).toEqual({
      status: 'COMPLETED',
      nextDueOn: null,
      lastCompletedOn: '2026-11-20',
      lastInteractionId: 'i',
      previousDueOn: '2026-11-25',
    });
    expect(afterTouch(plan({ cadenceDays: 14 }), done)).toMatchObject({
      status: 'PLANNED',
      nextDueOn: '2026-12-04',
    });
  });

  test('a single one is missed, one with a cadence waits for the next day to come', () => {
    expect(afterMiss(plan({ nextDueOn: '2026-01-01' }), '2026-11-20')).toEqual({
      status: 'MISSED',
      nextDueOn: null,
    });
    const often = plan({ cadenceDays: 30, nextDueOn: '2026-09-01' });
    expect(afterMiss(often, '2026-11-20')).toEqual({ status: 'PLANNED', nextDueOn: '2026-11-30' });
  });
});

test.each([
  [{ personId: null, dueOn: '2026-12-01' }, 'personId'],
  [{}, 'dueOn'],
  [{ cadenceDays: 0 }, 'cadenceDays'],
  [{ cadenceDays: 5000 }, 'cadenceDays'],
  [{ dueOn: '2026-12-01', graceDays: -1 }, 'graceDays'],
])('refuses %j', (values, path) => {
  expect(touchPlanProblems(plan(values))).toMatchObject([{ path }]);
});
