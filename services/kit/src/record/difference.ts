import type { Changes } from './audit.ts';
import { columnNamed, valueAt, type Entity, type Stamps } from './entity.ts';
import type { Values } from './input.ts';
import { asText } from '../text.ts';

/** The given values that differ from the row's. Custom fields are merged key by key. */
export function changesOf(entity: Entity, row: Stamps, values: Values): Changes {
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  for (const [name, given] of values) {
    const column = columnNamed(entity, name);
    if (!column) continue;
    const from = valueAt(row, column.path);
    const to = name === 'customFields' ? mergeCustomFields(row.customFields, given) : given;
    if (!isSame(column.field.kind, from, to)) changes[name] = { from, to };
  }
  return changes;
}

function mergeCustomFields(before: Stamps['customFields'], given: unknown): object {
  const merged = { ...before, ...(typeof given === 'object' ? given : {}) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** The keys that two states of the custom fields do not hold alike. */
export const changedKeys = (from: unknown, to: unknown): string[] =>
  [...new Set([from, to].flatMap((each) => Object.keys(Object(each))))].filter(
    (key) => !isSame('json', Object(from)[key] ?? null, Object(to)[key] ?? null),
  );

/** Custom fields are merged key by key. Their values stay untold, for each has a class of its own. */
export function customOverlaps(
  since: readonly Changes[],
  { from, to }: Changes[string],
): { readonly path: string }[] {
  const theirs = since.flatMap(({ customFields: change }) =>
    change ? changedKeys(change.from, change.to) : [],
  );
  return changedKeys(from, to)
    .filter((key) => theirs.includes(key))
    .map((key) => ({ path: `customFields.${key}` }));
}

function isSame(kind: string, from: unknown, to: unknown): boolean {
  if (from === to) return true;
  if (from === null || to === null) return false;
  if (kind === 'decimal') return Number(from) === Number(to) && plain(from) === plain(to);
  if (kind === 'dateTime') return timeOf(from) === timeOf(to);
  return JSON.stringify(sortKeys(from)) === JSON.stringify(sortKeys(to));
}

const timeOf = (value: unknown): number =>
  value instanceof Date ? value.getTime() : Date.parse(asText(value));

/** `10.50`, `10.5` and `+10.5` are one number. */
const plain = (value: unknown): string =>
  String(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');

/** MySQL keeps the keys of JSON in an order of its own. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
