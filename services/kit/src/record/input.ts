import type { EntityManager } from 'typeorm';
import { holdCustomFields } from './custom-field.ts';
import { customFieldListProblems, customFieldProblems } from './custom-field-value.ts';
import { columnNamed, valueAt, type Column, type Entity } from './entity.ts';
import { invalid, type FieldProblem } from '../errors.ts';
import type { Field, FieldKind } from './field.ts';
import { idFromBytes, idToBytes, isId } from '../id.ts';
import { asText, textProblem } from '../text.ts';
import { mapInTurns } from '../turns.ts';
import { findTermsByKey, nameOf, type TermKey } from './vocabulary.ts';

/** What a client sends for a record: its fields by name, groups as objects, left-out ones absent. */
export type Input = object;

/** Values by dotted field name, as they will be stored. Null empties a field. */
export type Values = ReadonlyMap<string, unknown>;

export type CheckedInput = { readonly values: Values; readonly problems: readonly FieldProblem[] };

type Mode = 'create' | 'update';

/**
 * Checks inputs against the catalogue: shape first, then terms, references and custom fields, with
 * one statement each however many inputs there are.
 */
export async function checkInputs(
  manager: EntityManager,
  entity: Entity,
  { inputs, mode }: { readonly inputs: readonly Input[]; readonly mode: Mode },
): Promise<CheckedInput[]> {
  const read = await mapInTurns(inputs, (input) => {
    const values = readValues(entity, input);
    const problems = [...shapeProblems(entity, values, mode), ...listProblems(input)];
    return { values, problems };
  });
  const missing = [
    await missingTerms(manager, entity, read),
    await missingReferences(manager, entity, read),
    await badCustomFields(manager, entity, { read, mode }),
  ];
  return read.map(({ values, problems }, at) => ({
    values,
    problems: [...problems, ...missing.flatMap((each) => each[at] ?? [])],
  }));
}

/** The same for one input; INVALID lists every problem at once. */
export async function readInput(
  manager: EntityManager,
  entity: Entity,
  { input, mode }: { readonly input: Input; readonly mode: Mode },
): Promise<Values> {
  const [checked] = await checkInputs(manager, entity, { inputs: [input], mode });
  const problems = checked?.problems ?? [];
  if (problems.length > 0) throw refused(entity, problems);
  return checked?.values ?? new Map();
}

export const refused = (entity: Entity, problems: readonly FieldProblem[]): Error =>
  invalid(
    `${entity.name} was refused: ${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}`,
    problems,
  );

function readValues(entity: Entity, input: Input): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(input)) {
    if (value === undefined || envelope.has(key)) continue;
    for (const { name, path, field } of columnsOf(entity, key, value)) {
      if (isGiven(input, path)) values.set(name, normalise(field.kind, valueAt(input, path)));
    }
  }
  const given = givenCustomFields(input);
  if (given) {
    values.set(
      'customFields',
      Object.fromEntries(given.map(({ key, value }) => [key, value ?? null])),
    );
  }
  return values;
}

