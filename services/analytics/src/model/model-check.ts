import type { FieldProblem } from '@crm/kit/errors';
import type { FieldClass } from '@crm/kit/record/field';
import type { Indicator } from '../indicator/indicator.ts';
import type { Category, Criterion, ModelDefinition, ScoringFunction } from './model.ts';

/** What a model may be made of. */
export type Known = {
  readonly indicators: ReadonlyMap<string, Indicator>;
  /** What is wrong with an indicator as things are now: a field that was retired. */
  readonly problemsOf: (indicator: Indicator) => readonly string[];
  readonly classesOf: (indicator: Indicator) => ReadonlySet<FieldClass>;
};

const categoriesMax = 20;
const criteriaMax = 50;
const gradesMax = 20;
const entriesMax = 200;

/** Everything that is wrong with a model, each with the place of it in the input. */
export const modelProblems = (
  definition: ModelDefinition,
  known: Known,
): readonly FieldProblem[] => [
  ...scaleProblems(definition),
  ...labelProblems('labels', definition.labels),
  ...categoriesProblems(definition, known),
  ...gradeProblems(definition),
];

const problem = (path: string, message: string): FieldProblem => ({ path, message });

const unless = (holds: boolean, path: string, message: string): readonly FieldProblem[] =>
  holds ? [] : [problem(path, message)];

const isWithin = (value: number, from: number, to: number): boolean => value >= from && value <= to;

const scaleProblems = ({ scale, minCoverage }: ModelDefinition): readonly FieldProblem[] => [
  ...unless(isWithin(scale, 1, 1000), 'scale', 'must be 1 to 1000'),
  ...unless(
    isWithin(minCoverage, 0, 1),
    'minCoverage',
    'is a share of the weights: 0 to 1, where 0.5 is half',
  ),
];

function labelProblems(
  path: string,
  labels: { readonly zh: string; readonly en: string },
): readonly FieldProblem[] {
  return (['zh', 'en'] as const).flatMap((locale) =>
    unless(
      isWithin(labels[locale].trim().length, 1, 200),
      `${path}.${locale}`,
      'must have 1 to 200 characters',
    ),
  );
}

function categoriesProblems(definition: ModelDefinition, known: Known): readonly FieldProblem[] {
  const { categories } = definition;
  const count = categories.reduce((sum, { criteria }) => sum + criteria.length, 0);
  return [
    ...unless(
      isWithin(categories.length, 1, categoriesMax),
      'categories',
      `must be 1 to ${categoriesMax}`,
    ),
    ...unless(count <= criteriaMax, 'categories', `may have ${criteriaMax} criteria in all`),
    ...categories.flatMap((category, at) =>
      categoryProblems(category, { path: `categories.${at}`, definition, known }),
    ),
  ];
}

type Place = {
  readonly path: string;
  readonly definition: ModelDefinition;
  readonly known: Known;
};

const weightProblems = (path: string, weight: number): readonly FieldProblem[] =>
  unless(isWithin(weight, 0.0001, 10_000), `${path}.weight`, 'must be above 0, up to 10000');

const categoryProblems = (category: Category, place: Place): readonly FieldProblem[] => [
  ...labelProblems(`${place.path}.name`, category.name),
  ...weightProblems(place.path, category.weight),
  ...unless(category.criteria.length > 0, `${place.path}.criteria`, 'must be at least one'),
  ...category.criteria.flatMap((criterion, at) =>
    criterionProblems(criterion, { ...place, path: `${place.path}.criteria.${at}` }),
  ),
];

const criterionProblems = (criterion: Criterion, place: Place): readonly FieldProblem[] => [
  ...(criterion.label ? labelProblems(`${place.path}.label`, criterion.label) : []),
  ...weightProblems(place.path, criterion.weight),
  ...unless(
    isWithin(criterion.maxPoints, 0.0001, 10_000),
    `${place.path}.maxPoints`,
    'must be above 0, up to 10000',
  ),
  ...indicatorProblems(criterion, place),
  ...functionProblems(criterion, `${place.path}.function`),
  ...(criterion.missing.kind === 'FIXED'
    ? pointsProblems(criterion, `${place.path}.missing.points`, criterion.missing.points)
    : []),
];

