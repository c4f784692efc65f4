import type { RequestContext } from '@crm/kit/context';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { allow } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import {
  PoolCustomerEntity,
  PoolPolicyEntity,
  type PoolCustomer,
  type PoolPolicy,
} from './pool.fields.ts';

/** The customers that nobody has, for those who may take one. */
export function poolPage(
  context: RequestContext,
  { where, ...args }: PageArgs,
): Promise<Connection<PoolCustomer>> {
  allow(context.viewer, 'write', 'customers');
  return listPage(context, PoolCustomerEntity, {
    ...args,
    where: { all: [where ?? {}, { ownerId: { isNull: true } }] },
  });
}

export async function findPolicy(manager: EntityManager): Promise<PoolPolicy> {
  const [policy] = await selectRows(manager, PoolPolicyEntity, sql`ORDER BY t.id LIMIT 1`);
  if (!policy) throw new Error('The pool policy is gone');
  return policy;
}
