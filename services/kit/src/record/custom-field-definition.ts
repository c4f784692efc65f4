import type { EntityManager } from 'typeorm';
import {
  lockCustomFields,
  type CustomField,
  type CustomFields,
  type SavedCustomField,
} from './custom-field.ts';
import { customFieldTarget } from './custom-field-sql.ts';
import { indexedTextMax } from './custom-field-value.ts';
import type { Entity } from './entity.ts';
import { invalid, type FieldProblem } from '../errors.ts';
import { idFromBytes, idToBytes, newId } from '../id.ts';
import { raw, sql, type Sql } from '../sql.ts';
import { textProblem } from '../text.ts';

/** What an administrator says of a field. */
export type Definition = Omit<CustomField, 'id' | 'indexProblem' | 'indexState'>;

const fieldsMax = 500;
/** Every one costs each write of the table; InnoDB has room for 64 keys in all. */
const indexedMax = 20;
const optionsMax = 500;
const labelMax = 200;
const keyPattern = /^[A-Za-z]\w{0,63}$/;
/** The names of its column and keys are as long as those of MySQL may be. */
const indexedKeyMax = 48;
const shownValues = 5;

/** Defines a field, or changes it: its key and type stay, and every value that is held must fit. */
export async function saveCustomField(
  manager: EntityManager,
  entity: Entity,
  given: Definition,
): Promise<SavedCustomField> {
  refuse(shapeProblems(given));
  const known = await lockCustomFields(manager, entity.name);
  const before = known.get(given.key);
  refuse([...changeProblems(known, given), ...limitProblems(known, given)]);
  refuse(await valueProblems(manager, entity, { before, given }));
  const saved: CustomField = {
    ...given,
    id: `${given.entity}.${given.key}`,
    indexState: nextState(before, given),
    indexProblem: null,
  };
  await write(manager, saved, before === undefined);
  return { field: saved, ...(await stampOf(manager, saved)) };
}

async function stampOf(
  manager: EntityManager,
  { entity, key }: CustomField,
): Promise<Pick<SavedCustomField, 'id' | 'version'>> {
  const [row]: { id: Uint8Array; version: number }[] = await manager.query(
    'SELECT id, version FROM customField WHERE entity = ? AND `key` = ?',
    [entity, key],
  );
  if (!row) throw new Error(`The custom field ${entity}.${key} is gone`);
  return { id: idFromBytes(row.id), version: row.version };
}

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length === 0) return;
  const text = problems.map(({ path, message }) => `${path} ${message}`).join('; ');
  throw invalid(`The definition was refused: ${text}`, problems);
}

type Check = readonly [isBroken: boolean, path: string, message: string];

const broken = (checks: readonly Check[]): FieldProblem[] =>
  checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));

const wantsIndex = ({ active, indexed, unique }: Definition): boolean =>
  active && (indexed || unique);

const isOneOf = (...types: readonly CustomField['type'][]) => types;
const selects = isOneOf('SELECT', 'MULTI_SELECT');

function shapeProblems(given: Definition): FieldProblem[] {
  const { key, type, labels, options, unique, indexed } = given;
  const isIndexed = indexed || unique;
  const texts = [labels.zh, labels.en, ...options];
  return broken([
    [
      !keyPattern.test(key),
      'key',
      'must be a letter, then letters, digits and underscores, at most 64',
    ],
    [
      isIndexed && key.length > indexedKeyMax,
      'key',
      `may have at most ${indexedKeyMax} characters when the field is indexed`,
    ],
    [
      texts.some((text) => text.trim() === '' || textProblem(text, labelMax) !== null),
      'labels',
      `and options must be texts of 1 to ${labelMax} characters`,
    ],
    [selects.includes(type) && options.length === 0, 'options', 'must name the choices'],
    [!selects.includes(type) && options.length > 0, 'options', `are for ${selects.join(' and ')}`],
    [options.length > optionsMax, 'options', `may be ${optionsMax} at most`],
    [new Set(options).size !== options.length, 'options', 'name a choice twice'],
    [
      isIndexed && type === 'MULTI_SELECT',
      'indexed',
      'is not for MULTI_SELECT: define a SELECT, or leave it without an index',
    ],
    [unique && type === 'BOOLEAN', 'unique', 'is not for BOOLEAN'],
    [
      isIndexed && given.class === 'SENSITIVE',
      'indexed',
      'is not for SENSITIVE fields: their values are kept in one place only',
    ],
  ]);
}

/** MySQL's names know no case, so neither do keys. */
function changeProblems(known: CustomFields, given: Definition): FieldProblem[] {
  const before = known.get(given.key);
  const alike = [...known.keys()].find((key) => key.toLowerCase() === given.key.toLowerCase());
  return broken([
    [
      before !== undefined && before.type !== given.type,
      'type',
      `stays ${before?.type ?? ''}: define a field of another key, and retire this one with active: false`,
    ],
    [
      before === undefined && alike !== undefined,
      'key',
      `differs from "${alike ?? ''}" in its capitals only`,
    ],
  ]);
}

function limitProblems(known: CustomFields, given: Definition): FieldProblem[] {
  const others = [...known.values()].filter(({ key }) => key !== given.key);
  return broken([
    [
      others.length >= fieldsMax,
      'key',
      `is one too many: an entity may have ${fieldsMax} custom fields, retired ones included`,
    ],
    [
      wantsIndex(given) && others.filter(wantsIndex).length >= indexedMax,
      'indexed',
      `is one too many: an entity may have ${indexedMax} indexed fields; retire one, or take the index from one`,
    ],
  ]);
}

