import DataLoader from 'dataloader';
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

/** Joins the single look-ups of one request into one statement. */
export function entityLoader<Row extends Stamps>(
  context: RequestContext,
  entity: Entity<Row>,
): Loader<Row> {
  return nullable(async (ids) => {
    const rows = await findByIds(context.app.db.manager, entity, {
      ids: ids.filter(isId),
      scope: scopeSql(context.viewer, 'read', { entity, alias: 't', now: context.app.now() }),
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

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
