import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import { sql } from '@crm/kit/sql';
import { CustomerEntity } from './customer.fields.ts';

/** Those of the customers that the viewer may read. */
export async function visibleCustomers(
  { app, viewer }: RequestContext,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const ids = wanted.filter(isId);
  if (ids.length === 0) return [];
  const scope = scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now: app.now() });
  const { text, values } =
    sql`SELECT t.id FROM customer t WHERE t.id IN (${ids.map(idToBytes)}) AND t.deletedAt IS NULL AND ${scope}`;
  const rows: { id: Uint8Array }[] = await app.db.manager.query(text, [...values]);
  return rows.map(({ id }) => idFromBytes(id));
}
