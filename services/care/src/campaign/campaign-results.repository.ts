import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import { raw, sql, type Sql } from '@crm/kit/sql';
import type { Delivery } from '../delivery/delivery.fields.ts';
import { CareTaskEntity, type CareTask } from '../task/task.fields.ts';
import { nothingCounted, type CampaignCount } from './campaign-results.ts';

type Row = { readonly planId: Uint8Array; readonly count: number } & (
  | { readonly part: 'TASK'; readonly state: CareTask['state']; readonly reason: string | null }
  | { readonly part: 'DELIVERY'; readonly state: Delivery['status'] }
  | { readonly part: 'ANSWERED' | 'UNSUBSCRIBED' }
);

/** Counts, for many campaigns in one statement, what the viewer may read of their members. */
export async function countCampaigns(
  { app, viewer }: RequestContext,
  campaignIds: readonly string[],
): Promise<ReadonlyMap<string, CampaignCount>> {
  const now = app.now();
  const scope = scopeSql(viewer, 'read', { entity: CareTaskEntity, alias: 't', now });
  const ofCampaigns = sql`t.planId IN (${campaignIds.map(idToBytes)}) AND t.deletedAt IS NULL
    AND ${scope}`;
  const members = (joins: string): Sql => sql`FROM careTask t ${raw(joins)} WHERE ${ofCampaigns}`;
  const delivered = 'JOIN delivery d ON d.taskId = t.id';
  const { text, values } = sql`SELECT 'TASK' AS part, t.planId, t.state, t.reason, COUNT(*) AS count
    ${members('')} GROUP BY t.planId, t.state, t.reason
    UNION ALL SELECT 'DELIVERY', t.planId, d.status, NULL, COUNT(*)
    ${members(delivered)} GROUP BY t.planId, d.status
    UNION ALL SELECT 'UNSUBSCRIBED', t.planId, NULL, NULL, COUNT(DISTINCT t.personId)
    ${members(`${delivered} JOIN suppressedAddress s
      ON s.deliveryId = d.id AND s.reason <> 'BOUNCED'`)} GROUP BY t.planId
    UNION ALL SELECT 'ANSWERED', t.planId, NULL, NULL, COUNT(*)
    ${members('JOIN surveyResponse r ON r.taskId = t.id')} GROUP BY t.planId`;
  const rows: Row[] = await app.db.manager.query(text, [...values]);
  const counted = new Map<string, CampaignCount>();
  for (const row of rows) {
    const id = idFromBytes(row.planId);
    counted.set(id, withRow(counted.get(id) ?? nothingCounted, row));
  }
  return counted;
}

function withRow(counted: CampaignCount, row: Row): CampaignCount {
  const { count } = row;
  switch (row.part) {
    case 'TASK': {
      const { state, reason } = row;
      return { ...counted, tasks: [...counted.tasks, { state, reason, count }] };
    }
    case 'DELIVERY': {
      const { state: status } = row;
      return { ...counted, deliveries: [...counted.deliveries, { status, count }] };
    }
    case 'UNSUBSCRIBED':
      return { ...counted, unsubscribed: count };
    case 'ANSWERED':
      return { ...counted, answered: count };
  }
}
