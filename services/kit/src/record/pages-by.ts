import DataLoader from 'dataloader';
import { idToBytes } from '../id.ts';
import { sql, type Sql } from '../sql.ts';

/** Something of a parent that takes arguments, read for many parents together. */
export type PagesBy<Args, Value> = {
  readonly load: (parentId: string, args: Args) => Promise<Value>;
};

type Key<Args> = { readonly parentId: string; readonly args: Args };

/** Joins the calls of one request into one call of `read` for each set of arguments. */
export function pagesBy<Args, Value>(
  read: (ids: readonly string[], args: Args) => Promise<ReadonlyMap<string, Value>>,
): PagesBy<Args, Value> {
  const pages = new DataLoader<Key<Args>, Value, string>((keys) => byArgs(keys, read), {
    cacheKeyFn: (key) => JSON.stringify(key),
  });
  return { load: (parentId, args) => pages.load({ parentId, args }) };
}

/** In nearly every query there is one set of arguments. */
async function byArgs<Args, Value>(
  keys: readonly Key<Args>[],
  read: (ids: readonly string[], args: Args) => Promise<ReadonlyMap<string, Value>>,
): Promise<(Value | Error)[]> {
  const groups = new Map<string, { readonly args: Args; readonly keys: Key<Args>[] }>();
  for (const key of keys) {
    const name = JSON.stringify(key.args);
    const group = groups.get(name) ?? { args: key.args, keys: [] };
    group.keys.push(key);
    groups.set(name, group);
  }
  const found = new Map<Key<Args>, Value>();
  for (const group of groups.values()) {
    const ids = [...new Set(group.keys.map(({ parentId }) => parentId))];
    const values = await read(ids, group.args);
    for (const key of group.keys) {
      const value = values.get(key.parentId);
      if (value !== undefined) found.set(key, value);
    }
  }
  return keys.map((key) => found.get(key) ?? new Error(`Nothing was read for ${key.parentId}`));
}

/** The ids as a table of one column, `parentId`. */
export const parentTable = (ids: readonly string[]): Sql =>
  sql`(SELECT UNHEX(hex) AS parentId FROM JSON_TABLE(${JSON.stringify(
    ids.map((id) => idToBytes(id).toString('hex')),
  )}, '$[*]' COLUMNS (hex CHAR(32) PATH '$')) j)`;
