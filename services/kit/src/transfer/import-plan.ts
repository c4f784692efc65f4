import type { CustomField, CustomFields } from '../record/custom-field.ts';
import { columnNamed, valueAt, type Column, type Entity } from '../record/entity.ts';
import { invalid, type FieldProblem } from '../errors.ts';
import type { FieldKind } from '../record/field.ts';
import { asText } from '../text.ts';
import { columnsIn, fillTemplate, translate } from './field-mapping.ts';
import { columnsOf, fieldsOf, type FieldMapping, type ImportMapping } from './import-mapping.ts';
import type { Importer, Lookup } from './importer.ts';
import type { SourceRow } from './row-source.ts';
import { convert, type Leaf } from './value.ts';

/** A field of the record and what a row gives for it. */
export type FieldPlan = {
  readonly path: string;
  readonly parts: readonly string[];
  readonly leaf: Leaf;
  readonly field: FieldMapping;
  /** The name in the file, for those who look for it there. */
  readonly column: string | null;
  /** What the row holds: a text, or a list of a file that has lists. Null when it is empty. */
  readonly read: (row: SourceRow) => unknown;
  readonly lookup: { readonly target: Lookup; readonly by: string } | null;
};

export type ImportPlan = {
  readonly fields: readonly FieldPlan[];
  readonly zone: string;
  /** Of a table; null when rows name their values. */
  readonly width: number | null;
  readonly overflow: { readonly at: number; readonly delimiter: string } | null;
};

type Planning = {
  readonly mapping: ImportMapping;
  readonly columns: readonly string[] | null;
  readonly customFields: CustomFields;
};

const customPrefix = 'custom.';

/** Holds a mapping against the file and the catalogue; INVALID tells everything that does not fit. */
export function planImport(importer: Importer, planning: Planning): ImportPlan {
  const { mapping, columns } = planning;
  const problems: FieldProblem[] = columnProblems(planning);
  const fields = fieldsOf(mapping).flatMap(([path, field]) => {
    const plan = planField(importer, planning, { path, field });
    if (typeof plan !== 'string') return [plan];
    problems.push({ path: `mapping.fields.${path}`, message: plan });
    return [];
  });
  if (problems.length > 0) {
    const list = problems.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw invalid(`The mapping does not fit: ${list}`, problems);
  }
  const at = mapping.overflow === undefined ? -1 : (columns?.indexOf(mapping.overflow) ?? -1);
  return {
    fields,
    zone: mapping.zone,
    width: columns?.length ?? null,
    overflow: at < 0 ? null : { at, delimiter: mapping.delimiter },
  };
}

const columnProblems = ({ mapping, columns }: Planning): FieldProblem[] =>
  columns === null
    ? []
    : [...new Set(columnsOf(mapping))]
        .filter((name) => !columns.includes(name))
        .map((name) => ({
          path: 'mapping',
          message: `names the column "${name}"; the file has ${columns.join(', ')}`,
        }));

type Mapped = { readonly path: string; readonly field: FieldMapping };

function planField(
  importer: Importer,
  { mapping, columns, customFields }: Planning,
  { path, field }: Mapped,
): FieldPlan | string {
  const leaf = leafOf(importer.entity, customFields, path);
  if (typeof leaf === 'string') return leaf;
  const lookup = field.lookup ? lookupOf(importer, field.lookup) : null;
  if (typeof lookup === 'string') return lookup;
  if (lookup && leaf.kind !== 'ID') return 'takes no "lookup", because it is no reference';
  const empty = new Set(['', ...mapping.empty]);
  return {
    path,
    parts: path.split('.'),
    leaf,
    field: lookup ? field : withoutLookup(field),
    column: columnsIn(field).join(' ') || null,
    read: readerOf(field, columns, empty),
    lookup,
  };
}

const withoutLookup = (field: FieldMapping): FieldMapping => ({ ...field, lookup: undefined });

const kinds: Partial<Record<FieldKind, string>> = {
  boolean: 'Boolean',
  date: 'Date',
  dateTime: 'DateTime',
  decimal: 'Decimal',
  enum: 'Enum',
  id: 'ID',
  int: 'Int',
  json: 'JSON',
};

function leafOf(entity: Entity, customFields: CustomFields, path: string): Leaf | string {
  if (path.startsWith(customPrefix)) {
    const field = customFields.get(path.slice(customPrefix.length));
    return field?.active ? customLeaf(field) : `is no custom field of ${entity.name}`;
  }
  const column = columnNamed(entity, path);
  if (!column || !isGiven(column)) return `is no field of ${entity.name} that can be given`;
  const { kind, values = [] } = column.field;
  return { kind: kinds[kind] ?? 'String', isList: kind === 'list', values };
}

const isGiven = ({ name, field }: Column): boolean =>
  !field.managed && !field.sql && name !== 'customFields' && field.kind !== 'json';

/** Every field that a file may give, by its dotted name. */
export const givenFields = (entity: Entity): readonly Column[] => entity.columns.filter(isGiven);

const customKinds: Readonly<Record<CustomField['type'], string>> = {
  TEXT: 'String',
  NUMBER: 'Decimal',
  BOOLEAN: 'Boolean',
  DATE: 'Date',
  SELECT: 'String',
  MULTI_SELECT: 'String',
};

const customLeaf = ({ type }: CustomField): Leaf => ({
  kind: type === 'NUMBER' ? 'Number' : customKinds[type],
  isList: type === 'MULTI_SELECT',
  values: [],
});

function lookupOf(
  { lookups }: Importer,
  { entity, by }: NonNullable<FieldMapping['lookup']>,
): FieldPlan['lookup'] | string {
  const target = lookups[entity];
  if (!target) return `"lookup" is one of ${Object.keys(lookups).join(', ')}`;
  if (by === undefined) return { target, by: target.by[0] };
  return target.by.includes(by) ? { target, by } : `"by" of ${entity} is ${target.by.join(' or ')}`;
}

