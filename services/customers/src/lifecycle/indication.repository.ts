import { idFromBytes, idToBytes } from '@crm/kit/id';
import { sql, type Sql } from '@crm/kit/sql';
import type { LifecycleSuggestedData } from '@crm/schemas/events/lifecycle';
import type { EntityManager } from 'typeorm';
import type { Evidence, LifecycleRule } from './lifecycle.fields.ts';

/** What figures of elsewhere say of the stages of customers: one rule says it of all of these. */
export type Indication = Pick<
  LifecycleRule,
  'code' | 'minDwellDays' | 'mode' | 'priority' | 'toStage'
> & {
  readonly fromStage: string;
  readonly evidence: ReadonlyMap<string, Evidence>;
};

type Row = Omit<Indication, 'evidence'> & {
  readonly customerId: Uint8Array;
  readonly evidence: Evidence;
};

/** Of the customers `t` that a condition names. */
export async function findIndications(
  manager: EntityManager,
  customers: Sql,
): Promise<Indication[]> {
  const { text, values } =
    sql`SELECT i.customerId, i.ruleCode AS code, i.fromStage, i.toStage, i.mode,
      i.priority, i.minDwellDays, i.evidence
    FROM lifecycleIndication i JOIN customer t ON t.id = i.customerId WHERE ${customers}`;
  const rows: Row[] = await manager.query(text, [...values]);
  const found = new Map<string, Indication & { readonly evidence: Map<string, Evidence> }>();
  for (const { customerId, evidence, ...rule } of rows) {
    const key = JSON.stringify(rule);
    const indication = found.get(key) ?? { ...rule, evidence: new Map<string, Evidence>() };
    indication.evidence.set(idFromBytes(customerId), evidence);
    found.set(key, indication);
  }
  return [...found.values()];
}

/** Keeps the last that was said of a customer, whatever came of it. */
export async function saveIndication(
  manager: EntityManager,
  data: LifecycleSuggestedData,
): Promise<void> {
  const { customerId, ruleCode, from, to, mode, priority, minDwellDays, evidence } = data;
  await manager.query(
    `INSERT INTO lifecycleIndication (customerId, ruleCode, fromStage, toStage, mode, priority,
       minDwellDays, evidence) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE ruleCode = fresh.ruleCode, fromStage = fresh.fromStage,
       toStage = fresh.toStage, mode = fresh.mode, priority = fresh.priority,
       minDwellDays = fresh.minDwellDays, evidence = fresh.evidence`,
    [
      [
        [
          idToBytes(customerId),
          ruleCode,
          from,
          to,
          mode,
          priority,
          minDwellDays,
          JSON.stringify(evidence),
        ],
      ],
    ],
  );
  await manager.query('INSERT IGNORE INTO lifecycleDue (customerId) VALUES (?)', [
    idToBytes(customerId),
  ]);
}

export async function dropIndication(manager: EntityManager, customerId: string): Promise<void> {
  await manager.query('DELETE FROM lifecycleIndication WHERE customerId = ?', [
    idToBytes(customerId),
  ]);
}
