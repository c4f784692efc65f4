import { idToBytes } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';
import type { FactKind } from './fact-kinds.ts';
import { openAlerts, openNeeds } from './sales.fields.ts';

/** Makes the rows of these customers where there are none, and locks them as figures are locked. */
export async function lockActivities(
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<void> {
  const rows = [...new Set(customerIds)].toSorted().map((id) => [idToBytes(id)]);
  if (rows.length === 0) return;
  await manager.query(
    `INSERT INTO customerActivity (customerId) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE customerId = fresh.customerId`,
    [rows],
  );
}

type Count = {
  readonly kind: FactKind;
  readonly table: string;
  /** Which facts `f` of the customer count. */
  readonly only: string;
  /** Columns by what they are of those facts. */
  readonly columns: Readonly<Record<string, string>>;
};

const inList = (values: readonly string[]): string => values.map((each) => `'${each}'`).join(', ');

const counts: readonly Count[] = [
  {
    kind: 'INTERACTION',
    table: 'interactionFact',
    only: 'TRUE',
    columns: { interactionCount: 'COUNT(f.id)', lastInteractionAt: 'MAX(f.occurredAt)' },
  },
  {
    kind: 'NEED',
    table: 'needFact',
    only: `f.status IN (${inList(openNeeds)})`,
    columns: { openNeedCount: 'COUNT(f.id)' },
  },
  {
    kind: 'OPPORTUNITY',
    table: 'opportunityFact',
    only: "f.status = 'OPEN'",
    columns: { openOpportunityCount: 'COUNT(f.id)' },
  },
  {
    kind: 'COMPETITION',
    table: 'competitionFact',
    only: "f.standing IN ('ACTIVE', 'LEADING')",
    columns: { contestedCount: 'COUNT(DISTINCT f.opportunityId)' },
  },
  {
    kind: 'ALERT',
    table: 'alertFact',
    only: `f.state IN (${inList(openAlerts)})`,
    columns: { openAlertCount: 'COUNT(f.id)' },
  },
];

/** Counts anew what customers have of the kinds of facts that have changed. */
export async function refreshActivities(
  manager: EntityManager,
  customers: ReadonlyMap<FactKind, readonly string[]>,
): Promise<void> {
  for (const count of counts) {
    const ids = customers.get(count.kind) ?? [];
    if (ids.length > 0) await refresh(manager, count, ids);
  }
}

const refresh = (
  manager: EntityManager,
  { table, only, columns }: Count,
  customerIds: readonly string[],
): Promise<unknown> =>
  manager.query(
    `UPDATE customerActivity kept JOIN (
       SELECT a.customerId, ${Object.entries(columns)
         .map(([name, of]) => `${of} AS ${name}`)
         .join(', ')}
       FROM customerActivity a
       LEFT JOIN ${table} f ON f.customerId = a.customerId AND f.deletedAt IS NULL AND ${only}
       WHERE a.customerId IN (?) GROUP BY a.customerId) fresh
     ON fresh.customerId = kept.customerId
     SET ${Object.keys(columns)
       .map((name) => `kept.${name} = fresh.${name}`)
       .join(', ')}`,
    [customerIds.map(idToBytes)],
  );
