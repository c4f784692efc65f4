import { idFromBytes, idToBytes } from '@crm/kit/id';
import { sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { companyCurrency } from '../company.ts';
import { instantsOf } from '../window.ts';
import { noActuals, type Actuals, type Measure, type Period, type Targets } from './performance.ts';

type Found = { readonly ownerId: Uint8Array; readonly value: number | string };

/** What each of these has reached in a period, in one statement a measure. */
export async function readActuals(
  manager: EntityManager,
  staffIds: readonly string[],
  period: Period,
): Promise<ReadonlyMap<string, Actuals>> {
  const actuals = new Map<string, Actuals>();
  if (staffIds.length === 0) return actuals;
  const ids = staffIds.map(idToBytes);
  for (const [measure, statement] of Object.entries(statements)) {
    const { text, values } = statement(ids, period);
    const rows: Found[] = await manager.query(text, [...values]);
    for (const { ownerId, value } of rows) {
      const id = idFromBytes(ownerId);
      actuals.set(id, { ...(actuals.get(id) ?? noActuals), [measure]: String(value) });
    }
  }
  return actuals;
}

/** Orders are their salesperson's, visits theirs who led them; money and new customers are the owner's. */
const statements: Readonly<Record<Measure, (ids: readonly Buffer[], period: Period) => Sql>> = {
  ORDER_AMOUNT: (ids, { from, to }) =>
    sql`SELECT o.salespersonId AS ownerId, SUM(o.amountAmount) AS value FROM orderFact o
      WHERE o.salespersonId IN (${ids}) AND o.deletedAt IS NULL
        AND o.amountCurrency = ${companyCurrency} AND o.orderedOn BETWEEN ${from} AND ${to}
      GROUP BY o.salespersonId`,
  COLLECTION_AMOUNT: (ids, { from, to }) =>
    sql`SELECT c.ownerId, SUM(p.amountAmount) AS value
      FROM paymentFact p JOIN customer c ON c.id = p.customerId
      WHERE c.ownerId IN (${ids}) AND c.deletedAt IS NULL AND p.deletedAt IS NULL
        AND p.amountCurrency = ${companyCurrency} AND p.receivedOn BETWEEN ${from} AND ${to}
      GROUP BY c.ownerId`,
  VISIT_COUNT: (ids, period) => {
    const { from, before } = instantsOf(period);
    return sql`SELECT i.staffId AS ownerId, COUNT(*) AS value FROM interactionFact i
      WHERE i.staffId IN (${ids}) AND i.deletedAt IS NULL AND i.kind = 'VISIT'
        AND i.occurredAt >= ${from} AND i.occurredAt < ${before}
      GROUP BY i.staffId`;
  },
  NEW_CUSTOMER_COUNT: (ids, period) => {
    const { from, before } = instantsOf(period);
    return sql`SELECT c.ownerId, COUNT(*) AS value FROM customer c
      WHERE c.ownerId IN (${ids}) AND c.deletedAt IS NULL
        AND c.createdAt >= ${from} AND c.createdAt < ${before}
      GROUP BY c.ownerId`;
  },
};

type StoredTarget = {
  readonly ownerId: Uint8Array;
  readonly measure: Measure;
  readonly value: string;
};

/** What is wanted in a period of these members of staff, and of these teams themselves. */
export async function readTargets(
  manager: EntityManager,
  {
    staffIds,
    teamIds,
  }: { readonly staffIds: readonly string[]; readonly teamIds: readonly string[] },
  { kind, from }: Period,
): Promise<ReadonlyMap<string, Targets>> {
  const targets = new Map<string, Targets>();
  const none = Buffer.alloc(16);
  const { text, values } = sql`SELECT COALESCE(staffId, teamId) AS ownerId, measure, value
    FROM performanceTarget
    WHERE (staffId IN (${[none, ...staffIds.map(idToBytes)]}) OR teamId IN (${[none, ...teamIds.map(idToBytes)]}))
      AND period = ${kind} AND startsOn = ${from} AND deletedAt IS NULL`;
  const rows: StoredTarget[] = await manager.query(text, [...values]);
  for (const { ownerId, measure, value } of rows) {
    const id = idFromBytes(ownerId);
    targets.set(id, { ...targets.get(id), [measure]: value });
  }
  return targets;
}

/** After how many days without a contact a customer is overdue, by its level. */
const contactDays = { STRATEGIC: 14, KEY: 30, other: 60 } as const;

/** How many customers of each, who may still buy, were not talked to for too long. */
export async function countOverdueContacts(
  manager: EntityManager,
  staffIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  if (staffIds.length === 0) return new Map();
  const { text, values } = sql`SELECT c.ownerId, COUNT(*) AS value FROM customer c
    WHERE c.ownerId IN (${staffIds.map(idToBytes)}) AND c.deletedAt IS NULL
      AND c.lifecycleStage IN ('POTENTIAL', 'TRADING')
      AND NOT EXISTS (SELECT 1 FROM interactionFact i
        WHERE i.customerId = c.id AND i.deletedAt IS NULL AND i.occurredAt >= ${now} - INTERVAL
          CASE c.level WHEN 'STRATEGIC' THEN ${contactDays.STRATEGIC} WHEN 'KEY' THEN ${contactDays.KEY}
            ELSE ${contactDays.other} END DAY)
    GROUP BY c.ownerId`;
  const rows: Found[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ ownerId, value }) => [idFromBytes(ownerId), Number(value)]));
}
