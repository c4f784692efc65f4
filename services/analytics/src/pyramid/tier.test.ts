import { describe, expect, test } from '@jest/globals';
import { cutsOf, tierAt, tierProblems, type PyramidMethod, type Tier } from './tier.ts';
import { decimalOf, percentOf, sortDown, unitsOf } from './units.ts';

const labels = { zh: '层', en: 'Tier' };
const tier = (code: string, rest: Partial<Tier> = {}): Tier => ({ code, labels, ...rest });
const shares = (...given: readonly string[]): Tier[] =>
  given.map((share, at) => tier(`T${at}`, { share }));

const assign = (method: PyramidMethod, tiers: readonly Tier[], values: readonly string[]) => {
  const units = values.map(unitsOf);
  const cuts = cutsOf({ method, tiers }, sortDown(units));
  return units.map((value) => tierAt(cuts, value));
};

/** The same numbers in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state;
  }
}

describe('RANK_SHARE', () => {
  test('takes the share of the subjects, and one at least', () => {
    const values = Array.from({ length: 100 }, (_, at) => String(100 - at));
    const tiers = assign('RANK_SHARE', shares('1', '4', '15', '80'), values);
    const counts = [0, 1, 2, 3].map((each) => tiers.filter((at) => at === each).length);
    expect(counts).toEqual([1, 4, 15, 80]);
    expect(assign('RANK_SHARE', shares('1', '99'), ['5', '7', '3'])).toEqual([1, 0, 1]);
  });

  test('has equal values share the higher tier', () => {
    expect(assign('RANK_SHARE', shares('25', '75'), ['9', '5', '9', '1'])).toEqual([0, 1, 0, 1]);
    expect(assign('RANK_SHARE', shares('25', '25', '50'), ['9', '9', '9', '1'])).toEqual([
      0, 0, 0, 2,
    ]);
  });

  test('divides shares that are no whole numbers', () => {
    const values = Array.from({ length: 1000 }, (_, at) => `${at}.5`);
    const tiers = assign('RANK_SHARE', shares('0.1', '0.4', '99.5'), values);
    expect(tiers.filter((at) => at === 0)).toHaveLength(1);
    expect(tiers.filter((at) => at === 1)).toHaveLength(4);
  });
});

describe('VALUE_SHARE', () => {
  test('takes those who together hold the share', () => {
    expect(assign('VALUE_SHARE', shares('50', '30', '20'), ['50', '30', '15', '5'])).toEqual([
      0, 1, 2, 2,
    ]);
    expect(assign('VALUE_SHARE', shares('51', '49'), ['50', '30', '15', '5'])).toEqual([
      0, 0, 1, 1,
    ]);
  });

  test('leaves those who hold nothing at the bottom', () => {
    expect(assign('VALUE_SHARE', shares('50', '50'), ['0', '10', '-5'])).toEqual([1, 0, 1]);
    expect(assign('VALUE_SHARE', shares('50', '50'), ['0', '0'])).toEqual([1, 1]);
  });
});

test('THRESHOLD goes by the bounds, which belong to the tier above', () => {
  const tiers = [tier('A', { from: '1000' }), tier('B', { from: '0.01' }), tier('C')];
  expect(assign('THRESHOLD', tiers, ['1000', '999.99', '0', '-1'])).toEqual([0, 1, 2, 2]);
});

describe('whatever the values', () => {
  const methods: readonly PyramidMethod[] = ['RANK_SHARE', 'VALUE_SHARE'];
  test.each(methods)(
    '%s: all are placed, higher values never lower, equal ones together',
    (method) => {
      const random = numbers(method.length);
      for (let run = 0; run < 200; run += 1) {
        const size = random.next().value % 60;
        const values = Array.from({ length: size }, () => String((random.next().value % 40) - 5));
        const parts = [1 + (random.next().value % 40), 1 + (random.next().value % 40)];
        const tiers = shares(...parts.map(String), String(100 - (parts[0] ?? 0) - (parts[1] ?? 0)));
        const placed = assign(method, tiers, values);

        expect(placed.every((at) => at >= 0 && at < 3)).toBe(true);
        const pairs = values.flatMap((value, one) =>
          values.map((than, other) => ({
            isWrong:
              (Number(value) > Number(than) && (placed[one] ?? 0) > (placed[other] ?? 0)) ||
              (value === than && placed[one] !== placed[other]),
          })),
        );
        expect(pairs.filter(({ isWrong }) => isWrong)).toEqual([]);
      }
    },
  );

  test('RANK_SHARE holds at least its share of the subjects, and no group of equals more', () => {
    const random = numbers(7);
    for (let run = 0; run < 200; run += 1) {
      const size = 1 + (random.next().value % 80);
      const values = Array.from({ length: size }, () => random.next().value % 12);
      const placed = assign('RANK_SHARE', shares('10', '90'), values.map(String));
      const top = values.filter((_, at) => placed[at] === 0);
      const without = top.filter((value) => value !== Math.min(...top));
      expect(top.length * 10).toBeGreaterThanOrEqual(size);
      expect(without.length * 10).toBeLessThan(size);
    }
  });
});

describe('a definition is refused', () => {
  test.each([
    ['without tiers', 'RANK_SHARE', [], 'tiers'],
    ['with shares of 99', 'RANK_SHARE', shares('1', '98'), 'tiers'],
    ['with a share of nothing', 'VALUE_SHARE', shares('0', '100'), 'tiers.0.share'],
    ['with a share that is no number', 'VALUE_SHARE', shares('x', '100'), 'tiers.0.share'],
    [
      'with a bound beside shares',
      'RANK_SHARE',
      [tier('A', { share: '100', from: '1' })],
      'tiers.0.from',
    ],
    [
      'with bounds that overlap',
      'THRESHOLD',
      [tier('A', { from: '10' }), tier('B', { from: '10' }), tier('C')],
      'tiers.1.from',
    ],
    ['with a bound of the last tier', 'THRESHOLD', [tier('A', { from: '10' })], 'tiers.0.from'],
    ['with a bound left out', 'THRESHOLD', [tier('A'), tier('B')], 'tiers.0.from'],
    ['with one code twice', 'THRESHOLD', [tier('A', { from: '1' }), tier('A')], 'tiers'],
    ['with a code that is none', 'THRESHOLD', [tier('a b')], 'tiers.0.code'],
  ] as const)('%s', (_, method, tiers, path) => {
    expect(tierProblems({ method, tiers }, []).map((each) => each.path)).toContain(path);
  });

  test('with a base tier that has the code of another', () => {
    const tiers = shares('100');
    expect(tierProblems({ method: 'RANK_SHARE', tiers }, [tier('T0')])).toEqual([
      { path: 'tiers', message: 'has T0 twice' },
    ]);
    expect(tierProblems({ method: 'RANK_SHARE', tiers }, [tier('INACTIVE')])).toEqual([]);
  });
});

test('sums and shares are exact', () => {
  expect(decimalOf(unitsOf('0.1') + unitsOf('0.2'))).toBe('0.30');
  expect(decimalOf(unitsOf('-12.345'))).toBe('-12.35');
  expect(decimalOf(unitsOf('9999999999999999.99'))).toBe('9999999999999999.99');
  expect(percentOf(1n, 3n)).toBe('33.33');
  expect(percentOf(5n, 0n)).toBe('0.00');
  const large = ['9999999999999999.99', '-1', '9999999999999999.98'].map(unitsOf);
  expect(Array.from(sortDown(large), decimalOf)).toEqual([
    '9999999999999999.99',
    '9999999999999999.98',
    '-1.00',
  ]);
});
