import { compileCriteria } from '@crm/kit/record/criteria';
import type { Entity } from '@crm/kit/record/entity';
import { AppError, type FieldProblem } from '@crm/kit/errors';
import type { FieldClass, FieldKind } from '@crm/kit/record/field';
import { raw } from '@crm/kit/sql';
import { companyCurrency } from '../company.ts';
import {
  dateColumn,
  fieldNamed,
  tellsOf,
  type IndicatorCatalogue,
  type UsedField,
} from './indicator-catalogue.ts';
import {
  isDerived,
  isOfFact,
  withInputs,
  type AggregateSource,
  type DerivedSource,
  type FactSource,
  type FieldSource,
  type Indicator,
  type IndicatorMeasure,
  type ValueType,
} from './indicator.ts';

/** What is known of an indicator once its source is looked at. */
export type Findings = {
  readonly problems: readonly FieldProblem[];
  readonly valueType: ValueType;
  readonly unit: string | null;
  /** Of the fields that it is made of, those of its filter included. */
  readonly classes: ReadonlySet<FieldClass>;
};

type Subject = Pick<Indicator, 'code' | 'source' | 'subjectType'>;

/** Looks at a source beside the catalogue: what is wrong with it, and what its values are. */
export function examine(indicator: Subject, catalogue: IndicatorCatalogue): Findings {
  const { source } = indicator;
  if (isDerived(source)) return examineDerived({ ...indicator, source }, catalogue);
  if (isOfFact(source)) return examineFact({ ...indicator, source }, catalogue);
  if (source.kind === 'FIELD') return examineField({ ...indicator, source }, catalogue);
  const isCustomer = indicator.subjectType === 'CUSTOMER';
  return numbers(
    isCustomer ? [] : [problem('state', 'is known of customers alone')],
    source.currency ?? companyCurrency,
    ['INTERNAL'],
  );
}

const problem = (part: string, message: string): FieldProblem => ({
  path: `source.${part}`,
  message,
});

const numbers = (
  problems: readonly FieldProblem[],
  unit: string | null,
  classes: Iterable<FieldClass>,
): Findings => ({ problems, valueType: 'NUMBER', unit, classes: new Set(classes) });

type Of<Source> = Omit<Subject, 'source'> & { readonly source: Source };

function examineFact(
  { source, subjectType }: Of<FactSource>,
  catalogue: IndicatorCatalogue,
): Findings {
  const fact = Object.hasOwn(catalogue.facts, source.fact)
    ? catalogue.facts[source.fact]
    : undefined;
  if (!fact) {
    const names = Object.keys(catalogue.facts).join(', ');
    return numbers([problem('fact', `must be one of ${names}`)], null, []);
  }
  const classes = new Set<FieldClass>();
  const problems = [
    ...(tellsOf(fact, subjectType)
      ? []
      : [problem('fact', `${source.fact} tells nothing of a ${subjectType}`)]),
    ...(dateColumn(fact, source.on)
      ? []
      : [problem('on', source.on ? `${fact.name} has no date "${source.on}"` : 'is required')]),
    ...whereProblems(source, { fact, catalogue, classes }),
  ];
  if (source.kind === 'RECENCY') return numbers(problems, 'DAY', classes);
  if (source.kind === 'FREQUENCY') return numbers(problems, 'PER_MONTH', classes);
  return examineAggregate(source, { fact, catalogue, classes, problems });
}

type Looking = {
  readonly fact: Entity;
  readonly catalogue: IndicatorCatalogue;
  readonly classes: Set<FieldClass>;
};

/** Compiles the filter as it will be, and notes the classes of what it looks at. */
function whereProblems(
  { where }: FactSource,
  { fact, catalogue, classes }: Looking,
): FieldProblem[] {
  try {
    compileCriteria(
      {
        entity: fact,
        alias: 'f',
        now: new Date(0),
        customFields: catalogue.customFields,
        mayRead: (_, fieldClass) => {
          classes.add(fieldClass);
          return fieldClass !== 'SENSITIVE';
        },
        readable: () => raw('TRUE'),
      },
      where ?? {},
    );
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [problem('where', error.message)];
  }
}

