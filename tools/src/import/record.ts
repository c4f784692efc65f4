import { columnsIn, fillTemplate, translate } from '@crm/kit/transfer/field-mapping';
import { convert } from '@crm/kit/transfer/value';
import { type CsvRow, nameOf } from './csv.ts';
import type { LookupTarget } from './lookup-kinds.ts';
import type { FieldMapping } from './mapping.ts';
import type { FieldPlan, RowPlan } from './plan.ts';

/** Where a value stands in a file. */
export type Origin = {
  readonly file: string;
  readonly line: number;
  readonly column: string | null;
  readonly value: string;
};

export type Problem = Origin & { readonly field: string; readonly message: string };

/** Stands in a record where the id of what a text names will be. */
export type Reference = {
  readonly path: string;
  readonly target: LookupTarget;
  readonly key: string;
};

/** What rows of a file come to: the input of one row of a bulk mutation. */
export type Assembled = {
  readonly input: Record<string, unknown>;
  readonly references: readonly Reference[];
  readonly origins: ReadonlyMap<string, Origin>;
  readonly problems: readonly Problem[];
};

type Filled = FieldPlan & { readonly value: unknown; readonly references: readonly Reference[] };

/**
 * Makes a record of a row. Parts of it that only fixed values would fill are left out. `within` is
 * put before the paths: `lines.2.` for the third entry of a list.
 */
export function assemble(plan: RowPlan, row: CsvRow, within = ''): Assembled {
  const problems: Problem[] = widthProblems(plan, row);
  const origins = new Map<string, Origin>();
  const filled: Filled[] = [];
  for (const each of plan.fields) {
    const path = `${within}${each.path}`;
    const text = textOf(plan, row, each.field);
    const origin = originOf(plan, row, each.field);
    origins.set(path, origin);
    if (text === null) continue;
    const converted = convert(text, { ...each, zone: plan.zone });
    if ('value' in converted)
      filled.push({ ...each, ...referring(each.field, path, converted.value) });
    else problems.push({ ...origin, field: path, message: converted.problem });
  }
  return { ...build(kept(plan.fields, filled)), origins, problems };
}

function widthProblems(plan: RowPlan, { line, cells }: CsvRow): Problem[] {
  if (cells.length === plan.columns.size) return [];
  const message = `the row has ${cells.length} values where the header has ${plan.columns.size}`;
  return [{ file: nameOf(plan.file), line, column: null, value: '', field: '', message }];
}

function originOf({ columns, file }: RowPlan, row: CsvRow, field: FieldMapping): Origin {
  const names = columnsIn(field);
  const value = names.map((name) => row.cells[columns.get(name) ?? -1] ?? '').join(' ');
  return { file: nameOf(file), line: row.line, column: names.join(' ') || null, value };
}

/** The text of a field in a row; null when there is none. */
function textOf(plan: RowPlan, row: CsvRow, field: FieldMapping): string | null {
  if (field.value !== undefined) return String(field.value);
  const text = translate(rawText(plan, row, field), field.map);
  return text === null || text === '' ? (field.default ?? null) : text;
}

function rawText(plan: RowPlan, row: CsvRow, field: FieldMapping): string {
  const cells = new Map(columnsIn(field).map((column) => [column, cellOf(plan, row, column)]));
  if (field.template === undefined) return [...cells.values()].join('');
  // Half a name or a code without its number would be worse than none.
  if ([...cells.values()].includes('')) return '';
  return fillTemplate(field.template, (column) => cells.get(column) ?? '');
}

export function cellOf({ columns, empty }: RowPlan, { cells }: CsvRow, column: string): string {
  const text = (cells[columns.get(column) ?? -1] ?? '').trim();
  return empty.has(text) ? '' : text;
}

/** Leaves out parts that no column filled, such as the kind of a phone number that is not there. */
function kept(fields: readonly FieldPlan[], filled: readonly Filled[]): readonly Filled[] {
  const variable = new Set(fields.filter((each) => !isFixed(each)).flatMap(partsOf));
  const present = new Set(filled.filter((each) => !isFixed(each)).flatMap(partsOf));
  return filled.filter((each) =>
    partsOf(each).every((part) => !variable.has(part) || present.has(part)),
  );
}

const isFixed = ({ field }: FieldPlan): boolean => field.value !== undefined;

/** The parts of a record that a field lies in: `a.0` and `a` for `a.0.b`. */
const partsOf = ({ segments }: FieldPlan): string[] =>
  segments.slice(1).map((_, at) => segments.slice(0, at + 1).join('.'));

type Built = Pick<Assembled, 'input' | 'references'>;

function build(filled: readonly Filled[]): Built {
  const tree: Node = new Map();
  for (const { segments, value } of filled) place(tree, segments, value);
  const { custom, ...input } = recordOf(tree);
  const references = filled.flatMap((each) => each.references);
  if (!isRecord(custom)) return { input, references };
  const customFields = Object.entries(custom).map(([key, value]) => ({ key, value }));
  return { input: { ...input, customFields }, references };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Node = Map<number | string, unknown>;

function place(
  node: Node,
  [first = '', ...rest]: readonly (number | string)[],
  value: unknown,
): void {
  if (rest.length === 0) return void node.set(first, value);
  const child = node.get(first);
  const next: Node = child instanceof Map ? child : new Map();
  node.set(first, next);
  place(next, rest, value);
}

const recordOf = (node: Node): Record<string, unknown> =>
  Object.fromEntries([...node].map(([key, value]) => [String(key), valueOf(value)]));

/** Entries of a list close up when one before them was left out. */
function valueOf(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  return [...value.keys()].every((key) => typeof key === 'number')
    ? [...value].toSorted(([a], [b]) => a - b).map(([, entry]) => valueOf(entry))
    : recordOf(value);
}

type Referring = { readonly value: unknown; readonly references: readonly Reference[] };

function referring({ lookup: target }: FieldMapping, path: string, value: unknown): Referring {
  if (!target) return { value, references: [] };
  const keys: readonly unknown[] = Array.isArray(value) ? value : [value];
  const references = keys.map((key) => ({ path, target, key: String(key) }));
  return { value: Array.isArray(value) ? references : references[0], references };
}
