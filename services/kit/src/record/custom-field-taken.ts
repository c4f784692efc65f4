import type { Work } from './command.ts';
import { findCustomFields, type CustomField } from './custom-field.ts';
import { customFieldTarget } from './custom-field-sql.ts';
import { missingCustomFields } from './custom-field-value.ts';
import type { Entity } from './entity.ts';
import type { FieldProblem } from '../errors.ts';
import { idFromBytes } from '../id.ts';
import type { Values } from './input.ts';
import { raw, sql } from '../sql.ts';
import { asText } from '../text.ts';
import { fold } from './upsert-match.ts';

/** What is wrong with the custom fields of a row of a bulk call, whose record has this id, or is new. */
export type CustomRowCheck = (values: Values, id: string | null) => FieldProblem[];

/** Looks up, with one statement a field, who has the unique values that rows ask for. */
export async function customRowChecks(
  work: Work,
  entity: Entity,
  rows: readonly Values[],
): Promise<CustomRowCheck> {
  const fields = await findCustomFields(work.manager, entity.name);
  const unique = [...fields.values()].filter(
    (field) => field.unique && field.active && field.indexState === 'READY',
  );
  /** Who has a value, or will have it by an earlier row of the call. */
  const holders = new Map<string, string>();
  for (const field of unique) {
    const wanted = rows.flatMap((values) => givenOf(values)[field.key] ?? []);
    for (const { id, value } of await holdersOf(work, entity, { field, wanted })) {
      holders.set(placeOf(field, value), idFromBytes(id));
    }
  }
  return (values, id) => [
    ...(id === null ? missingCustomFields(fields, givenOf(values)) : []),
    ...unique.flatMap((field) => {
      const value = givenOf(values)[field.key] ?? null;
      if (value === null) return [];
      const place = placeOf(field, value);
      const isTaken = holders.has(place) && holders.get(place) !== id;
      if (!isTaken) holders.set(place, id ?? '');
      return isTaken
        ? [{ path: `customFields.${field.key}`, message: 'is taken by another record' }]
        : [];
    }),
  ];
}

type Asked = { readonly field: CustomField; readonly wanted: readonly unknown[] };

async function holdersOf(
  { manager }: Work,
  entity: Entity,
  { field, wanted }: Asked,
): Promise<{ id: Uint8Array; value: unknown }[]> {
  if (wanted.length === 0) return [];
  const target = raw(customFieldTarget(field, 't'));
  const { text, values } = sql`SELECT t.id, ${target} AS value FROM ${raw(`\`${entity.table}\` t`)}
    WHERE t.deletedAt IS NULL AND ${target} IN (${wanted})`;
  return manager.query(text, [...values]);
}

const givenOf = (values: Values): Readonly<Record<string, unknown>> => ({
  ...Object(values.get('customFields') ?? {}),
});

/** Values that MySQL takes for the same are at one place. */
const placeOf = ({ key, type }: CustomField, value: unknown): string =>
  `${key}:${type === 'NUMBER' ? Number(value) : fold(asText(value))}`;
