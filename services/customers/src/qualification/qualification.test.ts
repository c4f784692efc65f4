import { describe, expect, test } from '@jest/globals';
import { qualificationProblems, replaceBy } from './qualification.ts';

describe('a list that takes the place of what is held', () => {
  const held = [
    { id: '1', name: 'ISO 9001', grade: null, validUntil: '2027-12-31' },
    { id: '2', name: '高新技术企业', grade: '一级', validUntil: null },
  ];

  test('keeps what says the same, whether a field is left out or empty', () => {
    const given = [{ name: 'ISO 9001', validUntil: '2027-12-31' }];
    const { kept, gone, added } = replaceBy(held, given);
    expect(kept.map(({ id }) => id)).toEqual(['1']);
    expect(gone.map(({ id }) => id)).toEqual(['2']);
    expect(added).toEqual([]);
  });

  test('adds what is new, once', () => {
    const given = [{ name: 'ISO 14001' }, { name: 'ISO 14001', grade: null }];
    expect(replaceBy(held, given).added).toEqual([{ name: 'ISO 14001' }]);
    expect(replaceBy(held, []).gone).toHaveLength(2);
  });
});

test('a qualification does not end before it begins', () => {
  const days = { validFrom: '2026-02-01', validUntil: '2026-01-31' };
  expect(qualificationProblems(days)).toMatchObject([{ path: 'validUntil' }]);
  expect(qualificationProblems({ ...days, validUntil: '2026-02-01' })).toEqual([]);
  expect(qualificationProblems({ ...days, validUntil: null })).toEqual([]);
});
