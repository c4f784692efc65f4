import { describe, expect, test } from '@jest/globals';
import { competitorProblems, searchTextOf } from './competitor.ts';

const nothing = {
  employees: null,
  marketShare: null,
  registeredCapital: null,
  annualRevenue: null,
};

describe('competitorProblems', () => {
  test('has nothing against a profile that says nothing', () => {
    expect(competitorProblems(nothing)).toEqual([]);
  });

  test('names every figure that can not be', () => {
    const problems = competitorProblems({
      employees: -1,
      marketShare: '100.01',
      registeredCapital: { amount: '-0.01', currency: 'CNY' },
      annualRevenue: { amount: '-5.00', currency: 'CNY' },
    });

    expect(problems.map(({ path }) => path)).toEqual([
      'employees',
      'registeredCapital.amount',
      'annualRevenue.amount',
      'marketShare',
    ]);
  });

  test('takes a share of nothing and of everything', () => {
    expect(competitorProblems({ ...nothing, marketShare: '0' })).toEqual([]);
    expect(competitorProblems({ ...nothing, marketShare: '100.00' })).toEqual([]);
  });
});

describe('searchTextOf', () => {
  test('holds every name in one width', () => {
    expect(
      searchTextOf({
        name: '华创智能',
        shortName: null,
        code: 'Ｒ-1',
        flagshipProducts: ['智造云', ' '],
      }),
    ).toBe('华创智能 R-1 智造云');
  });
});
