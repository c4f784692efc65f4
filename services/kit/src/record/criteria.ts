import type { CustomFields } from './custom-field.ts';
import { customFieldSql } from './custom-field-sql.ts';
import { columnNamed, encode, valueAt, type Column, type Entity, type Stamps } from './entity.ts';
import { forbidden, invalid } from '../errors.ts';
import type { Field, FieldClass, FieldKind } from './field.ts';
import { idToBytes, isId } from '../id.ts';
import { and, or, raw, sql, type Sql } from '../sql.ts';
import { columnSql } from './store.ts';

/**
 * A tree of conditions: `{ level: { eq: "KEY" }, any: [{ … }, { … }], not: { … } }`. Everything on
 * one level must hold. Clients send it as `XWhere`; configuration stores the same tree as JSON.
 */
export type Criteria = Readonly<Record<string, unknown>>;

/** What a tree is compiled against. */
export type CriteriaScope = {
  readonly entity: Entity;
  readonly alias: string;
  readonly now: Date;
  /** Those of every entity that a filter may reach, by id. */
  readonly customFields: CustomFields;
  /** Whether the viewer may read a class of this entity: a filter would tell the value otherwise. */
  readonly mayRead: (entity: Entity, fieldClass: FieldClass) => boolean;
  /** Notes that a sensitive field has decided what is answered. */
  readonly noteUse?: (entity: Entity, field: string) => void;
  /** The rows of a related entity that the viewer may read: others must not decide a filter. */
  readonly readable: (entity: Entity, alias: string) => Sql;
  /** Criteria that are to be kept: what can be no id is a mistake, and not an id of nothing. */
  readonly isKept?: boolean;
};

const depthMax = 10;
const listMax = 1000;

/** More are no question of people, and each is asked of every row. */
const conditionsMax = 100;

const isTree = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

/** The comparisons in a tree; a list of values is one. */
const countConditions = (value: unknown): number =>
  isTree(value)
    ? Object.values(value).reduce<number>(
        (count, each) => count + (isTree(each) ? countConditions(each) : 0),
        Object.values(value).every(isTree) ? 0 : 1,
      )
    : 1;

/** Compiles a tree to SQL over the row `alias`. INVALID and FORBIDDEN name the field. */
export function compileCriteria(scope: CriteriaScope, criteria: Criteria, depth = 0): Sql {
  if (depth > depthMax) throw invalid(`Criteria may be nested ${depthMax} deep`);
  if (depth === 0 && countConditions(criteria) > conditionsMax) {
    throw invalid(`Criteria may hold ${conditionsMax} conditions`);
  }
  return and(
    Object.entries(criteria)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => compileNode(scope, { key, value, depth })),
  );
}

/** Every other row: those without a value too, of which SQL would say neither. */
const notSql = (condition: Sql): Sql => sql`(${condition}) IS NOT TRUE`;

type Node = { readonly key: string; readonly value: unknown; readonly depth: number };

function compileNode(scope: CriteriaScope, { key, value, depth }: Node): Sql {
  const below = (child: Criteria): Sql => compileCriteria(scope, child, depth + 1);
  if (key === 'all') return and(listOfTrees(key, value).map(below));
  if (key === 'any') return or(listOfTrees(key, value).map(below));
  if (key === 'not') return notSql(below(tree(key, value)));
  if (key === 'customFields') {
    const conditions = and(listOfTrees(key, value).map((filter) => customFieldSql(scope, filter)));
    return besideGuarded(scope, key, conditions);
  }
  if (Object.hasOwn(scope.entity.relations, key))
    return compileRelation(scope, { key, value, depth });
  return besideGuarded(scope, key, compileField(scope, key, tree(key, value)));
}

/** What guarded rows hold must not decide whether they are found by those who may not read it. */
function besideGuarded(scope: CriteriaScope, field: string, condition: Sql): Sql {
  const isHidden = hidesGuarded(scope, field);
  if (isHidden === null) return condition;
  return sql`(${condition} AND NOT ${raw(isHidden)})`;
}

/** When a row keeps this field from the viewer, or null where none does. */
function hidesGuarded({ entity, alias, mayRead }: CriteriaScope, field: string): string | null {
  const { guard } = entity;
  const [top = ''] = field.split('.');
  const isFree = !guard?.fields.includes(top) || mayRead(entity, 'SENSITIVE');
  return isFree || !guard ? null : guard.sql(alias);
}

