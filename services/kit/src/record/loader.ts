import DataLoader from 'dataloader';
import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../context.ts';
import type { Entity, Stamps } from './entity.ts';
import { notFound } from '../errors.ts';
import { isId } from '../id.ts';
import { scopeSql } from './policy.ts';
import { findByIds } from './store.ts';

export type Loader<Row> = {
  /** Null for no id, and for what is unknown, deleted or forbidden. */
  readonly load: (id: string | null | undefined) => Promise<Row | null>;
  /** For what must be there: NOT_FOUND otherwise. */
  readonly loadRequired: (id: string) => Promise<Row>;
};

/** Tells which records have taken the place of others, by the ids of those. */
type Successors = (
  manager: EntityManager,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, string>>;

/**
 * Joins the single look-ups of one request into one statement. With `successors` an id that is no
 * longer in use gives the record that took its place.
 */
export function entityLoader<Row extends Stamps>(
  context: RequestContext,
  entity: Entity<Row>,
  successors?: Successors,
): Loader<Row> {
  const { manager } = context.app.db;
  const find = async (ids: readonly string[]): Promise<ReadonlyMap<string, Row>> => {
    const rows = await findByIds(manager, entity, {
      ids,
      scope: scopeSql(context.viewer, 'read', { entity, alias: 't', now: context.app.now() }),
    });
    return new Map(rows.map((row) => [row.id, row]));
  };
  return nullable(async (keys) => {
    const ids = keys.filter(isId);
    const found = await find(ids);
    const missing = ids.filter((id) => !found.has(id));
    if (!successors || missing.length === 0) return keys.map((id) => found.get(id) ?? null);
    const next = await successors(manager, missing);
    const others = next.size === 0 ? found : await find([...new Set(next.values())]);
    return keys.map((id) => found.get(id) ?? others.get(next.get(id) ?? '') ?? null);
  });
}

/** Those of the records that are there, in the order of the ids. */
export const loadFound = async <Row>(
  { load }: Loader<Row>,
  ids: readonly string[],
): Promise<Row[]> =>
  (await Promise.all(ids.map(load))).flatMap((row) => (row === null ? [] : [row]));

/** Joins look-ups by any other key: `find` answers for many keys at once, missing ones are null. */
export function loaderBy<Value>(
  find: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Loader<Value> {
  return nullable(async (keys) => {
    const found = await find(keys);
    return keys.map((key) => found.get(key) ?? null);
  });
}

function nullable<Value>(
  read: (keys: readonly string[]) => Promise<readonly (Value | null)[]>,
): Loader<Value> {
  const loader = new DataLoader<string, Value | null>(read);
  return {
    load: (key) => (key ? loader.load(key) : Promise.resolve(null)),
    loadRequired: async (key) => {
      const value = await loader.load(key);
      if (value === null) throw notFound('Record', key);
      return value;
    },
  };
}