type Compared = { readonly before: CustomField | undefined; readonly given: Definition };

/** Records whose values the new definition would not take. */
async function valueProblems(
  manager: EntityManager,
  entity: Entity,
  { before, given }: Compared,
): Promise<FieldProblem[]> {
  if (!before || !given.active) return [];
  const source = { manager, entity, field: before };
  return [
    ...(await removedOptionsInUse(source, given)),
    ...(isNewlyUnique(before, given) ? await sharedValues(source) : []),
    ...(isNewlyShort(before, given) ? await longTexts(source) : []),
  ];
}

const isNewlyUnique = (before: CustomField, given: Definition): boolean =>
  given.unique && !(before.unique && before.indexState === 'READY');

/** Texts without an index may be longer. */
const isNewlyShort = (before: CustomField, given: Definition): boolean =>
  given.type === 'TEXT' && wantsIndex(given) && !before.indexed && !before.unique;

type Source = {
  readonly manager: EntityManager;
  readonly entity: Entity;
  readonly field: CustomField;
};

type Counted = { readonly value: unknown; readonly total: number };

async function removedOptionsInUse(source: Source, given: Definition): Promise<FieldProblem[]> {
  const { entity, field } = source;
  const removed = field.options.filter((option) => !given.options.includes(option));
  if (removed.length === 0) return [];
  const used =
    field.type === 'MULTI_SELECT'
      ? await count(source, {
          from: raw(
            `\`${entity.table}\` t, JSON_TABLE(t.customFields, '$.${field.key}[*]' COLUMNS (value VARCHAR(255) PATH '$')) j`,
          ),
          value: raw('j.value'),
          where: sql`j.value COLLATE utf8mb4_0900_bin IN (${removed})`,
        })
      : await count(source, {
          where: sql`${raw(customFieldTarget(field, 't'))} COLLATE utf8mb4_0900_bin IN (${removed})`,
        });
  return used.map(({ value, total }) => ({
    path: 'options',
    message: `must keep "${String(value)}": ${records(entity, total)} it; give them another value first`,
  }));
}

const records = ({ name }: Entity, total: number): string =>
  `${total} ${name} ${total === 1 ? 'record has' : 'records have'}`;

const sharedValues = async (source: Source): Promise<FieldProblem[]> =>
  (await count(source, { where: raw('TRUE'), having: raw('HAVING total > 1') })).map(
    ({ value, total }) => ({
      path: 'unique',
      message: `can't be: ${records(source.entity, total)} "${String(value)}"`,
    }),
  );

async function longTexts(source: Source): Promise<FieldProblem[]> {
  const target = customFieldTarget(source.field, 't');
  const found = await count(source, {
    value: raw('1'),
    where: raw(`CHAR_LENGTH(${target}) > ${indexedTextMax}`),
  });
  return found.map(({ total }) => ({
    path: 'indexed',
    message: `takes ${indexedTextMax} characters: ${records(source.entity, total)} more; shorten them first`,
  }));
}

type Counting = {
  readonly from?: Sql;
  readonly value?: Sql;
  readonly where: Sql;
  readonly having?: Sql;
};

/** How many live records hold each of some values, the most frequent first. */
async function count({ manager, entity, field }: Source, counting: Counting): Promise<Counted[]> {
  const target = raw(customFieldTarget(field, 't'));
  const { value = target, from = raw(`\`${entity.table}\` t`), having = raw('') } = counting;
  const { text, values } = sql`SELECT ${value} AS value, COUNT(*) AS total FROM ${from}
    WHERE t.deletedAt IS NULL AND ${target} IS NOT NULL AND ${counting.where}
    GROUP BY 1 ${having} ORDER BY total DESC LIMIT ${raw(String(shownValues))}`;
  return manager.query<Counted[]>(text, [...values]);
}

/** The job that makes and takes away indexes is told by the state what there is to do. */
function nextState(before: CustomField | undefined, given: Definition): CustomField['indexState'] {
  const state = before?.indexState ?? 'NONE';
  if (!wantsIndex(given)) return state === 'NONE' ? 'NONE' : 'REMOVING';
  return state === 'READY' && before?.unique === given.unique ? 'READY' : 'BUILDING';
}

async function write(manager: EntityManager, field: CustomField, isNew: boolean): Promise<void> {
  const values: Readonly<Record<string, unknown>> = {
    labels: JSON.stringify(field.labels),
    class: field.class,
    required: field.required,
    unique: field.unique,
    indexed: field.indexed,
    options: JSON.stringify(field.options),
    active: field.active,
    indexState: field.indexState,
    indexProblem: field.indexProblem,
  };
  const fixed: Readonly<Record<string, unknown>> = isNew
    ? { id: idToBytes(newId()), entity: field.entity, key: field.key, type: field.type }
    : {};
  const all = Object.entries({ ...fixed, ...values });
  const assignments = all.map(([name]) => `\`${name}\` = ?`).join(', ');
  const given = all.map(([, value]) => value);
  await (isNew
    ? manager.query(`INSERT INTO customField SET ${assignments}`, given)
    : manager.query(
        `UPDATE customField SET ${assignments}, version = version + 1
         WHERE entity = ? AND \`key\` = ?`,
        [...given, field.entity, field.key],
      ));
}