function indicatorProblems(
  { indicator: code, fn }: Criterion,
  { path, definition, known }: Place,
): readonly FieldProblem[] {
  const indicator = known.indicators.get(code);
  const at = `${path}.indicator`;
  if (!indicator) return [problem(at, `"${code.slice(0, 64)}" is no indicator`)];
  if (!indicator.isActive) return [problem(at, `${code} is retired`)];
  if (indicator.subjectType !== definition.subjectType) {
    return [problem(at, `${code} is of a ${indicator.subjectType}`)];
  }
  if (known.classesOf(indicator).has('SENSITIVE')) {
    return [problem(at, `${code} is sensitive and never scored`)];
  }
  return [
    ...known.problemsOf(indicator).map((message) => problem(at, `${code}: ${message}`)),
    ...unless(
      isScored(indicator.valueType, fn),
      `${path}.function`,
      `${fn.kind} does not score a ${indicator.valueType}`,
    ),
  ];
}

/** A text has no order, and a truth is no number. */
function isScored(valueType: Indicator['valueType'], { kind }: ScoringFunction): boolean {
  if (valueType === 'NUMBER') return kind !== 'MAP';
  return kind === 'MAP' || (valueType === 'BOOLEAN' && kind === 'FLAG');
}

const pointsProblems = (
  { maxPoints }: Criterion,
  path: string,
  points: number,
): readonly FieldProblem[] =>
  unless(
    isWithin(points, 0, maxPoints),
    path,
    `must be 0 to ${maxPoints}, the criterion's maxPoints`,
  );

function functionProblems(criterion: Criterion, path: string): readonly FieldProblem[] {
  const { fn } = criterion;
  switch (fn.kind) {
    case 'BANDS':
      return [
        ...entryProblems(fn.bands.length, `${path}.bands`),
        ...fn.bands.flatMap(({ points }, at) =>
          pointsProblems(criterion, `${path}.bands.${at}.points`, points),
        ),
        ...fn.bands.flatMap(({ from }, at) =>
          unless(
            from > (fn.bands[at - 1]?.from ?? -Infinity),
            `${path}.bands.${at}.from`,
            'must be above the bound before it: bands are ascending and do not overlap',
          ),
        ),
      ];
    case 'MAP':
      return [
        ...entryProblems(Object.keys(fn.points).length, `${path}.map`),
        ...Object.values(fn.points).flatMap((points, at) =>
          pointsProblems(criterion, `${path}.map.${at}.points`, points),
        ),
      ];
    case 'LINEAR':
      return unless(fn.from !== fn.to, `${path}.to`, 'must not be the same as from');
    case 'PERCENTILE':
    case 'FLAG':
      return [];
  }
}

const entryProblems = (count: number, path: string): readonly FieldProblem[] =>
  unless(isWithin(count, 1, entriesMax), path, `must be 1 to ${entriesMax}`);

/** Every score has one grade: the lowest begins at 0, and no two begin at the same score. */
function gradeProblems({ grades, scale }: ModelDefinition): readonly FieldProblem[] {
  const bounds = grades.map(({ from }) => from);
  const codes = grades.map(({ code }) => code);
  return [
    ...unless(isWithin(grades.length, 1, gradesMax), 'grades', `must be 1 to ${gradesMax}`),
    ...unless(
      Math.min(...bounds) === 0,
      'grades',
      'must cover every score: the lowest grade begins at 0',
    ),
    ...grades.flatMap(({ code, from, label }, at) => [
      ...labelProblems(`grades.${at}.label`, label),
      ...unless(/^\w{1,32}$/.test(code), `grades.${at}.code`, 'takes letters, digits, underscores'),
      ...unless(codes.indexOf(code) === at, `grades.${at}.code`, 'stands there twice'),
      ...unless(isWithin(from, 0, scale), `grades.${at}.from`, `must be 0 to ${scale}`),
      ...unless(bounds.indexOf(from) === at, `grades.${at}.from`, 'is where another grade begins'),
    ]),
  ];
}