function compileRelation(scope: CriteriaScope, { key, value, depth }: Node): Sql {
  const relation = scope.entity.relations[key];
  if (!relation) throw unknownField(scope.entity, key);
  const entity = relation.to();
  const alias = `r${depth}`;
  const exists = (criteria: Criteria): Sql => {
    const inner = compileCriteria({ ...scope, entity, alias }, criteria, depth + 1);
    const link = raw(`${alias}.\`${relation.foreign}\` = ${scope.alias}.\`${relation.from}\``);
    const counts = raw(`${alias}.deletedAt IS NULL AND ${relation.only?.(alias) ?? 'TRUE'}`);
    return sql`EXISTS (SELECT 1 FROM ${raw(`\`${entity.table}\` ${alias}`)} WHERE ${link} AND ${counts} AND ${scope.readable(entity, alias)} AND ${inner})`;
  };
  if (relation.isOne) return exists(tree(key, value));
  return and(
    Object.entries(tree(key, value)).map(([quantifier, criteria]) => {
      const inner = tree(`${key}.${quantifier}`, criteria);
      if (quantifier === 'some') return exists(inner);
      if (quantifier === 'none') return sql`NOT ${exists(inner)}`;
      if (quantifier === 'every') return sql`NOT ${exists({ not: inner })}`;
      throw invalid(`${key} takes some, none or every, not ${quantifier}`);
    }),
  );
}

function compileField(scope: CriteriaScope, name: string, filter: Criteria): Sql {
  const column = columnNamed(scope.entity, name);
  if (column) return compileColumn(scope, column, filter);

  const members = scope.entity.columns.filter((each) => each.name.startsWith(`${name}.`));
  const [first] = members;
  if (!first) throw unknownField(scope.entity, name);
  return and(
    Object.entries(filter).map(([member, value]) =>
      member === 'isNull'
        ? nullSql(columnSql(first, scope.alias), value)
        : compileField(scope, `${name}.${member}`, tree(`${name}.${member}`, value)),
    ),
  );
}

function compileColumn(scope: CriteriaScope, column: Column, filter: Criteria): Sql {
  requireReadable(scope, column);
  const { alias, now } = scope;
  const target = columnSql(column, alias);
  return and(
    Object.entries(filter)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(
        ([operator, value]) =>
          column.field.compare?.({ alias, now, operator, value }) ??
          compare({ scope, column, target, operator, value }),
      ),
  );
}

/** Filtering, sorting and grouping follow the right to read. */
export function requireReadable(
  { entity, mayRead, noteUse }: Pick<CriteriaScope, 'entity' | 'mayRead' | 'noteUse'>,
  column: Column,
): void {
  const fieldClass = column.field.class ?? 'INTERNAL';
  if (mayRead(entity, fieldClass)) {
    if (fieldClass === 'SENSITIVE') noteUse?.(entity, column.name);
    return;
  }
  throw forbidden(`You may not use ${entity.name}.${column.name}`);
}

/** What a list is sorted or grouped by: nothing in rows that keep the field from the viewer. */
export function readableTarget(scope: CriteriaScope, column: Column): string {
  requireReadable(scope, column);
  const target = columnSql(column, scope.alias);
  const isHidden = hidesGuarded(scope, column.name);
  return isHidden === null ? target : `IF(${isHidden}, NULL, ${target})`;
}

/** The same of a row that was read. */
export function readableValue(scope: CriteriaScope, column: Column, row: Stamps): unknown {
  const isHidden =
    hidesGuarded(scope, column.name) !== null && scope.entity.guard?.isGuarded(row, scope.now);
  return isHidden ? null : valueAt(row, column.path);
}

export const unknownField = (entity: Entity, name: string): Error =>
  invalid(`${entity.name} has no field "${name}"`, [
    { path: name, message: `is no field of ${entity.name}` },
  ]);

type Comparison = {
  readonly scope: CriteriaScope;
  readonly column: Column;
  readonly target: string;
  readonly operator: string;
  readonly value: unknown;
};

const ordered: readonly FieldKind[] = ['date', 'dateTime', 'decimal', 'int'];
const symbols: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

type Compare = (comparison: Comparison) => Sql;

/** Operators that are more than a symbol between two values. */
const comparisons: Readonly<Record<string, Compare>> = {
  isNull: ({ target, value }) => nullSql(target, value),
  in: compareIn,
  notIn: compareIn,
  contains: compareText,
  startsWith: compareText,
  withinDays,
};

function compare(comparison: Comparison): Sql {
  const { column, operator } = comparison;
  const special =
    column.field.kind === 'list' && operator !== 'isNull' ? compareList : comparisons[operator];
  return (special ?? compareValues)(comparison);
}

function compareValues(comparison: Comparison): Sql {
  const { scope, column, target, operator, value } = comparison;
  const symbol = symbols[operator];
  const isOrder = operator.startsWith('g') || operator.startsWith('l');
  if (!symbol || (isOrder && !ordered.includes(column.field.kind))) throw noOperator(comparison);
  const operand = encodeOperand(scope, column, value);
  // "Not equal" means every other row, those without a value included.
  return operator === 'ne'
    ? sql`NOT (${raw(target)} <=> ${operand})`
    : sql`${raw(`${target} ${symbol} `)}${operand}`;
}

const nullSql = (target: string, value: unknown): Sql =>
  raw(`${target} IS ${value === true ? '' : 'NOT '}NULL`);

function compareIn({ scope, column, target, operator, value }: Comparison): Sql {
  const operands = entries(column.name, value).map((each) => encodeOperand(scope, column, each));
  const found = sql`${raw(target)} IN (${operands})`;
  if (operator === 'in') return found;
  return operands.length === 0 ? raw('TRUE') : sql`(${raw(target)} IS NULL OR NOT ${found})`;
}

function compareText(comparison: Comparison): Sql {
  const { column, target, operator, value } = comparison;
  if (column.field.kind !== 'text') throw noOperator(comparison);
  const literal = String(value).replaceAll(/[\\%_]/g, String.raw`\$&`);
  const pattern = operator === 'contains' ? `%${literal}%` : `${literal}%`;
  // A key is of use in its own collation only, and where there is no case there is nothing to lose.
  if (operator === 'startsWith' && isCaseless(literal)) return sql`${raw(target)} LIKE ${pattern}`;
  // Names are kept in pinyin order, whose collation knows case; people search without it.
  return sql`${raw(target)} COLLATE utf8mb4_0900_ai_ci LIKE ${pattern}`;
}

const isCaseless = (text: string): boolean => text.toLowerCase() === text.toUpperCase();

function compareList(comparison: Comparison): Sql {
  const { column, target, operator, value } = comparison;
  if (operator === 'has') return sql`${String(value)} MEMBER OF(${raw(target)})`;
  if (operator === 'hasAny') {
    return sql`JSON_OVERLAPS(${raw(target)}, ${JSON.stringify(entries(column.name, value))})`;
  }
  if (operator !== 'isEmpty') throw noOperator(comparison);
  return raw(`JSON_LENGTH(${target}) ${value === true ? '=' : '>'} 0`);
}

const dayMs = 86_400_000;

function withinDays(comparison: Comparison): Sql {
  const { scope, column, target, value } = comparison;
  const { kind } = column.field;
  if ((kind !== 'date' && kind !== 'dateTime') || typeof value !== 'number') {
    throw noOperator(comparison);
  }
  const other = new Date(scope.now.getTime() + value * dayMs);
  const bounds = value < 0 ? [other, scope.now] : [scope.now, other];
  const [from, to] = kind === 'date' ? bounds.map(companyDate) : bounds;
  return sql`${raw(target)} BETWEEN ${from} AND ${to}`;
}

const companyDay = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' });

/** The calendar date in the company's time zone. */
export const companyDate = (at: Date): string => companyDay.format(at);

function encodeOperand({ isKept }: CriteriaScope, column: Column, value: unknown): unknown {
  const { kind } = column.field;
  const isKnown = typeof value === 'string' && isId(value);
  if (kind === 'id' && (isKnown || !isKept)) return isKnown ? idToBytes(value) : Buffer.of();
  if (kind === 'id' || !isOperand(column.field, value)) {
    throw invalid(`${column.name} can't be compared with this value`, [
      { path: column.name, message: `is a ${kind}` },
    ]);
  }
  return encode(column.field, value);
}

/** Stored criteria do not pass GraphQL's type check, so it is made here. */
function isOperand({ kind }: Field, value: unknown): boolean {
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'int') return Number.isInteger(value);
  if (kind === 'dateTime') return value instanceof Date || typeof value === 'string';
  if (kind === 'decimal') return typeof value === 'string' || typeof value === 'number';
  return typeof value === 'string';
}

const noOperator = ({ column, operator }: Comparison): Error =>
  invalid(`${column.name} can't be compared by ${operator}`);

function tree(path: string, value: unknown): Criteria {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(`${path} must be an object`);
}

const listOfTrees = (path: string, value: unknown): Criteria[] =>
  entries(path, value).map((each) => tree(path, each));

function entries(path: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`${path} must be a list`);
  if (value.length > listMax) throw invalid(`${path} may hold ${listMax} entries`);
  return value;
}
