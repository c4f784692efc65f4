import { describe, expect, test } from '@jest/globals';
import { refusalOf, ruleProblems, stepOf } from './lifecycle.ts';

const step = (fromStage: string | null, toStage: string, needsReason = false, active = true) => ({
  fromStage,
  toStage,
  needsReason,
  active,
});

const steps = [
  step(null, 'TRADING'),
  step(null, 'DORMANT', true),
  step('TRADING', 'POTENTIAL', false, false),
  step(null, 'POTENTIAL'),
];

describe('stepOf', () => {
  test('prefers the step that names both stages', () => {
    expect(stepOf(steps, { from: 'TRADING', to: 'POTENTIAL' })?.active).toBe(false);
    expect(stepOf(steps, { from: 'DORMANT', to: 'POTENTIAL' })?.active).toBe(true);
    expect(stepOf(steps, { from: 'DORMANT', to: 'LOST' })).toBeUndefined();
  });
});

describe('refusalOf', () => {
  const asked = { from: 'POTENTIAL', to: 'DORMANT', reason: null, hasOrders: true };

  test.each([
    ['a step that is not there', { to: 'LOST' }, 'LOST may not follow POTENTIAL'],
    [
      'one that is switched off',
      { from: 'TRADING', to: 'POTENTIAL' },
      'POTENTIAL may not follow TRADING',
    ],
    ['a reason that is missing', {}, 'DORMANT needs a reason'],
    ['a blank reason', { reason: '  ' }, 'DORMANT needs a reason'],
    ['trading without an order', { to: 'TRADING', hasOrders: false }, /^TRADING needs an order/],
  ])('names %s', (_, change, refusal) => {
    expect(refusalOf(steps, { ...asked, ...change })).toMatch(refusal);
  });

  test.each([
    [{ reason: '停产' }],
    [{ to: 'TRADING' }],
    [{ to: 'TRADING', hasOrders: false, reason: '框架协议' }],
  ])('lets %j through', (change) => {
    expect(refusalOf(steps, { ...asked, ...change })).toBeNull();
  });
});

test('ruleProblems names what is out of bounds', () => {
  const rule = { minDwellDays: 0, priority: 0, labels: { zh: '规则', en: 'Rule' } };
  expect(ruleProblems(rule)).toEqual([]);
  const bad = { minDwellDays: -1, priority: 1001, labels: { zh: ' ', en: '' } };
  expect(ruleProblems(bad).map(({ path }) => path)).toEqual(['minDwellDays', 'priority', 'labels']);
});
