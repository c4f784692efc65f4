import { describe, expect, test } from '@jest/globals';
import type { IndicatorValue } from '../indicator/indicator.ts';
import type { Criterion, MissingPolicy, Model, ScoringFunction } from '../model/model.ts';
import { criterion, linear, modelOf } from '../testing/models.ts';
import { buildDistribution, type Distribution } from './distribution.ts';
import { exactResult, seededRandom } from '../testing/exact-score.ts';
import { contributionsOf, evaluate, hashOf, resultOf, type Input, type Result } from './score.ts';

const scored = (
  model: Model,
  values: Readonly<Record<string, IndicatorValue>>,
  distributions: Readonly<Record<string, Distribution>> = {},
): Result =>
  evaluate(model, new Map(Object.entries(values)), new Map(Object.entries(distributions)));

const bands: ScoringFunction = {
  kind: 'BANDS',
  bands: [
    { from: 1, points: 2 },
    { from: 4, points: 5 },
    { from: 12, points: 10 },
  ],
};

const scoreBy = (fn: ScoringFunction, value: IndicatorValue): string | null =>
  scored(modelOf([[criterion('a', fn)]]), { a: value }).score;

describe('each function', () => {
  test.each([
    ['0.99', '0.00'],
    ['1', '20.00'],
    ['3.99', '20.00'],
    ['4.00', '50.00'],
    ['12', '100.00'],
    ['999', '100.00'],
  ])('BANDS: the highest bound not above %s wins', (value, score) => {
    expect(scoreBy(bands, value)).toBe(score);
  });

  test.each([
    ['A', '100.00'],
    ['B', '35.00'],
    ['C', '0.00'],
    ['constructor', '0.00'],
  ])('MAP: %s', (value, score) => {
    expect(scoreBy({ kind: 'MAP', points: { A: 10, B: 3.5 } }, value)).toBe(score);
  });

  test.each([
    [0, 0.5, '0.2', '40.00'],
    [0, 0.5, '0.6', '100.00'],
    [0, 0.5, '-1', '0.00'],
    [0.5, 0, '0.2', '60.00'],
    [0.5, 0, '0', '100.00'],
    [0.5, 0, '3', '0.00'],
  ])('LINEAR from %s to %s: %s', (from, to, value, score) => {
    expect(scoreBy(linear(from, to), value)).toBe(score);
  });

  test.each([
    [true, true, '100.00'],
    [true, false, '0.00'],
    [false, false, '100.00'],
    [true, '3', '100.00'],
    [true, '0', '0.00'],
  ])('FLAG when %s: %s', (when, value, score) => {
    expect(scoreBy({ kind: 'FLAG', when }, value)).toBe(score);
  });

  test('PERCENTILE: the share of the others that are strictly below', () => {
    const model = modelOf([[criterion('a', { kind: 'PERCENTILE' })]]);
    const distribution = buildDistribution(['10.00', '20.00', '20.00', '30.00', '50.00']);
    const at = (a: string): string | null => scored(model, { a }, { a: distribution }).score;
    expect(['10', '20', '25', '30', '50', '60', '1'].map(at)).toEqual([
      '0.00',
      '25.00',
      '75.00',
      '75.00',
      '100.00',
      '100.00',
      '0.00',
    ]);
  });

  test('PERCENTILE of what was never ranked is no data', () => {
    const model = modelOf([[criterion('a', { kind: 'PERCENTILE' })]]);
    expect(scored(model, { a: '5' })).toMatchObject({ coverage: '0.0000', score: '0.00' });
  });
});

const missing = (policy: MissingPolicy): Result =>
  scored(
    modelOf([[criterion('a', linear(0, 10)), criterion('b', linear(0, 10), { missing: policy })]]),
    { a: '6' },
  );

describe('no data', () => {
  test.each<[MissingPolicy, string]>([
    [{ kind: 'ZERO' }, '30.00'],
    [{ kind: 'SKIP' }, '60.00'],
    [{ kind: 'NEUTRAL' }, '55.00'],
    [{ kind: 'FIXED', points: 2 }, '40.00'],
  ])('%j', (policy, score) => {
    expect(missing(policy)).toMatchObject({ score, coverage: '0.5000', status: 'SCORED' });
  });

  test('a category of nothing but skipped criteria counts for nothing', () => {
    const skipped = criterion('b', linear(0, 10), { missing: { kind: 'SKIP' } });
    const model = modelOf([[criterion('a', linear(0, 10))], [skipped]], { minCoverage: 0 });
    expect(scored(model, { a: '7' })).toMatchObject({ score: '70.00', coverage: '0.3333' });
    expect(scored(modelOf([[skipped]]), {})).toMatchObject({
      score: null,
      grade: null,
      status: 'INSUFFICIENT_DATA',
    });
  });

  test('gives no grade below the least coverage, and one at it', () => {
    const criteria = [criterion('a', linear(0, 10)), criterion('b', linear(0, 10))];
    const at = (minCoverage: number): Result =>
      scored(modelOf([criteria], { minCoverage }), { a: '8' });
    expect(at(0.5)).toMatchObject({ status: 'SCORED', grade: 'LOW', score: '40.00' });
    expect(at(0.51)).toMatchObject({ status: 'INSUFFICIENT_DATA', grade: null, score: '40.00' });
  });

  test('a text where a number is scored is no data', () => {
    expect(scoreBy(linear(0, 1), 'many')).toBe('0.00');
  });
});

