import { selectRows } from '@crm/kit/record/store';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { CountermeasureEntity, type Countermeasure } from './countermeasure.fields.ts';

/** Locks countermeasures whose day has come. Those in use come the next time. */
export const lockDue = (
  manager: EntityManager,
  { today, limit }: { readonly today: string; readonly limit: number },
): Promise<Countermeasure[]> =>
  selectRows(
    manager,
    CountermeasureEntity,
    sql`WHERE t.status = 'PLANNED' AND t.dueOn <= ${today} AND t.deletedAt IS NULL
      ORDER BY t.dueOn, t.id LIMIT ${raw(String(limit))} FOR UPDATE SKIP LOCKED`,
  );
