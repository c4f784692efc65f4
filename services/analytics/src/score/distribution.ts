/** How the values of one indicator were spread over a population when it was last ranked. */
export type Distribution = {
  /** Subjects that had a value. */
  readonly count: number;
  /** Distinct values, ascending. */
  readonly values: readonly number[];
  /** For each of them, the subjects strictly below it, and those not above it. */
  readonly below: readonly number[];
  readonly upTo: readonly number[];
};

const breakpointsMax = 2000;

/** Every distinct value up to 2,000, then quantiles: the lowest, the highest, and evenly between. */
export function buildDistribution(values: readonly (number | string)[]): Distribution {
  const sorted = Float64Array.from(values, Number).toSorted();
  const ends = endsOfRuns(sorted);
  const kept = ends.length <= breakpointsMax ? [...ends.keys()] : evenly(sorted.length, ends);
  return {
    count: sorted.length,
    values: kept.map((run) => sorted[(ends[run] ?? 0) - 1] ?? 0),
    below: kept.map((run) => ends[run - 1] ?? 0),
    upTo: kept.map((run) => ends[run] ?? 0),
  };
}

/** Where each run of equal values ends: the subjects not above it. */
function endsOfRuns(sorted: Float64Array): readonly number[] {
  const ends: number[] = [];
  for (let at = 1; at <= sorted.length; at++) {
    if (sorted[at] !== sorted[at - 1]) ends.push(at);
  }
  return ends;
}

/** Runs that hold the subjects at equal steps of rank. */
function evenly(subjects: number, ends: readonly number[]): readonly number[] {
  const kept = new Set([0, ends.length - 1]);
  const step = subjects / (breakpointsMax - 1);
  let run = 0;
  for (let rank = step; rank < subjects; rank += step) {
    while ((ends[run] ?? Infinity) <= rank) run++;
    kept.add(run);
  }
  return [...kept].toSorted((a, b) => a - b);
}

/**
 * The share of the other subjects that are strictly below the value: PERCENT_RANK. Between two
 * breakpoints it is read off the line between them, which is exact where every value is kept.
 */
export function shareBelow({ count, values, below, upTo }: Distribution, value: number): number {
  const at = firstNotBelow(values, value);
  const subjects = values[at] === value ? (below[at] ?? 0) : between(at, value);
  // A lone subject is below nobody.
  if (count <= 1) return at < values.length && (values[at] ?? 0) > value ? 0 : 1;
  return Math.min(1, subjects / (count - 1));

  function between(next: number, sought: number): number {
    const [low, high] = [values[next - 1], values[next]];
    if (low === undefined) return 0;
    const under = upTo[next - 1] ?? 0;
    if (high === undefined) return under;
    return under + (((below[next] ?? under) - under) * (sought - low)) / (high - low);
  }
}

function firstNotBelow(values: readonly number[], value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
