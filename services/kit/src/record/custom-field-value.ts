import { z } from 'zod';
import type { CustomField, CustomFields, CustomFieldType } from './custom-field.ts';
import type { FieldProblem } from '../errors.ts';
import { textProblem } from '../text.ts';

const textMax = 1000;
/** A key of InnoDB holds 3072 bytes, and four may make a character. */
export const indexedTextMax = 255;
const numberMax = 1e15;
/** Digits after the point, as in the column of an indexed number. */
const scale = 6;
const choicesMax = 100;
const shownOptions = 20;

type Given = { readonly key: string; readonly value?: unknown };

/** Values that a client may send for one record. */
const valuesMax = 200;

/** What is wrong with the list itself, before any definition is looked at. */
export function customFieldListProblems(given: readonly Given[]): FieldProblem[] {
  if (given.length > valuesMax) {
    const message = `may have at most ${valuesMax} entries, not ${given.length}`;
    return [{ path: 'customFields', message }];
  }
  const keys = new Set<string>();
  const twice = new Set<string>();
  for (const { key } of given) (keys.has(key) ? twice : keys).add(key);
  return [...twice].map((key) => ({ path: pathOf(key), message: 'is named twice' }));
}

/** A key that nobody defined may be as long as a request. */
const pathOf = (key: string): string => `customFields.${key.slice(0, 64)}`;

type Sent = Readonly<Record<string, unknown>>;

/** What is wrong with values that a client sends; null removes a value. */
export function customFieldProblems(
  fields: CustomFields,
  values: Sent,
  isNew: boolean,
): FieldProblem[] {
  return [
    ...(isNew ? missingCustomFields(fields, values) : []),
    ...Object.entries(values).flatMap(([key, value]) => {
      const message = problemOf(fields.get(key), value);
      return message === null ? [] : [{ path: pathOf(key), message }];
    }),
  ];
}

/** What a new record needs and is not given. */
export const missingCustomFields = (fields: CustomFields, values: Sent): FieldProblem[] =>
  [...fields.values()]
    .filter(({ key, active, required }) => active && required && !Object.hasOwn(values, key))
    .map(({ key }) => ({ path: pathOf(key), message: 'is required' }));

function problemOf(field: CustomField | undefined, value: unknown): string | null {
  if (!field || !field.active) return 'is not defined';
  if (value !== null) return customValueProblem(field, value);
  return field.required ? 'is required' : null;
}

type Described = Pick<CustomField, 'indexed' | 'options' | 'type' | 'unique'>;

/** What keeps a value from being one of the field. */
export const customValueProblem = (field: Described, value: unknown): string | null =>
  problemsOf[field.type](value, field);

type Problem = (value: unknown, field: Described) => string | null;

const problemsOf: Readonly<Record<CustomFieldType, Problem>> = {
  TEXT: (value, { indexed, unique }) =>
    textProblem(value, indexed || unique ? indexedTextMax : textMax),
  NUMBER: numberProblem,
  BOOLEAN: (value) => (typeof value === 'boolean' ? null : 'must be true or false'),
  DATE: (value) =>
    z.iso.date().safeParse(value).success ? null : 'must be a date such as "2026-11-24"',
  SELECT: optionProblem,
  MULTI_SELECT: choicesProblem,
};

function numberProblem(value: unknown): string | null {
  if (typeof value !== 'number' || Number.isNaN(value)) return 'must be a number';
  if (Math.abs(value) > numberMax) return `must lie between -${numberMax} and ${numberMax}`;
  return Number(value.toFixed(scale)) === value
    ? null
    : `may have at most ${scale} digits after the point`;
}

function optionProblem(value: unknown, { options }: Described): string | null {
  if (typeof value === 'string' && options.includes(value)) return null;
  const more = options.length > shownOptions ? ' …' : '';
  return `must be one of ${options.slice(0, shownOptions).join(', ')}${more}`;
}

function choicesProblem(value: unknown, field: Described): string | null {
  if (!Array.isArray(value)) return 'must be a list';
  if (value.length > choicesMax) return `may have at most ${choicesMax} entries`;
  if (new Set(value).size !== value.length) return 'names an entry twice';
  return value.map((each) => optionProblem(each, field)).find((each) => each !== null) ?? null;
}
