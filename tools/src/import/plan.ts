import { dirname, join } from 'node:path';
import { columnsIn } from '@crm/kit/transfer/field-mapping';
import type { Leaf } from '@crm/kit/transfer/value';
import type { GraphQLInputObjectType, GraphQLSchema } from 'graphql';
import { UserError } from '../mesh/say.ts';
import { type CsvFile, readHeader } from './csv.ts';
import { entities, type EntityName, type ImportEntity } from './entities.ts';
import { entryTypeOf, leafAt, rowTypeOf, segmentsOf, type Segments } from './input-type.ts';
import type { Details, FieldMapping, Mapping } from './mapping.ts';

/** A field of the graph and where its text comes from. */
export type FieldPlan = {
  readonly path: string;
  readonly segments: Segments;
  readonly leaf: Leaf;
  readonly field: FieldMapping;
};

/** A file, and what is made of each of its rows. */
export type RowPlan = {
  readonly file: CsvFile;
  /** The place of each column. */
  readonly columns: ReadonlyMap<string, number>;
  readonly fields: readonly FieldPlan[];
  readonly empty: ReadonlySet<string>;
  readonly zone: string;
};

export type DetailsPlan = RowPlan & {
  readonly into: string;
  readonly by: { readonly main: string; readonly file: string };
  /** Whether the rows are those of another file. */
  readonly isJoined: boolean;
};

/** A mapping that fits both the file and the graph. */
export type ImportPlan = {
  readonly name: EntityName;
  readonly entity: ImportEntity;
  readonly rowType: GraphQLInputObjectType;
  readonly rows: RowPlan;
  readonly details: DetailsPlan | null;
};

type Planning = {
  readonly name: EntityName;
  readonly path: string;
  readonly mappingFile: string;
  readonly mapping: Mapping;
};

/** Holds a mapping against the graph and the file; everything that does not fit is told at once. */
export async function planImport(schema: GraphQLSchema, planning: Planning): Promise<ImportPlan> {
  const { name, path, mapping } = planning;
  const entity: ImportEntity = entities[name];
  const rowType = rowTypeOf(schema, entity.rowType);
  const problems: string[] = [];

  const { encoding, delimiter, overflow } = mapping;
  const file = { path, encoding, delimiter, overflow };
  const header = await readHeader(file);
  const rows: RowPlan = {
    file,
    columns: columnsOf(header),
    fields: planFields(mapping.fields, { type: rowType, at: 'fields', problems }),
    empty: new Set(['', ...mapping.empty]),
    zone: mapping.zone,
  };
  problems.push(
    ...keyProblems(entity, mapping.fields),
    ...columnProblems(rows),
    ...unknownColumns(rows, overflow === undefined ? [] : [overflow]),
  );

  const details = mapping.details
    ? await planDetails(mapping.details, { rows, rowType, problems })
    : null;
  if (problems.length > 0) {
    const list = [...new Set(problems)].map((problem) => `  ${problem}`).join('\n');
    throw new UserError(`The mapping ${planning.mappingFile} does not fit:\n${list}`);
  }
  return { name, entity, rowType, rows, details };
}

type DetailsPlanning = {
  readonly rows: RowPlan;
  readonly rowType: GraphQLInputObjectType;
  readonly problems: string[];
};

async function planDetails(
  { into, by, file: joined, fields }: Details,
  { rows, rowType, problems }: DetailsPlanning,
): Promise<DetailsPlan> {
  const file =
    joined === undefined
      ? rows.file
      : { ...rows.file, path: join(dirname(rows.file.path), joined), overflow: undefined };
  const type = entryTypeOf(rowType, into);
  if (!type) problems.push(`details.into: ${rowType.name} has no list of records "${into}"`);
  const plan = {
    ...rows,
    file,
    columns: joined === undefined ? rows.columns : columnsOf(await readHeader(file)),
    fields: type ? planFields(fields, { type, at: 'details.fields', problems }) : [],
    into,
    by,
    isJoined: joined !== undefined,
  };
  problems.push(
    ...columnProblems(plan),
    ...unknownColumns(rows, [by.main]),
    ...unknownColumns(plan, [by.file]),
  );
  return plan;
}

type Within = {
  readonly type: GraphQLInputObjectType;
  readonly at: string;
  readonly problems: string[];
};

function planFields(
  fields: ReadonlyMap<string, FieldMapping>,
  { type, at, problems }: Within,
): FieldPlan[] {
  return [...fields].flatMap(([path, field]) => {
    const leaf = fieldLeaf(type, path);
    const problem = typeof leaf === 'string' ? leaf : misuse(field, leaf);
    if (problem !== null) problems.push(`${at}.${path}: ${problem}`);
    return typeof leaf === 'string' ? [] : [{ path, segments: segmentsOf(path), leaf, field }];
  });
}

const customPrefix = 'custom.';

/** `custom.KEY` is the value of a custom field. */
function fieldLeaf(type: GraphQLInputObjectType, path: string): Leaf | string {
  if (path.startsWith(customPrefix) && type.getFields()['customFields']) {
    return { kind: 'JSON', isList: false, values: [] };
  }
  return leafAt(type, path);
}

function misuse({ lookup, date }: FieldMapping, { kind }: Leaf): string | null {
  if (lookup && kind !== 'ID') return 'takes no "lookup", because it is no reference';
  if (date !== undefined && !['Date', 'DateTime'].includes(kind)) return 'is no date';
  return null;
}

const columnsOf = (header: readonly string[]): ReadonlyMap<string, number> =>
  new Map(header.map((column, at) => [column, at]));

const columnProblems = (rows: RowPlan): string[] =>
  unknownColumns(
    rows,
    rows.fields.flatMap(({ field }) => columnsIn(field)),
  );

const unknownColumns = ({ columns, file }: RowPlan, named: readonly string[]): string[] =>
  named
    .filter((column) => !columns.has(column))
    .map(
      (column) =>
        `${file.path} has no column "${column}"; it has ${[...columns.keys()].join(', ')}`,
    );

function keyProblems(
  { keys, mutation }: ImportEntity,
  fields: ReadonlyMap<string, FieldMapping>,
): string[] {
  if (keys.some((key) => key.every((path) => fields.has(path)))) return [];
  const choices = keys.map((key) => key.join(' and ')).join(', or ');
  return [
    `fields: ${choices} must be mapped: ${mutation} knows records by it, and without it a second import would make every record again`,
  ];
}
