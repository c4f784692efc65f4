import { idToBytes, newId } from '../id.ts';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { Criteria, CriteriaScope } from './criteria.ts';
import { invalid, type FieldProblem } from '../errors.ts';
import type { Labels } from './field.ts';
import { raw, sql, type Sql } from '../sql.ts';

/** A field that an administrator defined at run time; its values live in the `customFields` JSON. */
export type CustomField = {
  readonly id: string;
  readonly entity: string;
  readonly key: string;
  readonly type: (typeof customFieldTypes)[number];
  readonly labels: Labels;
  readonly required: boolean;
  readonly options: readonly string[];
  readonly active: boolean;
};

export type CustomFields = ReadonlyMap<string, CustomField>;

const customFieldTypes = ['TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'SELECT', 'MULTI_SELECT'] as const;
const textMax = 1000;
const keyPattern = /^[A-Za-z]\w{0,63}$/;

type StoredField = Omit<CustomField, 'id' | 'required' | 'active'> & {
  readonly required: number;
  readonly active: number;
};

/** The definitions of one entity, retired ones too, by key. */
export async function findCustomFields(
  manager: EntityManager,
  entity: string,
): Promise<CustomFields> {
  const rows: StoredField[] = await manager.query(
    'SELECT entity, `key`, type, labels, required, options, active FROM customField WHERE entity = ? ORDER BY id',
    [entity],
  );
  return new Map(
    rows.map((row) => [
      row.key,
      {
        ...row,
        id: `${row.entity}.${row.key}`,
        required: row.required === 1,
        active: row.active === 1,
      },
    ]),
  );
}

/** Defines a field or changes its labels, options and state; its type stays what it was. */
export async function saveCustomField(
  manager: EntityManager,
  field: Omit<CustomField, 'id'>,
): Promise<CustomField> {
  const problems = definitionProblems(
    field,
    (await findCustomFields(manager, field.entity)).get(field.key),
  );
  if (problems.length > 0) throw invalid('The definition was refused', problems);
  await manager.query(
    `INSERT INTO customField (id, entity, \`key\`, type, labels, required, options, active)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) AS new
     ON DUPLICATE KEY UPDATE labels = new.labels, required = new.required, options = new.options, active = new.active`,
    [
      idToBytes(newId()),
      field.entity,
      field.key,
      field.type,
      JSON.stringify(field.labels),
      field.required,
      JSON.stringify(field.options),
      field.active,
    ],
  );
  return { ...field, id: `${field.entity}.${field.key}` };
}

function definitionProblems(
  field: Omit<CustomField, 'id'>,
  before: CustomField | undefined,
): FieldProblem[] {
  const isSelect = field.type === 'SELECT' || field.type === 'MULTI_SELECT';
  const checks: readonly (readonly [boolean, FieldProblem])[] = [
    [
      !keyPattern.test(field.key),
      {
        path: 'key',
        message: 'must be a letter, then letters, digits and underscores, at most 64',
      },
    ],
    [
      before !== undefined && before.type !== field.type,
      { path: 'type', message: `stays ${before?.type ?? ''}: define a field of another key` },
    ],
    [isSelect && field.options.length === 0, { path: 'options', message: 'must name the choices' }],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, problem]) => problem);
}

/** What is wrong with values that a client sends; null removes a value. */
export function customFieldProblems(
  fields: CustomFields,
  values: Readonly<Record<string, unknown>>,
): FieldProblem[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = `customFields.${key}`;
    const field = fields.get(key);
    if (!field || !field.active) return [{ path, message: 'is not defined' }];
    if (value === null) return field.required ? [{ path, message: 'is required' }] : [];
    const result = schemaOf(field).safeParse(value);
    return result.success ? [] : [{ path, message: `is no ${field.type} as defined` }];
  });
}

function schemaOf({ type, options }: CustomField): z.ZodType {
  const text = z
    .string()
    .max(textMax)
    .refine((value) => !value.includes('\0'));
  switch (type) {
    case 'TEXT':
      return text;
    case 'NUMBER':
      return z.number().min(-1e15).max(1e15);
    case 'BOOLEAN':
      return z.boolean();
    case 'DATE':
      return z.iso.date();
    case 'SELECT':
      return text.refine((value) => options.includes(value));
    case 'MULTI_SELECT':
      return z.array(text.refine((value) => options.includes(value))).max(100);
  }
}

/** The SQL of a custom field's value, typed so that it compares and sorts as its type does. */
export function customFieldTarget({ key, type }: CustomField, alias: string): string {
  const path = `${alias}.customFields, '$.${key}'`;
  if (type === 'NUMBER') return `JSON_VALUE(${path} RETURNING DECIMAL(30,6))`;
  if (type === 'DATE') return `JSON_VALUE(${path} RETURNING DATE)`;
  if (type === 'MULTI_SELECT') return `JSON_EXTRACT(${path})`;
  return `JSON_VALUE(${path} RETURNING CHAR(1000))`;
}

const operators: Readonly<Record<string, string>> = {
  EQ: '=',
  NE: '<>',
  GT: '>',
  GTE: '>=',
  LT: '<',
  LTE: '<=',
};

/** One filter of `customFields: [{ key, op, value }]` as SQL. */
export function customFieldSql(scope: CriteriaScope, filter: Criteria): Sql {
  const { key, op = 'EQ', value } = filter;
  const field = scope.customFields.get(String(key));
  if (!field) {
    throw invalid(`${scope.entity.name} has no custom field "${String(key)}"`);
  }
  const target = raw(customFieldTarget(field, scope.alias));
  if (op === 'IS_NULL') return sql`${target} IS NULL`;
  if (op === 'IN') {
    if (!Array.isArray(value)) throw invalid(`${field.key} IN takes a list`);
    return sql`${target} IN (${value.map(operand)})`;
  }
  if (op === 'CONTAINS') return containsSql(field, target, operand(value));
  const symbol = operators[String(op)];
  if (!symbol) throw invalid(`${field.key} can't be compared by ${String(op)}`);
  return sql`${target} ${raw(symbol)} ${operand(value)}`;
}

function containsSql(field: CustomField, target: Sql, value: string | number): Sql {
  if (field.type === 'MULTI_SELECT') return sql`${String(value)} MEMBER OF(${target})`;
  const pattern = `%${String(value).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`${target} LIKE ${pattern}`;
}

function operand(value: unknown): string | number {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw invalid('A custom field is compared with a text, a number or a boolean');
}

/** The values of a record as the graph lists them, by key. */
export const customFieldValues = (
  values: Readonly<Record<string, unknown>> | null,
): { readonly key: string; readonly value: unknown }[] =>
  Object.entries(values ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