type Read = FieldPlan['read'];

function readerOf(
  field: FieldMapping,
  columns: readonly string[] | null,
  empty: ReadonlySet<string>,
): Read {
  const { value, template } = field;
  if (value !== undefined) return () => String(value);
  const cells = columnsIn(field).map((name) => [name, cellReader(name, columns, empty)] as const);
  const [only] = cells;
  const raw: Read =
    template === undefined && only
      ? (row) => only[1](row)
      : (row) => templated(template ?? '', new Map(cells.map(([name, read]) => [name, read(row)])));
  return (row) => {
    const found = raw(row);
    if (typeof found !== 'string') return found ?? field.default ?? null;
    const text = translate(found, field.map);
    return text === null || text === '' ? (field.default ?? null) : text;
  };
}

function templated(template: string, cells: ReadonlyMap<string, unknown>): string {
  // Half a name or a code without its number would be worse than none.
  if ([...cells.values()].includes('')) return '';
  return fillTemplate(template, (column) => asText(cells.get(column)));
}

/** The text of a cell, `''` when it is empty; a list as it is. */
function cellReader(
  name: string,
  columns: readonly string[] | null,
  empty: ReadonlySet<string>,
): Read {
  const at = columns?.indexOf(name) ?? -1;
  const path = name.split('.');
  return ({ cells }) => {
    const value = Array.isArray(cells) ? cells[at] : inObject(cells, name, path);
    if (Array.isArray(value)) return value;
    const text = asText(value).trim();
    return empty.has(text) ? '' : text;
  };
}

/** A key as it is written, or a path into the object. */
const inObject = (cells: object, name: string, path: readonly string[]): unknown =>
  Object.hasOwn(cells, name) ? Reflect.get(cells, name) : valueAt(cells, path);

/** What is wrong with a row, and where in the file its value stands. */
export type RowProblem = FieldProblem & {
  readonly column: string | null;
  readonly value: string | null;
};

/** A row as the input of a record. */
export type PlannedRow = {
  readonly input: Record<string, unknown>;
  readonly problems: readonly RowProblem[];
};

/** Makes the input of a record from a row. */
export function assemble(plan: ImportPlan, source: SourceRow): PlannedRow {
  const row = joinOverflow(plan, source);
  const problems = shapeProblems(plan, row);
  const input: Record<string, unknown> = {};
  const customFields: { readonly key: string; readonly value: unknown }[] = [];
  for (const each of problems.length > 0 ? [] : plan.fields) {
    const raw = each.read(row);
    if (raw === null || raw === '') continue;
    const converted = convertRaw(raw, each, plan.zone);
    if ('problem' in converted) {
      problems.push(problemOf(each, row, converted.problem));
    } else if (each.parts[0] === 'custom') {
      customFields.push({ key: each.parts.slice(1).join('.'), value: converted.value });
    } else place(input, each.parts, converted.value);
  }
  if (customFields.length > 0) input['customFields'] = customFields;
  return { input, problems };
}

function convertRaw(
  raw: unknown,
  { leaf, field }: FieldPlan,
  zone: string,
): ReturnType<typeof convert> {
  if (Array.isArray(raw)) return leaf.isList ? { value: raw } : { problem: 'is a list' };
  const text = asText(raw);
  if (leaf.kind !== 'Number') return convert(text, { leaf, field, zone });
  const number = convert(text, { leaf: { ...leaf, kind: 'Decimal' }, field, zone });
  return 'value' in number ? { value: Number(number.value) } : number;
}

const problemOf = (field: FieldPlan, row: SourceRow, message: string): RowProblem => ({
  path: field.path,
  column: field.column,
  value: shown(field.read(row)),
  message,
});

/** What a check found wrong with the record, as a problem of the row that it was made of. */
export function problemOfRow(
  { fields }: Pick<ImportPlan, 'fields'>,
  row: SourceRow,
  { path, message }: FieldProblem,
): RowProblem {
  const [name = ''] = path.split('+');
  const field =
    fields.find((each) => each.path === name) ??
    fields.find((each) => each.path === name.replace(/^customFields/, 'custom'));
  return {
    ...(field ? problemOf(field, row, message) : { column: null, value: null, message }),
    path,
  };
}

const shownMax = 200;

const shown = (value: unknown): string => asText(value).slice(0, shownMax);

function place(input: Record<string, unknown>, parts: readonly string[], value: unknown): void {
  let node = input;
  for (const part of parts.slice(0, -1)) {
    const child = node[part];
    const next = isObject(child) ? child : {};
    node[part] = next;
    node = next;
  }
  node[parts.at(-1) ?? ''] = value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function joinOverflow({ overflow, width }: ImportPlan, row: SourceRow): SourceRow {
  const { cells } = row;
  if (!overflow || width === null || !Array.isArray(cells)) return row;
  const surplus = cells.length - width;
  if (surplus <= 0) return row;
  const { at, delimiter } = overflow;
  const joined = cells.slice(at, at + surplus + 1).join(delimiter);
  return { ...row, cells: [...cells.slice(0, at), joined, ...cells.slice(at + surplus + 1)] };
}

function shapeProblems({ width }: ImportPlan, { cells, problem }: SourceRow): RowProblem[] {
  const whole = { path: '', column: null, value: null };
  if (problem !== undefined) return [{ ...whole, message: problem }];
  if (width === null || !Array.isArray(cells) || cells.length === width) return [];
  return [{ ...whole, message: `has ${cells.length} values where the header has ${width}` }];
}
