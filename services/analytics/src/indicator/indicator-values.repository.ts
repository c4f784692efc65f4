import { idFromBytes } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';
import { derivedValue } from './derived-value.ts';
import { readCatalogue } from './indicator.repository.ts';
import { isDerived, type Indicator, type IndicatorValue, type SubjectType } from './indicator.ts';
import { planOf, type Among, type ValuePlan, type ValueStatement } from './value-plan.ts';

/** By code. */
export type Values = ReadonlyMap<string, IndicatorValue>;

type Wanted = {
  readonly indicators: readonly Indicator[];
  readonly subjectType: SubjectType;
  /** `YYYY-MM-DD` in the company's time zone. */
  readonly today: string;
  readonly isPast?: boolean;
};

/**
 * The values of up to 5,000 subjects, every one of whom is in the answer. Costs two statements to
 * know what there is, and one for each kind of fact that is looked at.
 */
export async function readIndicatorValues(
  manager: EntityManager,
  { subjectIds, isPast = false, ...wanted }: Wanted & { readonly subjectIds: readonly string[] },
): Promise<Map<string, Values>> {
  if (subjectIds.length === 0 || wanted.indicators.length === 0) {
    return new Map(subjectIds.map((id) => [id, new Map()]));
  }
  const plan = planOf(await readCatalogue(manager), { ...wanted, isPast });
  return readPlanned(manager, plan, { subjectIds, among: { subjectIds } });
}

type Asked = { readonly subjectIds: readonly string[]; readonly among: Among };

/** The same by a plan that was made before, for one part of the subjects after the other. */
export async function readPlanned(
  manager: EntityManager,
  { indicators, statements }: ValuePlan,
  { subjectIds, among }: Asked,
): Promise<Map<string, Values>> {
  const found = await Promise.all(
    statements.map((statement) => readStatement(manager, statement, among)),
  );
  const none = new Map<string, IndicatorValue>(
    statements.flatMap(({ parts }) => parts.map((part) => [part.code, part.none] as const)),
  );
  return new Map(
    subjectIds.map((id) => {
      const values = new Map(none);
      for (const bySubject of found) bySubject.get(id)?.(values);
      addDerived(values, indicators);
      return [id, values];
    }),
  );
}

/** Puts what a row says of its subject among the values. */
type Put = (values: Map<string, IndicatorValue>) => void;

async function readStatement(
  manager: EntityManager,
  { parts, sql: statement }: ValueStatement,
  among: Among,
): Promise<ReadonlyMap<string, Put>> {
  const { text, values } = statement(among);
  const rows: Record<string, unknown>[] = await manager.query(text, [...values]);
  const cells = cellNames(parts);
  return new Map(
    rows.map((row) => [
      subjectOf(row),
      (found) => {
        for (const { part, names } of cells)
          found.set(part.code, part.read(names.map((name) => row[name])));
      },
    ]),
  );
}

const subjectOf = ({ subjectId }: Readonly<Record<string, unknown>>): string =>
  subjectId instanceof Uint8Array ? idFromBytes(subjectId) : '';

type Cells = { readonly part: ValueStatement['parts'][number]; readonly names: readonly string[] };

function cellNames(parts: ValueStatement['parts']): readonly Cells[] {
  let next = 0;
  return parts.map((part) => ({ part, names: part.targets.map(() => `c${next++}`) }));
}

/** In an order in which the inputs of each come first. What could not be read has no value. */
function addDerived(values: Map<string, IndicatorValue>, indicators: readonly Indicator[]): void {
  for (const { code, source } of indicators) {
    if (isDerived(source)) {
      const [of, to] = [values.get(source.of) ?? null, values.get(source.to) ?? null];
      values.set(code, derivedValue(source.kind, of, to));
    } else if (!values.has(code)) values.set(code, null);
  }
}