describe('a grade', () => {
  test.each([
    ['6.9994', 'LOW', '69.99'],
    ['6.9995', 'HIGH', '70.00'],
    ['0', 'LOW', '0.00'],
  ])('of %s is %s', (a, grade, score) => {
    const model = modelOf([[criterion('a', linear(0, 10))]]);
    expect(scored(model, { a })).toMatchObject({ grade, score });
  });
});

test('contributions say what each criterion earned, and why', () => {
  const model = modelOf([
    [criterion('orders', bands, { weight: 3 }), criterion('paid', linear(0, 1), { weight: 7 })],
    [criterion('form', { kind: 'MAP', points: { A: 5 } }, { maxPoints: 5 })],
  ]);
  const { inputs, score } = scored(model, { orders: '5', paid: '0.333', form: 'A' });
  // 100·1/3·3/10·0.5 + 100·1/3·7/10·0.333 + 100·2/3
  expect(score).toBe('79.44');
  expect(contributionsOf(model, inputs)).toMatchObject([
    { value: '5', band: { from: 4 }, points: 5, contribution: '5.00' },
    { value: '0.333', band: null, points: 3.33, contribution: '7.77' },
    { value: 'A', points: 5, contribution: '66.67' },
  ]);
});

test('the cents left by rounding go to the largest remainders', () => {
  const thirds = ['a', 'b', 'c'].map((code) => criterion(code, linear(0, 1)));
  const model = modelOf([thirds]);
  const { inputs, score } = scored(model, { a: '1', b: '1', c: '1' });
  expect(score).toBe('100.00');
  expect(contributionsOf(model, inputs).map(({ contribution }) => contribution)).toEqual([
    '33.34',
    '33.33',
    '33.33',
  ]);
});

describe('over many models and values', () => {
  const random = seededRandom(20_261_130);
  const cases = Array.from({ length: 3000 }, () => randomCase(random));

  const failing = (holds: (each: Case) => boolean): readonly Case[] =>
    cases.filter((each) => !holds(each));

  test('contributions sum to the score, and none is below 0', () => {
    expect(failing(partsAreTheScore)).toEqual([]);
  });

  test('doubles give what exact fractions give', () => {
    for (const { model, inputs } of cases) {
      const { score, coverage, status } = resultOf(model, inputs);
      expect({ score, coverage, status }).toEqual(exactResult(model, inputs));
    }
  });

  test('the same inputs give the same hash, and another input another', () => {
    expect(failing(isToldByItsHash)).toEqual([]);
  });

  test('a score is never below 0 nor above its scale', () => {
    expect(failing(isWithinItsScale)).toEqual([]);
  });

  test('a score never falls when a value rises that is LINEAR upwards', () => {
    const rising = cases.filter(({ model, inputs }) => {
      const fn = model.categories[0]?.criteria[0]?.fn;
      return fn?.kind === 'LINEAR' && fn.from < fn.to && inputs[0] !== null;
    });
    expect(rising.length).toBeGreaterThan(100);
    for (const { model, inputs } of rising) {
      const more = [String(Number(inputs[0]) + 3), ...inputs.slice(1)];
      expect(centsOf(resultOf(model, more).score)).toBeGreaterThanOrEqual(
        centsOf(resultOf(model, inputs).score),
      );
    }
  });
});

const centsOf = (score: string | null): number => Math.round(Number(score) * 100);

type Case = { readonly model: Model; readonly inputs: readonly Input[] };
const partsAreTheScore = ({ model, inputs }: Case): boolean => {
  const parts = contributionsOf(model, inputs).map(({ contribution }) => centsOf(contribution));
  const sum = parts.reduce((total, part) => total + part, 0);
  return sum === centsOf(resultOf(model, inputs).score) && Math.min(...parts) >= 0;
};

const isToldByItsHash = ({ model, inputs }: Case): boolean => {
  const hash = hashOf(model, resultOf(model, inputs));
  const copy = structuredClone(model);
  const again = hashOf(copy, resultOf(copy, structuredClone(inputs)));
  return again === hash && hashOf(model, resultOf(model, ['-5', ...inputs.slice(1)])) !== hash;
};

const isWithinItsScale = ({ model, inputs }: Case): boolean => {
  const score = Number(resultOf(model, inputs).score);
  return score >= 0 && score <= model.scale;
};

type Random = (below: number) => number;

/** Small whole numbers and short decimals, for they are what comes to exactly half a cent. */
function randomCase(random: Random): Case {
  const criteria = (): Criterion[] =>
    Array.from({ length: 1 + random(4) }, () => randomCriterion(random));
  const model = modelOf(Array.from({ length: 1 + random(4) }, criteria), {
    scale: [1, 10, 100, 1000][random(4)] ?? 100,
    minCoverage: random(11) / 10,
  });
  const inputs = model.categories.flatMap((category) =>
    category.criteria.map(({ fn }): Input => {
      if (random(8) === 0) return null;
      const value = (random(1200) / [1, 10, 100, 8][random(4)]! - 1).toString();
      return fn.kind === 'PERCENTILE' ? [value, random(1001) / 1000] : value;
    }),
  );
  return { model, inputs };
}

function randomCriterion(random: Random): Criterion {
  const functions: readonly ScoringFunction[] = [
    bands,
    linear(random(5), 5 + random(10)),
    linear(1, 0),
    { kind: 'PERCENTILE' },
  ];
  const policies: readonly MissingPolicy[] = [
    { kind: 'ZERO' },
    { kind: 'SKIP' },
    { kind: 'NEUTRAL' },
    { kind: 'FIXED', points: 1.25 },
  ];
  return criterion('x', functions[random(4)] ?? bands, {
    weight: (1 + random(40)) / [1, 10, 4][random(3)]!,
    missing: policies[random(4)] ?? { kind: 'ZERO' },
  });
}
