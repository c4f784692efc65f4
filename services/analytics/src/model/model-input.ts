import { invalid, type FieldProblem } from '@crm/kit/errors';
import type { Criteria } from '@crm/kit/record/criteria';
import type { Labels } from '@crm/kit/record/field';
import type { SubjectType } from '../indicator/indicator.ts';
import type {
  Band,
  Criterion,
  MissingPolicy,
  ModelDefinition,
  ModelKind,
  ScoringFunction,
} from './model.ts';

type FunctionInput = {
  readonly kind: ScoringFunction['kind'];
  readonly bands?: readonly { readonly from: string; readonly points: string }[] | null;
  readonly map?: readonly { readonly value: string; readonly points: string }[] | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly when?: boolean | null;
};

type CriterionInput = {
  readonly indicator: string;
  readonly label?: Labels | null;
  readonly weight: string;
  readonly maxPoints: string;
  readonly function: FunctionInput;
  readonly missing?: {
    readonly kind: MissingPolicy['kind'];
    readonly points?: string | null;
  } | null;
};

export type ModelInput = {
  readonly code: string;
  readonly kind: ModelKind;
  readonly subjectType: SubjectType;
  readonly labels: Labels;
  readonly scale: string;
  readonly minCoverage: string;
  readonly population?: unknown;
  readonly categories: readonly {
    readonly name: Labels;
    readonly weight: string;
    readonly criteria: readonly CriterionInput[];
  }[];
  readonly grades: readonly {
    readonly code: string;
    readonly label: Labels;
    readonly from: string;
    readonly designation?: string | null;
    readonly limitMultiplier?: string | null;
  }[];
};

/** The definition that an input says. What its function needs and isn't there is refused. */
export function definitionOf(input: ModelInput): ModelDefinition {
  const problems: FieldProblem[] = [];
  const definition: ModelDefinition = {
    kind: input.kind,
    subjectType: input.subjectType,
    labels: input.labels,
    scale: Number(input.scale),
    minCoverage: Number(input.minCoverage),
    population: populationOf(input.population, problems),
    categories: input.categories.map(({ name, weight, criteria }, at) => ({
      name,
      weight: Number(weight),
      criteria: criteria.map((criterion, index) =>
        criterionOf(criterion, { path: `categories.${at}.criteria.${index}`, problems }),
      ),
    })),
    grades: input.grades.map(
      ({ code, label, from, designation = null, limitMultiplier = null }) => ({
        code,
        label,
        from: Number(from),
        designation,
        limitMultiplier: limitMultiplier === null ? null : Number(limitMultiplier),
      }),
    ),
  };
  if (problems.length > 0) throw refused(problems);
  return definition;
}

export const refused = (problems: readonly FieldProblem[]): Error =>
  invalid(
    `The model was refused: ${problems
      .slice(0, 5)
      .map(({ path, message }) => `${path} ${message}`)
      .join('; ')}`,
    problems,
  );

type Place = { readonly path: string; readonly problems: FieldProblem[] };

function populationOf(population: unknown, problems: FieldProblem[]): Criteria | null {
  if (population === null || population === undefined) return null;
  if (typeof population === 'object' && !Array.isArray(population)) return { ...population };
  problems.push({ path: 'population', message: 'must be a tree of conditions' });
  return null;
}

const criterionOf = (input: CriterionInput, place: Place): Criterion => ({
  indicator: input.indicator,
  label: input.label ?? null,
  weight: Number(input.weight),
  maxPoints: Number(input.maxPoints),
  fn: functionOf(input.function, { ...place, path: `${place.path}.function` }),
  missing: missingOf(input, { ...place, path: `${place.path}.missing` }),
});

function functionOf(input: FunctionInput, place: Place): ScoringFunction {
  switch (input.kind) {
    case 'BANDS':
      return { kind: 'BANDS', bands: bandsOf(input.bands ?? []) };
    case 'MAP':
      return { kind: 'MAP', points: pointsByValue(input.map, place) };
    case 'LINEAR':
      return {
        kind: 'LINEAR',
        from: required(input.from, 'from', place),
        to: required(input.to, 'to', place),
      };
    case 'PERCENTILE':
      return { kind: 'PERCENTILE' };
    case 'FLAG':
      return { kind: 'FLAG', when: input.when !== false };
  }
}

const bandsOf = (bands: NonNullable<FunctionInput['bands']>): readonly Band[] =>
  bands.map(({ from, points }) => ({ from: Number(from), points: Number(points) }));

function pointsByValue(
  given: FunctionInput['map'],
  { path, problems }: Place,
): Readonly<Record<string, number>> {
  const entries = given ?? [];
  const values = entries.map(({ value }) => value);
  for (const [at, value] of values.entries()) {
    if (values.indexOf(value) !== at) {
      problems.push({ path: `${path}.map.${at}.value`, message: 'stands there twice' });
    }
  }
  return Object.fromEntries(entries.map(({ value, points }) => [value, Number(points)]));
}

function missingOf({ missing }: CriterionInput, place: Place): MissingPolicy {
  const kind = missing?.kind ?? 'ZERO';
  return kind === 'FIXED' ? { kind, points: required(missing?.points, 'points', place) } : { kind };
}

function required(
  value: string | null | undefined,
  name: string,
  { path, problems }: Place,
): number {
  if (value !== null && value !== undefined) return Number(value);
  problems.push({ path: `${path}.${name}`, message: 'is required' });
  return 0;
}

const codePattern = /^[a-z]\w{0,63}$/;

/** Throws INVALID for a code that no model may have. */
export function refuseCode(code: string): void {
  if (codePattern.test(code)) return;
  const message = 'begins with a small letter; letters, digits and underscores, at most 64';
  throw invalid(`The code of a model ${message}`, [{ path: 'code', message }]);
}
