import type { ErrorPath } from '../client-error.ts';
import { isRecord } from '../is-record.ts';
import type { Data } from './work.ts';

/** Names of fields, and `@` for each element of a list. */
export type PlanPath = readonly string[];

/**
 * The objects at a path. From `sharedFrom` on several places may hold the same object; each is given
 * once, else the work would grow with every list on the way.
 */
export function collect(data: Data, path: PlanPath, sharedFrom: number): readonly Data[] {
  let found: unknown[] = [data];
  for (const [index, element] of path.entries()) {
    found = element === '@' ? elementsOf(found) : valuesOf(found, element);
    if (index >= sharedFrom) found = [...new Set(found)];
  }
  return found.every(isRecord) ? found : flatten(found).filter(isRecord);
}

function valuesOf(objects: readonly unknown[], name: string): unknown[] {
  const found: unknown[] = [];
  for (const object of objects) {
    if (!isRecord(object) || !Object.hasOwn(object, name)) continue;
    const value = object[name];
    if (value !== null && value !== undefined) found.push(value);
  }
  return found;
}

function elementsOf(lists: readonly unknown[]): unknown[] {
  const found: unknown[] = [];
  for (const list of lists) {
    if (!Array.isArray(list)) continue;
    for (const element of list) {
      if (element !== null && element !== undefined) found.push(element);
    }
  }
  return found;
}

function flatten(values: readonly unknown[]): unknown[] {
  const found: unknown[] = [];
  for (const value of values) {
    if (Array.isArray(value)) found.push(...flatten(value));
    else found.push(value);
  }
  return found;
}

/** Where the wanted objects are, with real indexes: for errors, so at most `max` places. */
export function placesOf(
  data: Data,
  path: PlanPath,
  { wanted, max }: { readonly wanted: ReadonlySet<Data>; readonly max: number },
): readonly ErrorPath[] {
  const places: ErrorPath[] = [];
  visit(data, 0, []);
  return places;

  function visit(value: unknown, depth: number, place: ErrorPath): void {
    if (places.length >= max) return;
    if (Array.isArray(value)) {
      const next = path[depth] === '@' ? depth + 1 : depth;
      for (const [index, element] of value.entries()) visit(element, next, [...place, index]);
      return;
    }
    if (!isRecord(value)) return;
    const name = path[depth];
    if (name !== undefined) visit(value[name], depth + 1, [...place, name]);
    else if (wanted.has(value)) places.push(place);
  }
}
