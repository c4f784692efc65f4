import { idToBytes } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { OpportunityStageChangeEntity, type OpportunityStageChange } from './opportunity.fields.ts';
import { OpportunityStageEntity, type OpportunityStage } from './stage.fields.ts';

/** The stages in their order, retired ones last. */
export const findStages = (manager: EntityManager): Promise<OpportunityStage[]> =>
  selectRows(
    manager,
    OpportunityStageEntity,
    raw('WHERE t.deletedAt IS NULL ORDER BY t.active DESC, t.`order`, t.code LIMIT 100'),
  );

export async function isStageUsed(manager: EntityManager, code: string): Promise<boolean> {
  const rows: unknown[] = await manager.query('SELECT 1 FROM opportunity WHERE stage = ? LIMIT 1', [
    code,
  ]);
  return rows.length > 0;
}

export async function findLastChange(
  manager: EntityManager,
  opportunityId: string,
): Promise<OpportunityStageChange | null> {
  const [change] = await selectRows(
    manager,
    OpportunityStageChangeEntity,
    sql`WHERE t.opportunityId = ${idToBytes(opportunityId)} ORDER BY t.id DESC LIMIT 1`,
  );
  return change ?? null;
}
