import type { Home } from '../mesh/paths.ts';

/** One figure. The same shape is printed by `npm run bench` and `npm run faults`. */
export type Row = {
  /** Names what was measured, the measurement first: `bulk.customers`. */
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  /** What has to hold, such as `≥ 1500`; null for a figure that is only shown. */
  readonly bound: string | null;
  readonly ok: boolean;
};

/** What `--json` prints. */
export type Report = {
  readonly name: string;
  readonly at: string;
  readonly rows: readonly Row[];
};

/** Where a measurement may put servers of its own: an empty folder, and 100 ports from this one. */
export type Place = { readonly home: Home; readonly port: number };

export type Conditions = Place & {
  /** How often to measure what one run alone does not tell, and to give the median. */
  readonly runs: number;
};

/** What `measure.ts` of a folder exports as `measurement`. The folder is its name. */
export type Measurement = {
  /** One line for `--list`. */
  readonly about: string;
  readonly run: (conditions: Conditions) => Promise<readonly Row[]>;
  /** The same figures side by side, the first line the head. Without it a line is one figure. */
  readonly table?: (rows: readonly Row[]) => readonly (readonly string[])[];
};

export type Measured = { readonly measurement: Measurement; readonly rows: readonly Row[] };

type Figure = { readonly id: string; readonly value: number; readonly unit: string };

export const shown = (figure: Figure): Row => ({ ...rounded(figure), bound: null, ok: true });

export const atLeast = (bound: number, figure: Figure): Row => ({
  ...rounded(figure),
  bound: `≥ ${bound}`,
  ok: figure.value >= bound,
});

export const atMost = (bound: number, figure: Figure): Row => ({
  ...rounded(figure),
  bound: `≤ ${bound}`,
  ok: figure.value <= bound,
});

/** Three digits are as many as one run can tell. */
const rounded = (figure: Figure): Figure => ({
  ...figure,
  value: figure.value >= 100 ? Math.round(figure.value) : Number(figure.value.toPrecision(3)),
});
