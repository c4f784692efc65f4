import { idToBytes } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { QualificationEntity, type Qualification } from './qualification.fields.ts';

/** Locks what customers hold, in the order in which it was recorded. */
export const lockQualifications = async (
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<Qualification[]> =>
  customerIds.length === 0
    ? []
    : selectRows(
        manager,
        QualificationEntity,
        sql`WHERE t.customerId IN (${customerIds.map(idToBytes)}) AND t.deletedAt IS NULL
          ORDER BY t.id FOR UPDATE`,
      );
