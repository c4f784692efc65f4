import { forbidden } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { reachesOwned, scopeSql } from '@crm/kit/record/policy';
import type { Change } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql, type Sql } from '@crm/kit/sql';
import type { Viewer } from '@crm/kit/viewer';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';

/** Customers, as `t`, that the viewer answers for: not those that were merely shared. */
export const ownedSql = ({ viewer, now }: Pick<Work, 'now' | 'viewer'>): Sql =>
  scopeSql(viewer, 'write', { entity: CustomerEntity, alias: 't', now, isShareEnough: false });

/** Refuses a change of the owner by somebody who was merely let to the customer. */
export function refuseTaking(viewer: Viewer, changed: readonly Change<Customer>[]): void {
  const taken = changed.filter(({ before, after }) => before.ownerId !== after.ownerId);
  if (taken.some(({ before }) => !reachesOwned(viewer, 'write', before))) {
    throw forbidden('A customer that was shared with you keeps its owner');
  }
}

/** Locks those of the customers that the viewer may hand over or share, in one order. */
export function lockOwned(work: Work, ids: readonly string[]): Promise<Customer[]> {
  const known = ids.filter(isId).map(idToBytes);
  if (known.length === 0) return Promise.resolve([]);
  return selectRows(
    work.manager,
    CustomerEntity,
    sql`WHERE t.id IN (${known}) AND t.deletedAt IS NULL AND ${ownedSql(work)}
      ORDER BY t.id FOR UPDATE`,
  );
}