const needsNumber: ReadonlySet<IndicatorMeasure> = new Set([
  'AVG',
  'DECAYED_SUM',
  'MAX',
  'MIN',
  'SUM',
]);
const needsNoField: ReadonlySet<IndicatorMeasure> = new Set(['COUNT', 'DECAYED_SUM']);
const numeric: ReadonlySet<FieldKind> = new Set(['decimal', 'int']);
const several: ReadonlySet<FieldKind> = new Set(['json', 'list']);

function examineAggregate(
  source: AggregateSource,
  { fact, catalogue, classes, problems }: Looking & { readonly problems: readonly FieldProblem[] },
): Findings {
  const { field: name, measure, currency } = source;
  const field = name ? fieldNamed(fact, name, catalogue.customFields) : null;
  if (field) classes.add(field.class);
  const found = [
    ...problems,
    ...measureProblems(source, fact, field),
    ...bucketProblems(source, field),
    ...unless(!currency || isAmount(field), 'currency', 'is of amounts alone'),
  ];
  const isMoney = isAmount(field) && measure !== 'COUNT' && measure !== 'DISTINCT';
  return numbers(found, isMoney ? (currency ?? companyCurrency) : null, classes);
}

const isAmount = (field: UsedField | null): boolean => (field?.currency ?? null) !== null;

const isDate = (field: UsedField | null): boolean =>
  field?.kind === 'date' || field?.kind === 'dateTime';

const bucketProblems = (
  { bucket, measure }: AggregateSource,
  field: UsedField | null,
): FieldProblem[] =>
  unless(
    !bucket || (measure === 'DISTINCT' && isDate(field)),
    'bucket',
    'is of DISTINCT over a date alone',
  );

const unless = (holds: boolean, part: string, message: string): FieldProblem[] =>
  holds ? [] : [problem(part, message)];

function measureProblems(
  { measure, field: name }: AggregateSource,
  fact: Entity,
  field: UsedField | null,
): FieldProblem[] {
  if (!name) return unless(needsNoField.has(measure), 'field', `is required for ${measure}`);
  if (!field) return [problem('field', `${fact.name} has no field "${name}"`)];
  if (measure === 'COUNT') return [problem('field', 'is nothing of COUNT')];
  const valueProblems = singleProblems(field);
  if (valueProblems.length > 0 || !needsNumber.has(measure)) return valueProblems;
  const message = `${measure} needs a number, and ${name} is a ${field.kind}`;
  return unless(numeric.has(field.kind), 'field', message);
}

/** What is measured or scored is one value that may be told. */
const singleProblems = ({ name, kind, class: fieldClass }: UsedField): FieldProblem[] => [
  ...unless(fieldClass !== 'SENSITIVE', 'field', 'is sensitive and never scored'),
  ...unless(!several.has(kind), 'field', `${name} holds several values`),
];

function examineField(
  { source, subjectType }: Of<FieldSource>,
  catalogue: IndicatorCatalogue,
): Findings {
  const entity = catalogue.subjects[subjectType];
  const field = entity ? fieldNamed(entity, source.field, catalogue.customFields) : null;
  if (!field) {
    const what = `${entity?.name ?? subjectType} has no active field "${source.field}"`;
    return numbers([problem('field', what)], null, []);
  }
  const problems = [
    ...singleProblems(field),
    ...unless(!source.since || isDate(field), 'since', 'is of dates alone'),
  ];
  const found = { problems, classes: new Set([field.class]) };
  if (!source.since) return { ...found, valueType: valueTypeOf(field.kind), unit: null };
  return { ...found, valueType: 'NUMBER', unit: source.since === 'YEARS' ? 'YEAR' : 'DAY' };
}

