import { describe, expect, test } from '@jest/globals';
import { daysBefore, daysBetween, ruleProblems, thresholdFor } from './rule.ts';

const rule = {
  kind: 'CONTACT_OVERDUE',
  labels: { zh: '联系超期', en: 'Contact overdue' },
  criteria: {},
  thresholdDays: 60,
  levelThresholds: [{ level: 'STRATEGIC', days: 14 }],
  thresholdPercent: null,
  levelPercents: null,
  model: null,
  route: 'OWNER',
  role: null,
  escalateAfterDays: 7,
} as const;

const credit = {
  ...rule,
  kind: 'CREDIT_LIMIT_NEAR',
  thresholdDays: null,
  levelThresholds: null,
  thresholdPercent: 90,
  levelPercents: [{ level: 'KEY', percent: 80 }],
} as const;

describe('ruleProblems', () => {
  test('has nothing against a whole rule', () => {
    expect(ruleProblems(rule)).toEqual([]);
    expect(
      ruleProblems({ ...rule, kind: 'CUSTOM', thresholdDays: null, levelThresholds: null }),
    ).toEqual([]);
    expect(ruleProblems(credit)).toEqual([]);
    expect(ruleProblems({ ...rule, kind: 'GRADE_FELL', model: 'customer_value' })).toEqual([]);
    expect(ruleProblems({ ...rule, route: 'ROLE', role: 'MANAGER' })).toEqual([]);
  });

  test.each([
    ['labels.en', { labels: { zh: '有', en: ' ' } }],
    ['labels.zh', { labels: null }],
    ['thresholdDays', { thresholdDays: null }],
    ['thresholdDays', { thresholdDays: 0 }],
    ['thresholdDays', { thresholdDays: 3651 }],
    ['thresholdDays', { kind: 'CUSTOM' as const }],
    ['levelThresholds.0.days', { levelThresholds: [{ level: 'KEY', days: -1 }] }],
    [
      'levelThresholds',
      {
        levelThresholds: [
          { level: 'KEY', days: 1 },
          { level: 'KEY', days: 2 },
        ],
      },
    ],
    ['thresholdPercent', { ...credit, thresholdPercent: null }],
    ['thresholdPercent', { ...credit, thresholdPercent: 1001 }],
    ['levelPercents.0.percent', { ...credit, levelPercents: [{ level: 'KEY', percent: 0 }] }],
    ['thresholdPercent', { thresholdPercent: 90 }],
    ['thresholdDays', { ...credit, thresholdDays: 3 }],
    ['model', { model: 'customer_value' }],
    ['thresholdDays', { kind: 'BIRTHDAY_UNPLANNED' as const, thresholdDays: 15 }],
    ['role', { route: 'ROLE' as const }],
    ['role', { role: 'ADMIN' as const }],
    ['escalateAfterDays', { escalateAfterDays: 0 }],
    ['criteria', { criteria: 'lifecycleStage' }],
    ['criteria', { criteria: [] }],
    ['criteria', { criteria: { name: { eq: 'x'.repeat(20_000) } } }],
  ])('names a bad %s', (path, change) => {
    expect(ruleProblems({ ...rule, ...change })[0]?.path).toBe(path);
  });
});

describe('thresholdFor', () => {
  test('takes the number of the level, else that of all', () => {
    expect(thresholdFor(rule, 'STRATEGIC')).toBe(14);
    expect(thresholdFor(rule, 'REGULAR')).toBe(60);
    expect(thresholdFor(rule, null)).toBe(60);
    expect(thresholdFor(credit, 'KEY')).toBe(80);
    expect(thresholdFor(credit, null)).toBe(90);
  });
});

describe('days', () => {
  test('are counted across months and leap days', () => {
    expect(daysBefore('2028-03-01', 1)).toBe('2028-02-29');
    expect(daysBefore('2027-01-10', 60)).toBe('2026-11-11');
    expect(daysBetween('2026-11-11', '2027-01-10')).toBe(60);
  });
});
