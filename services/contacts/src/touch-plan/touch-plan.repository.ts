import { idToBytes } from '@crm/kit/id';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import type { EntityManager } from 'typeorm';
import { TouchPlanEntity, type TouchPlan } from './touch-plan.fields.ts';

const isOpenSql = raw("t.status IN ('PLANNED', 'DUE') AND t.deletedAt IS NULL");

type Parties = {
  readonly personIds: readonly string[];
  readonly customerIds: readonly string[];
};

/** Locks the open plans that an interaction with some of these could keep, in the order of their ids. */
export async function lockPlansWith(
  manager: EntityManager,
  { personIds, customerIds }: Parties,
): Promise<TouchPlan[]> {
  if (personIds.length + customerIds.length === 0) return [];
  // Two look-ups in a key of their own each, where OR would read the table.
  return selectRows(
    manager,
    TouchPlanEntity,
    sql`WHERE t.id IN (
        SELECT id FROM touchPlan p WHERE p.personId IN (${personIds.map(idToBytes)})
        UNION SELECT id FROM touchPlan c WHERE c.customerId IN (${customerIds.map(idToBytes)})
          AND c.personId IS NULL)
      AND ${isOpenSql} ORDER BY t.id FOR UPDATE`,
  );
}

/** Locks the plans that an interaction has kept last. */
export const lockKeptBy = (manager: EntityManager, interactionId: string): Promise<TouchPlan[]> =>
  selectRows(
    manager,
    TouchPlanEntity,
    sql`WHERE t.lastInteractionId = ${idToBytes(interactionId)} AND t.deletedAt IS NULL
      AND t.status IN ('PLANNED', 'DUE', 'COMPLETED') ORDER BY t.id FOR UPDATE`,
  );

/** Locks plans that have come due, or whose days of grace are over. Those in use come the next time. */
export const lockLate = (
  manager: EntityManager,
  { today, limit }: { readonly today: string; readonly limit: number },
): Promise<TouchPlan[]> =>
  selectRows(
    manager,
    TouchPlanEntity,
    sql`WHERE t.id IN (SELECT id FROM (${late(today, limit)}) l) ORDER BY t.id FOR UPDATE SKIP LOCKED`,
  );

/** A deleted person is waited for by nobody, until it is restored. */
const isThere = raw(
  'NOT EXISTS (SELECT 1 FROM person gone WHERE gone.id = p.personId AND gone.deletedAt IS NOT NULL)',
);

const late = (today: string, limit: number): Sql =>
  sql`(SELECT id FROM touchPlan p WHERE p.status = 'DUE' AND p.missedOn <= ${today}
        AND p.deletedAt IS NULL AND ${isThere} ORDER BY p.missedOn LIMIT ${raw(String(limit))})
      UNION ALL (SELECT id FROM touchPlan p WHERE p.status = 'PLANNED' AND p.nextDueOn <= ${today}
        AND p.deletedAt IS NULL AND ${isThere} ORDER BY p.nextDueOn LIMIT ${raw(String(limit))})`;
