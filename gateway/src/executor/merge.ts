import { isRecord } from '../is-record.ts';
import type { Data } from './work.ts';

/**
 * Puts what a subgraph said into what others said of the same object. Objects are joined, lists of
 * equal length element by element; anything else is replaced. Parts of `source` are not copied, so
 * a target may hold the same object as others that were looked up with the same keys.
 */
export function merge(target: Data, source: Data): void {
  if (target === source) return;
  for (const key of Object.keys(source)) {
    const present = Object.hasOwn(target, key) ? target[key] : undefined;
    const value = merged(present, source[key]);
    if (key === '__proto__') define(target, key, value);
    else target[key] = value;
  }
}

function merged(present: unknown, given: unknown): unknown {
  if (isRecord(present) && isRecord(given)) {
    merge(present, given);
    return present;
  }
  const areLists = Array.isArray(present) && Array.isArray(given);
  if (!areLists || present.length !== given.length || present === given) return given;
  for (let index = 0; index < given.length; index++) {
    present[index] = merged(present[index], given[index]);
  }
  return present;
}

/** JSON may have this key, and setting it would change what the object inherits. */
const define = (target: Data, key: string, value: unknown): void => {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
};
