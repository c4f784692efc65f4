/** Draws that follow from a seed alone, so that the same seed makes the same company everywhere. */
export type Random = {
  /** From 0, included, to 1, excluded. */
  readonly share: () => number;
  /** A whole number from `min` to `max`, both included. */
  readonly whole: (min: number, max: number) => number;
  readonly chance: (share: number) => boolean;
  readonly one: <Value>(values: readonly Value[]) => Value;
  /** One of the values, each as often as its weight says. */
  readonly weighted: <Value>(values: Weighted<Value>) => Value;
  /** How often something happens that happens `mean` times on average: mostly less, seldom far more. */
  readonly count: (mean: number) => number;
};

export type Weighted<Value> = readonly (readonly [value: Value, weight: number])[];

/**
 * The draws for one thing, such as the customer with number 17. They don't depend on what was drawn
 * for others, so that a larger company begins with the smaller one.
 */
export function randomOf(seed: number, kind: string, number: number): Random {
  const share = generator(mix(mix(hash(kind) ^ seed) + number));
  const whole = (min: number, max: number): number => min + Math.floor(share() * (max - min + 1));
  return {
    share,
    whole,
    chance: (wanted) => share() < wanted,
    one: (values) => at(values, Math.floor(share() * values.length)),
    weighted: (values) => draw(values, share()),
    count: (mean) => Math.floor(-Math.log(1 - share()) * mean + share()),
  };
}

/** mulberry32: 32 bits of state pass every test that names and dates could fail. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Neighbouring numbers must not begin with neighbouring draws. */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

const hash = (text: string): number =>
  Array.from(text).reduce(
    (sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193),
    0x811c9dc5,
  );

function draw<Value>(values: Weighted<Value>, share: number): Value {
  const total = values.reduce((sum, [, weight]) => sum + weight, 0);
  let left = share * total;
  const found = values.findIndex(([, weight]) => (left -= weight) < 0);
  return at(values, found < 0 ? values.length - 1 : found)[0];
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error('There is nothing to draw from');
  return value;
}

const dayMs = 24 * 3600 * 1000;

/** The day so many days before another: `2026-11-20`. */
export const daysBefore = (day: string, days: number): string =>
  new Date(Date.parse(day) - days * dayMs).toISOString().slice(0, 10);
