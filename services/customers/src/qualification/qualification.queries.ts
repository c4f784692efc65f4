import type { RequestContext } from '@crm/kit/context';
import { idToBytes } from '@crm/kit/id';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { QualificationEntity, type Qualification } from './qualification.fields.ts';

/** What many customers hold, in one statement: a customer has a few. */
export const qualificationsLoader = ({
  app,
  viewer,
}: RequestContext): Loader<readonly Qualification[]> =>
  loaderBy(async (customerIds) => {
    const scope = scopeSql(viewer, 'read', {
      entity: QualificationEntity,
      alias: 't',
      now: app.now(),
    });
    const rows = await selectRows(
      app.db.manager,
      QualificationEntity,
      sql`WHERE t.customerId IN (${customerIds.map(idToBytes)}) AND t.deletedAt IS NULL
        AND ${scope} ORDER BY t.id`,
    );
    const held = new Map<string, Qualification[]>();
    for (const row of rows) held.set(row.customerId, [...(held.get(row.customerId) ?? []), row]);
    return held;
  });
