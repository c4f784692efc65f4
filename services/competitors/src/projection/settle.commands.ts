import { idFromBytes, idToBytes, newId } from '@crm/kit/id';
import { moveReferences } from '@crm/kit/projection/moved-reference';
import { saveMerged } from '@crm/kit/projection/survivor';
import type { Work } from '@crm/kit/record/command';
import { systemViewer } from '@crm/kit/viewer';
import type { DataSource, EntityManager } from 'typeorm';
import { followOpportunities } from '../opportunity-competitor/follow-opportunities.commands.ts';
import { lockOpportunities } from '../opportunity/opportunity.repository.ts';
import { references } from '../references.ts';

type Schemas = { readonly db: DataSource; readonly beside: DataSource };

/**
 * Has our records follow what is known since the projection was made anew: customers that were
 * merged, and what opportunities have come to. Grants, merges and memberships are of no
 * snapshot, so those that the log tells are added to those that are kept.
 */
export async function settle({ db, beside }: Schemas): Promise<void> {
  const [row] = await beside.query<readonly { name: string }[]>('SELECT DATABASE() AS name');
  const fresh = `\`${row?.name ?? ''}\``;
  await db.query(
    `INSERT IGNORE INTO shareGrant (resourceId, granteeId, access, expiresAt, grantedById, grantedAt)
     SELECT resourceId, granteeId, access, expiresAt, grantedById, grantedAt FROM ${fresh}.shareGrant`,
  );
  await db.query(
    `INSERT IGNORE INTO segmentMembership (id, segmentCode, customerId)
     SELECT id, segmentCode, customerId FROM ${fresh}.segmentMembership`,
  );
  while (await takeMerge(db, fresh));
  let afterId = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const ids = await contestedAfter(db, afterId);
    await db.transaction(async (manager) =>
      followOpportunities(workOf(manager), await lockOpportunities(manager, ids)),
    );
    const last = ids.at(-1);
    if (last === undefined) return;
    afterId = last;
  }
}

/** Applies one merge that was told before we listened. Tells whether there may be more. */
const takeMerge = (db: DataSource, fresh: string): Promise<boolean> =>
  db.transaction(async (manager) => {
    const [row]: { id: Uint8Array; survivorId: Uint8Array }[] = await manager.query(
      `SELECT told.id, told.survivorId FROM ${fresh}.mergedCustomer AS told
       LEFT JOIN mergedCustomer AS kept ON kept.id = told.id WHERE kept.id IS NULL LIMIT 1`,
    );
    if (!row) return false;
    const [id, survivorId] = [idFromBytes(row.id), idFromBytes(row.survivorId)];
    await saveMerged(manager, { id, survivorId });
    await moveReferences(workOf(manager), references, { mergedId: id, survivorId, isMerged: true });
    return true;
  });

const opportunitiesAtOnce = 200;

async function contestedAfter(db: DataSource, afterId: string): Promise<string[]> {
  const rows: { id: Uint8Array }[] = await db.query(
    `SELECT DISTINCT opportunityId AS id FROM opportunityCompetitor
     WHERE opportunityId > ? ORDER BY opportunityId LIMIT ${opportunitiesAtOnce}`,
    [idToBytes(afterId)],
  );
  return rows.map(({ id }) => idFromBytes(id));
}

const workOf = (manager: EntityManager): Work => ({
  manager,
  viewer: systemViewer('rebuild'),
  now: new Date(),
  requestId: newId(),
});
