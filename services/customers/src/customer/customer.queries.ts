import type { RequestContext } from '@crm/kit/context';
import { scopeSql } from '@crm/kit/record/policy';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import { CustomerEntity, type Customer } from './customer.fields.ts';

export async function findCustomerByCode(
  context: RequestContext,
  code: string,
): Promise<Customer | null> {
  const [customer] = await selectRows(
    context.app.db.manager,
    CustomerEntity,
    sql`WHERE t.code = ${code} AND ${visible(context)}`,
  );
  return customer ?? null;
}

const visible = ({ viewer, app }: RequestContext): Sql =>
  and([
    raw('t.deletedAt IS NULL'),
    scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now: app.now() }),
  ]);