/** What a key of an input gives: a field, or those of a group. */
function columnsOf(entity: Entity, key: string, value: unknown): readonly Column[] {
  const columns = entity.givenByTop.get(key);
  if (!columns) throw unknownKey(entity, key);
  const isGroup = columns[0]?.path.length !== 1;
  if (isGroup && isObject(value)) requireKnown(entity, value, [key]);
  return columns;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

type GivenValue = { readonly key: string; readonly value?: unknown };

/** The custom values of an input as its schema has let them through, or null when it names none. */
function givenCustomFields(input: Input): readonly GivenValue[] | null {
  const given: unknown = Reflect.get(input, 'customFields');
  return Array.isArray(given) ? given : null;
}

const listProblems = (input: Input): FieldProblem[] =>
  customFieldListProblems(givenCustomFields(input) ?? []);

/** What a call carries beside the fields of its record. */
const envelope: ReadonlySet<string> = new Set([
  'id',
  'expectedVersion',
  'clientMutationId',
  'customFields',
]);

/**
 * The schema names what a client may send, so a key that the catalogue does not know is a line
 * forgotten there, and leaving it out would lose what the client sent.
 */
function requireKnown(entity: Entity, input: object, path: readonly string[]): void {
  for (const [key, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const here = [...path, key];
    const isGroup = requireField(entity, here.join('.')) === 'group';
    if (isGroup && isObject(value)) requireKnown(entity, value, here);
  }
}

function requireField(entity: Entity, name: string): 'field' | 'group' {
  const column = columnNamed(entity, name);
  if (column && !column.field.managed && !column.field.sql) return 'field';
  if (entity.columns.some(({ name: each }) => each.startsWith(`${name}.`))) return 'group';
  throw unknownKey(entity, name);
}

const unknownKey = (entity: Entity, name: string): Error =>
  new Error(`${name} is in an input and is no field that ${entity.name} takes`);

/** A field is given when it, or the group that holds it, is in the input; null empties the group. */
function isGiven(input: Input, path: readonly string[]): boolean {
  let value: unknown = input;
  for (const part of path) {
    if (value === null) return true;
    if (typeof value !== 'object' || value === undefined || !Object.hasOwn(value, part))
      return false;
    value = Reflect.get(value, part);
    if (value === undefined) return false;
  }
  return true;
}

const normalise = (kind: string, value: unknown): unknown =>
  kind === 'date' && value instanceof Date ? value.toISOString().slice(0, 10) : value;

/** Of what is given; of a new record also that what it must have is missing. */
function shapeProblems(entity: Entity, values: Values, mode: Mode): FieldProblem[] {
  const problems = mode === 'create' ? missingFields(entity, values) : [];
  for (const [name, value] of values) {
    const field = columnNamed(entity, name)?.field;
    const message = field ? fieldProblem(field, value ?? null) : null;
    if (message !== null) problems.push({ path: name, message });
  }
  return problems;
}

/** What a new record must have and these values do not name. */
export const missingFields = (entity: Entity, values: Values): FieldProblem[] =>
  entity.columns.flatMap(({ name, field: { required, managed, sql } }) =>
    required && !managed && !sql && !values.has(name)
      ? [{ path: name, message: 'is required' }]
      : [],
  );

function fieldProblem(field: Field, value: unknown): string | null {
  if (field.required && isBlank(value)) return 'is required';
  return value === null ? null : (kindProblems[field.kind]?.(value, field) ?? null);
}

const isBlank = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && value.trim() === '');

type KindProblem = (value: unknown, field: Field) => string | null;

/** GraphQL has checked numbers, dates and booleans. */
const kindProblems: Partial<Record<FieldKind, KindProblem>> = {
  text: (value, { max = 0 }) => textProblem(value, max),
  term: (value, { max = 0 }) => textProblem(value, max),
  list: (value, { max = 0 }) => listProblem(value, max),
  decimal: (value, { scale = 0 }) => decimalProblem(value, scale),
  id: (value) => (typeof value === 'string' && isId(value) ? null : 'is no id'),
  enum: (value, { values = [] }) =>
    values.includes(asText(value)) ? null : `must be one of ${values.join(', ')}`,
};

const entryMax = 200;

function listProblem(value: unknown, max: number): string | null {
  if (!Array.isArray(value)) return 'must be a list';
  if (value.length > max) return `may have at most ${max} entries, not ${value.length}`;
  if (new Set(value).size !== value.length) return 'names an entry twice';
  return value.map((entry) => textProblem(entry, entryMax)).find((each) => each !== null) ?? null;
}

const integerDigitsMax = 16;

function decimalProblem(value: unknown, scale: number): string | null {
  const match = /^-?(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (!match) return 'must be a decimal number';
  if ((match[1]?.length ?? 0) > integerDigitsMax) return 'is too large';
  return (match[2]?.length ?? 0) > scale
    ? `may have at most ${scale} digits after the point`
    : null;
}

type Read = readonly CheckedInput[];
type ProblemsByInput = readonly (readonly FieldProblem[])[];

async function missingTerms(
  manager: EntityManager,
  entity: Entity,
  read: Read,
): Promise<ProblemsByInput> {
  const terms = entity.columns.flatMap(({ name, field: { vocabulary } }) =>
    vocabulary === undefined ? [] : [{ name, vocabulary }],
  );
  const used = read.map(({ values }) =>
    terms.flatMap(({ name, vocabulary }) =>
      [values.get(name) ?? []].flat().map((code) => ({ name, vocabulary, code: asText(code) })),
    ),
  );
  const keys = new Map<string, TermKey>(used.flat().map((each) => [nameOf(each), each]));
  const found = await findTermsByKey(manager, [...keys.values()]);
  const known = new Set(found.filter(({ active }) => active).map(nameOf));
  return used.map((each) =>
    each
      .filter((key) => !known.has(nameOf(key)))
      .map(({ name, vocabulary, code }) => ({
        path: name,
        message: `"${code}" is no active term of ${vocabulary}`,
      })),
  );
}

async function missingReferences(
  manager: EntityManager,
  entity: Entity,
  read: Read,
): Promise<ProblemsByInput> {
  const problems: FieldProblem[][] = read.map(() => []);
  for (const { name, field } of entity.columns) {
    if (!field.references) continue;
    const ids = read.map(({ values }) => values.get(name)).filter((id) => typeof id === 'string');
    const known = await existingIds(manager, field.references, ids.filter(isId));
    for (const [at, { values }] of read.entries()) {
      const id = values.get(name);
      if (typeof id === 'string' && isId(id) && !known.has(id)) {
        problems[at]?.push({ path: name, message: `${field.references} ${id} does not exist` });
      }
    }
  }
  return problems;
}

async function existingIds(
  manager: EntityManager,
  entityName: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const table = entityName.charAt(0).toLowerCase() + entityName.slice(1);
  const rows: { id: Uint8Array }[] = await manager.query(
    `SELECT id FROM \`${table}\` WHERE deletedAt IS NULL AND id IN (${ids.map(() => '?').join(', ')})`,
    ids.map(idToBytes),
  );
  return new Set(rows.map(({ id }) => idFromBytes(id)));
}

/** The definitions are held, so that none takes away an option that is just being used. */
async function badCustomFields(
  manager: EntityManager,
  entity: Entity,
  { read, mode }: { readonly read: Read; readonly mode: Mode },
): Promise<ProblemsByInput> {
  const given = read.map(({ values }) => values.get('customFields') ?? {});
  const isNew = mode === 'create';
  if (!isNew && given.every((values) => Object.keys(values).length === 0)) return [];
  const fields = await holdCustomFields(manager, entity.name);
  // A list that is too long was refused already.
  return given.map((values, at) =>
    (read[at]?.problems ?? []).some(({ path }) => path === 'customFields')
      ? []
      : customFieldProblems(fields, { ...values }, isNew),
  );
}