function valueTypeOf(kind: FieldKind): ValueType {
  if (kind === 'boolean') return 'BOOLEAN';
  return numeric.has(kind) ? 'NUMBER' : 'TEXT';
}

function examineDerived(indicator: Of<DerivedSource>, catalogue: IndicatorCatalogue): Findings {
  const { source } = indicator;
  const inputs = (['of', 'to'] as const).map((part) => ({
    part,
    input: catalogue.indicators.get(source[part]),
  }));
  const problems = inputs.flatMap(({ part, input }) => {
    const message = inputProblem(indicator, input);
    return message === null ? [] : [problem(part, `${source[part]} ${message}`)];
  });
  const [of, to] = inputs.map(({ input }) => input?.unit ?? null);
  const unlike = problems.length === 0 ? unitProblem(source, of ?? null, to ?? null) : null;
  const unit = source.kind === 'DIFFERENCE' ? (of ?? null) : null;
  return numbers(
    [
      ...problems,
      ...circleProblems(indicator, catalogue),
      ...(unlike ? [problem('to', unlike)] : []),
    ],
    unit,
    inputs.flatMap(({ input }) => (input ? [...classesOf(input, catalogue)] : [])),
  );
}

function inputProblem(
  { subjectType }: Of<DerivedSource>,
  input: Indicator | undefined,
): string | null {
  if (!input) return 'is no indicator';
  if (!input.isActive) return 'is retired';
  if (input.subjectType !== subjectType) return `is of a ${input.subjectType}`;
  return input.valueType === 'NUMBER' ? null : 'is no number';
}

const isCurrency = (unit: string | null): boolean =>
  unit !== null && /^[A-Z]{3}$/.test(unit) && unit !== 'DAY';

/** A share may set an amount against a count, but never two currencies against each other. */
function unitProblem({ kind }: DerivedSource, of: string | null, to: string | null): string | null {
  if (of === to) return null;
  if (kind === 'RATIO' && !(isCurrency(of) && isCurrency(to))) return null;
  return `is in ${to ?? 'plain numbers'}, the other in ${of ?? 'plain numbers'}`;
}

/** Through any number of others. */
function circleProblems(
  indicator: Of<DerivedSource>,
  { indicators }: IndicatorCatalogue,
): FieldProblem[] {
  const { code, source } = indicator;
  return (['of', 'to'] as const)
    .filter((part) => {
      const input = indicators.get(source[part]);
      const all = input ? withInputs([input], indicators) : [];
      return source[part] === code || all.some((each) => each.code === code);
    })
    .map((part) => problem(part, `${source[part]} is made of ${code} itself`));
}

/** How carefully the values are kept: as the most careful of what they are made of. */
export function classesOf(
  indicator: Indicator,
  catalogue: IndicatorCatalogue,
): ReadonlySet<FieldClass> {
  const parts = withInputs([indicator], catalogue.indicators).filter(
    ({ source }) => !isDerived(source),
  );
  return new Set(parts.flatMap((part) => [...examine(part, catalogue).classes]));
}

type Changed = Subject & Pick<Findings, 'unit' | 'valueType'>;

/** What a change would do to those that are made of the indicator, directly. */
export function problemsAfter(changed: Changed, catalogue: IndicatorCatalogue): FieldProblem[] {
  const before = catalogue.indicators.get(changed.code);
  if (!before || (before.unit === changed.unit && before.valueType === changed.valueType))
    return [];
  const indicators = new Map(catalogue.indicators).set(changed.code, { ...before, ...changed });
  const users = [...indicators.values()].filter(
    ({ isActive, source }) =>
      isActive && isDerived(source) && (source.of === changed.code || source.to === changed.code),
  );
  return users
    .filter((user) => examine(user, { ...catalogue, indicators }).problems.length > 0)
    .map(({ code }) => problem('kind', `leaves ${code} without meaning, which is made of it`));
}
