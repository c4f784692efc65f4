import type { Criteria, CriteriaScope } from './criteria.ts';
import type { CustomField, CustomFieldType } from './custom-field.ts';
import { customValueProblem } from './custom-field-value.ts';
import { forbidden, invalid } from '../errors.ts';
import type { FieldKind } from './field.ts';
import { raw, sql, type Sql } from '../sql.ts';

/** The column that an indexed field has; see `migrations/custom-field-index.ts`. */
export const customColumn = (key: string): string => `custom_${key}`;

/** What SQL makes of the values of a type: a boolean is the text `true` or `false`. */
export const customFieldKind: Readonly<Record<CustomFieldType, FieldKind>> = {
  TEXT: 'text',
  NUMBER: 'decimal',
  BOOLEAN: 'text',
  DATE: 'date',
  SELECT: 'text',
  MULTI_SELECT: 'list',
};

/** The field that a client names, if the viewer may use it. */
export function customFieldNamed(
  { entity, customFields, mayRead }: CriteriaScope,
  key: string,
): CustomField {
  const field = customFields.get(`${entity.customFieldsOf}.${key}`);
  if (!field) {
    const name = key.slice(0, 64);
    throw invalid(`${entity.customFieldsOf} has no custom field "${name}"`, [
      { path: `custom.${name}`, message: `is no custom field of ${entity.customFieldsOf}` },
    ]);
  }
  if (!mayRead(entity, field.class)) {
    throw forbidden(`You may not use ${entity.customFieldsOf}.custom.${key}`);
  }
  return field;
}

/** The SQL of a custom field's value, typed so that it compares and sorts as its type does. */
export function customFieldTarget({ key, type, indexState }: CustomField, alias: string): string {
  if (indexState === 'READY') return `${alias}.\`${customColumn(key)}\``;
  const path = `${alias}.customFields, '$.${key}'`;
  if (type === 'NUMBER') return `JSON_VALUE(${path} RETURNING DECIMAL(30,6))`;
  if (type === 'DATE') return `JSON_VALUE(${path} RETURNING DATE)`;
  if (type === 'MULTI_SELECT') return `JSON_EXTRACT(${path})`;
  return `JSON_VALUE(${path} RETURNING CHAR(1000)) COLLATE utf8mb4_0900_ai_ci`;
}

/** The same for what needs one value of a record: sorting and grouping. */
export function singleCustomTarget(field: CustomField, alias: string): string {
  if (field.type !== 'MULTI_SELECT') return customFieldTarget(field, alias);
  throw invalid(`custom.${field.key} holds several values: it is neither sorted nor grouped by`);
}

const symbols: Readonly<Record<string, string>> = {
  EQ: '=',
  GT: '>',
  GTE: '>=',
  LT: '<',
  LTE: '<=',
};

/** What a filter may ask of each type. */
export const customFieldOperators: Readonly<Record<CustomFieldType, readonly string[]>> = {
  TEXT: ['EQ', 'NE', 'IN', 'GT', 'GTE', 'LT', 'LTE', 'CONTAINS', 'IS_NULL'],
  NUMBER: ['EQ', 'NE', 'IN', 'GT', 'GTE', 'LT', 'LTE', 'IS_NULL'],
  BOOLEAN: ['EQ', 'NE', 'IN', 'IS_NULL'],
  DATE: ['EQ', 'NE', 'IN', 'GT', 'GTE', 'LT', 'LTE', 'IS_NULL'],
  SELECT: ['EQ', 'NE', 'IN', 'CONTAINS', 'IS_NULL'],
  MULTI_SELECT: ['CONTAINS', 'IN', 'IS_NULL'],
};

const listMax = 1000;

type Comparison = {
  readonly field: CustomField;
  readonly target: Sql;
  readonly op: string;
  readonly value: unknown;
};

/** One filter of `customFields: [{ key, op, value }]` as SQL. */
export function customFieldSql(scope: CriteriaScope, filter: Criteria): Sql {
  const { key, op = 'EQ', value } = filter;
  const field = customFieldNamed(scope, String(key));
  const target = raw(customFieldTarget(field, scope.alias));
  const comparison = { field, target, op: String(op), value };
  if (!customFieldOperators[field.type].includes(comparison.op)) throw noOperator(comparison);
  if (op === 'IS_NULL') return sql`${target} IS NULL`;
  return field.type === 'MULTI_SELECT' ? severalSql(comparison) : singleSql(comparison);
}

function singleSql(comparison: Comparison): Sql {
  const { field, target, op, value } = comparison;
  if (op === 'IN')
    return sql`${target} IN (${listed(comparison).map((each) => operand(field, each))})`;
  // "Not equal" means every other row, those without a value included.
  if (op === 'NE') return sql`NOT (${target} <=> ${operand(field, value)})`;
  if (op === 'CONTAINS') return containsSql(comparison);
  return sql`${target} ${raw(symbols[op] ?? '=')} ${operand(field, value)}`;
}

function severalSql(comparison: Comparison): Sql {
  const { field, target, op, value } = comparison;
  if (op === 'CONTAINS') return sql`${operand(field, value)} MEMBER OF(${target})`;
  const any = listed(comparison).map((each) => operand(field, each));
  return sql`JSON_OVERLAPS(${target}, ${JSON.stringify(any)})`;
}

function containsSql({ field, target, value }: Comparison): Sql {
  const literal = String(operand(field, value)).replaceAll(/[\\%_]/g, String.raw`\$&`);
  return sql`${target} LIKE ${`%${literal}%`}`;
}

function listed({ field, value }: Comparison): readonly unknown[] {
  if (Array.isArray(value) && value.length <= listMax) return value;
  throw invalid(`custom.${field.key} IN takes a list of at most ${listMax} values`);
}

/** A value to compare with, of the field's type; options that were taken away may be asked for. */
function operand(field: CustomField, value: unknown): string | number {
  const isText = field.type === 'SELECT' || field.type === 'MULTI_SELECT';
  const problem = customValueProblem(isText ? { ...field, type: 'TEXT' } : field, value);
  if (problem !== null) {
    throw invalid(`custom.${field.key} can't be compared with this value: it ${problem}`, [
      { path: `custom.${field.key}`, message: problem },
    ]);
  }
  return typeof value === 'number' ? value : String(value);
}

const noOperator = ({ field, op }: Comparison): Error =>
  invalid(`custom.${field.key} is a ${field.type} and can't be compared by ${op.slice(0, 20)}`);
