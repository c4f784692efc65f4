import type { Work } from './command.ts';
import { findCustomFields, type CustomField } from './custom-field.ts';
import { customFieldTarget } from './custom-field-sql.ts';
import { missingCustomFields } from './custom-field-value.ts';
import type { Entity, Stamps } from './entity.ts';
import type { FieldProblem } from '../errors.ts';
import { idFromBytes } from '../id.ts';
import type { Values } from './input.ts';
import { raw, sql } from '../sql.ts';
import { asText } from '../text.ts';
import { fold } from './upsert-match.ts';

/** What is wrong with the custom fields of a row of a bulk call; its record is null when it is new. */
export type CustomRowCheck = (values: Values, before: Pick<Stamps, 'id'> | null) => FieldProblem[];

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
      holders.set(placeOf(field, value) ?? '', idFromBytes(id));
    }
  }
  return (values, before) => {
    const given = givenOf(values);
    return [
      ...(before === null ? missingCustomFields(fields, given) : []),
      ...unique
        .filter((field) => isTaken(holders, placeOf(field, given[field.key]), before?.id ?? ''))
        .map(({ key }) => ({
          path: `customFields.${key}`,
          message: 'is taken by another record',
        })),
    ];
  };
}

/** Takes the place when it is free. */
function isTaken(holders: Map<string, string>, place: string | null, id: string): boolean {
  if (place === null) return false;
  const holder = holders.get(place);
  if (holder !== undefined) return id === '' || holder !== id;
  holders.set(place, id);
  return false;
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

/** Values that MySQL takes for the same are at one place; no value is at none. */
function placeOf({ key, type }: CustomField, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return `${key}:${type === 'NUMBER' ? Number(value) : fold(asText(value))}`;
}
