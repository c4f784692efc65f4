import { isWithin, type Measure, type Scenario } from './scenario.ts';

export type Outcome = {
  readonly scenario: Scenario;
  readonly measures: readonly Measure[];
  /** Why nothing could be measured. */
  readonly problem?: string;
  readonly isSkipped?: boolean;
  /** With the mesh that had to be started for it. */
  readonly tookMs?: number;
};

type Figure = {
  readonly value: number | null;
  readonly unit: string;
  readonly bound: string | null;
  readonly ok: boolean;
};

/** One scenario for programs: its main figure, and the others below it. */
export type Row = Figure & {
  readonly id: string;
  readonly measures: readonly (Figure & { readonly what: string })[];
  readonly problem?: string;
};

export const hasPassed = ({ measures, problem }: Outcome): boolean =>
  problem === undefined && measures.length > 0 && measures.every(isWithin);

export function rowOf(outcome: Outcome): Row {
  const { scenario, measures, problem } = outcome;
  const [main] = measures;
  const figures = measures.map((measure) => ({ what: measure.what, ...figureOf(measure) }));
  return {
    id: scenario.id,
    ...(main ? figureOf(main) : { value: null, unit: '', bound: null }),
    ok: hasPassed(outcome),
    measures: figures,
    ...(problem !== undefined && { problem }),
  };
}

/** A silence that never ended has no number. */
const figureOf = (measure: Measure): Figure => ({
  value: Number.isFinite(measure.value) ? measure.value : null,
  unit: measure.unit,
  bound: boundOf(measure),
  ok: isWithin(measure),
});

/** `PASS D1  0.41 s ≤ 10 s  writes missing; …`: one line a scenario, for people. */
export function lineOf(outcome: Outcome): string {
  const { scenario, measures, problem, isSkipped, tookMs } = outcome;
  const verdict = isSkipped ? 'SKIP' : hasPassed(outcome) ? 'PASS' : 'FAIL';
  const head = `${verdict} ${scenario.id.padEnd(5)}`;
  if (problem !== undefined) return `${head} ${scenario.title}: ${problem}`;
  const [main, ...others] = measures;
  if (!main) return `${head} ${scenario.title}: nothing was measured`;
  const failed = others.filter((measure) => !isWithin(measure)).map((each) => `NOT ${text(each)}`);
  const good = others.filter(isWithin).map(text);
  const took = tookMs === undefined ? [] : [`${Math.round(tookMs / 1000)} s in all`];
  return [`${head} ${text(main)}`, ...failed, ...good, ...took].join('; ');
}

const boundOf = ({ bound, isFloor }: Measure): string => `${isFloor ? '≥' : '≤'} ${bound}`;

const text = (measure: Measure): string => {
  const { what, value, unit } = measure;
  const suffix = unit === '' ? '' : ` ${unit}`;
  const found = Number.isFinite(value) ? `${value}${suffix}` : 'never';
  return `${found} ${boundOf(measure)}${suffix} ${what}`;
};
