import { sweepOn } from '@crm/kit/record/daily-sweep';
import { newId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { compileCriteria, type CriteriaScope } from '@crm/kit/record/criteria';
import { findAllCustomFields } from '@crm/kit/record/custom-field';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { systemViewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { giveTo } from '../ownership/ownership.commands.ts';
import type { PoolPolicy } from './pool.fields.ts';
import { findPolicy } from './pool.queries.ts';
import { recycleBefore } from './pool.ts';

/**
 * Once a day customers that their owners have left alone for too long come into the pool. Tells
 * whether there is more to do at once.
 */
export async function recycleOn(manager: EntityManager, now: Date): Promise<boolean> {
  const policy = await findPolicy(manager);
  const days = policy.recycleAfterDays;
  if (!policy.active || days === null) return false;
  const work = { manager, now, viewer: systemViewer('customers:pool'), requestId: newId() };
  return sweepOn({ manager, now, table: 'poolSweep' }, async (customers) => {
    const alone = await selectRows(
      manager,
      CustomerEntity,
      sql`WHERE ${customers} AND t.ownerId IS NOT NULL AND t.deletedAt IS NULL
        AND ${await leftAlone(work, policy, days)} ORDER BY t.id FOR UPDATE`,
    );
    await giveTo(work, alone, {
      owner: { ownerId: null, teamId: null },
      why: { kind: 'RECYCLED', reason: null },
    });
  });
}

/** Neither a contact nor a new owner since the day that counts. */
async function leftAlone(work: Work, { criteria }: PoolPolicy, days: number): Promise<Sql> {
  const before = recycleBefore(work.now, days);
  const scope: CriteriaScope = {
    entity: CustomerEntity,
    alias: 't',
    now: work.now,
    customFields: await findAllCustomFields(work.manager),
    mayRead: () => true,
    readable: () => raw('TRUE'),
  };
  return sql`EXISTS (SELECT 1 FROM ownershipTerm o
      WHERE o.customerId = t.id AND o.isCurrent = 1 AND o.startedAt < ${before})
    AND NOT EXISTS (SELECT 1 FROM customerContact c
      WHERE c.customerId = t.id AND c.lastAt >= ${before})
    AND ${compileCriteria(scope, criteria ?? {})}`;
}
