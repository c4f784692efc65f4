import type { Bucket } from '@crm/kit/record/aggregate';
import type { Criteria } from '@crm/kit/record/criteria';
import { AppError, type FieldProblem } from '@crm/kit/errors';
import { allTime, daysOf, type TimeWindow } from '../window.ts';
import type { DerivedSource, IndicatorMeasure, IndicatorSource, StateName } from './indicator.ts';

export type SourceKind = IndicatorSource['kind'];

/** A source as a client gives it: the fields of all kinds in one object. */
export type SourceInput = {
  readonly kind: SourceKind;
  readonly fact?: string | null;
  readonly where?: unknown;
  readonly on?: string | null;
  readonly measure?: IndicatorMeasure | null;
  readonly field?: string | null;
  readonly bucket?: Bucket | null;
  readonly halfLifeDays?: number | null;
  readonly currency?: string | null;
  readonly window?: TimeWindow | null;
  readonly from?: 'FIRST' | 'LAST' | null;
  readonly state?: StateName | null;
  readonly since?: 'DAYS' | 'YEARS' | null;
  readonly of?: string | null;
  readonly to?: string | null;
};

type Part = Exclude<keyof SourceInput, 'kind'>;
type Shape = { readonly needs: readonly Part[]; readonly takes: readonly Part[] };

const ofTwo: Shape = { needs: ['of', 'to'], takes: [] };

const shapes: Readonly<Record<SourceKind, Shape>> = {
  AGGREGATE: {
    needs: ['fact', 'measure'],
    takes: ['where', 'on', 'field', 'bucket', 'halfLifeDays', 'currency', 'window'],
  },
  RECENCY: { needs: ['fact'], takes: ['where', 'on', 'from'] },
  FREQUENCY: { needs: ['fact'], takes: ['where', 'on', 'window'] },
  STATE: { needs: ['state'], takes: ['currency'] },
  FIELD: { needs: ['field'], takes: ['since'] },
  RATIO: ofTwo,
  DIFFERENCE: ofTwo,
  GROWTH: ofTwo,
};

const whereLengthMax = 16_384;
const whereDepthMax = 12;
const halfLifeMax = 3650;
const currencyPattern = /^[A-Z]{3}$/;

/** What is wrong with the form of a source, whatever the facts are. */
export function sourceProblems(input: SourceInput): FieldProblem[] {
  const { needs, takes } = shapes[input.kind];
  const known = new Set<string>(['kind', ...needs, ...takes]);
  const missing = needs
    .filter((part) => isMissing(input[part]))
    .map((part) => problem(part, `is required for ${input.kind}`));
  const foreign = Object.entries(input)
    .filter(([part, value]) => !known.has(part) && !isMissing(value))
    .map(([part]) => problem(part, `is nothing of ${input.kind}`));
  return [...missing, ...foreign, ...valueProblems(input)];
}

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === '';

const problem = (part: string, message: string): FieldProblem => ({
  path: `source.${part}`,
  message,
});

const valueProblems = (input: SourceInput): FieldProblem[] => [
  ...whereProblems(input.where),
  ...windowProblems(input.window),
  ...decayProblems(input),
  ...(input.currency && !currencyPattern.test(input.currency)
    ? [problem('currency', 'must be three capital letters, such as CNY')]
    : []),
];

function decayProblems({ kind, measure, halfLifeDays }: SourceInput): FieldProblem[] {
  if (kind !== 'AGGREGATE') return [];
  if (measure !== 'DECAYED_SUM') {
    return isMissing(halfLifeDays) ? [] : [problem('halfLifeDays', 'is of DECAYED_SUM alone')];
  }
  const days = halfLifeDays ?? 0;
  return days >= 1 && days <= halfLifeMax
    ? []
    : [problem('halfLifeDays', `must be 1 to ${halfLifeMax} days`)];
}

function windowProblems(window: TimeWindow | null | undefined): FieldProblem[] {
  try {
    if (window) daysOf(window, '2026-01-01');
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const [field] = error.extensions.fields ?? [];
    return [problem(field?.path ?? 'window', error.message)];
  }
}

/** Whatever JSON came in, before anything walks through it. */
function whereProblems(where: unknown): FieldProblem[] {
  if (isMissing(where)) return [];
  if (!isObject(where) || Array.isArray(where)) return [problem('where', 'must be an object')];
  if (isDeeper(where, whereDepthMax)) {
    return [problem('where', 'is nested too deep: criteria may be nested 10 deep')];
  }
  return JSON.stringify(where).length > whereLengthMax
    ? [problem('where', `may have ${whereLengthMax} characters`)]
    : [];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Level by level, so that no tree is too deep for the question. A list and its entry are one level. */
function isDeeper(tree: object, max: number): boolean {
  let level: readonly object[] = [tree];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > max * 2) return true;
    level = level.flatMap((each) => Object.values(each)).filter(isObject);
  }
  return false;
}

/** The source that the input says, once `sourceProblems` found nothing. */
export const sourceOf = (input: SourceInput): IndicatorSource => makers[input.kind](input);

const text = (value: string | null | undefined): string => value ?? '';

const derived =
  (kind: DerivedSource['kind']) =>
  ({ of, to }: SourceInput): DerivedSource => ({ kind, of: text(of), to: text(to) });

const makers: Readonly<Record<SourceKind, (input: SourceInput) => IndicatorSource>> = {
  AGGREGATE: ({ measure, field, bucket, halfLifeDays, currency, ...input }) => ({
    kind: 'AGGREGATE',
    ...ofFact(input),
    measure: measure ?? 'COUNT',
    ...given('field', field),
    ...given('bucket', bucket),
    ...given('halfLifeDays', halfLifeDays),
    ...given('currency', currency),
    window: windowOf(input.window),
  }),
  RECENCY: (input) => ({ kind: 'RECENCY', ...ofFact(input), ...given('from', input.from) }),
  FREQUENCY: (input) => ({
    kind: 'FREQUENCY',
    ...ofFact(input),
    window: windowOf(input.window),
  }),
  STATE: ({ state, currency }) => ({
    kind: 'STATE',
    state: state ?? 'RECEIVABLE_BALANCE',
    ...given('currency', currency),
  }),
  FIELD: ({ field, since }) => ({ kind: 'FIELD', field: text(field), ...given('since', since) }),
  RATIO: derived('RATIO'),
  DIFFERENCE: derived('DIFFERENCE'),
  GROWTH: derived('GROWTH'),
};

const ofFact = ({
  fact,
  where,
  on,
}: SourceInput): { readonly fact: string; readonly where?: Criteria; readonly on?: string } => ({
  fact: text(fact),
  ...given('where', isTree(where) ? where : null),
  ...given('on', on),
});

const isTree = (value: unknown): value is Criteria => isObject(value) && !Array.isArray(value);

/** Left out where nothing was given, as the stored form leaves it out. */
const given = <const Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { readonly [Key in Name]?: Value } =>
  value === null || value === undefined || value === '' ? {} : entry(name, value);

const entry = <const Name extends string, Value>(
  name: Name,
  value: Value,
): { readonly [Key in Name]?: Value } => {
  const made: { [Key in Name]?: Value } = {};
  made[name] = value;
  return made;
};

const windowOf = (window: TimeWindow | null | undefined): TimeWindow => {
  if (!window) return allTime;
  const { kind, days, from, to } = window;
  return { kind, ...given('days', days), ...given('from', from), ...given('to', to) };
};
