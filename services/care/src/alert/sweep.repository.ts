import { companyDate } from '@crm/kit/record/criteria';
import type { Work } from '@crm/kit/record/command';
import { idToBytes } from '@crm/kit/id';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import { AlertRuleEntity, type AlertRule } from '../rule/rule.fields.ts';
import { closeRule, evaluateRule, type Subjects } from './alert.repository.ts';

/** Most of a part is asking: few customers have anything to do. */
const customersAtOnce = 10_000;
const closedAtOnce = 2000;

const unswept = (now: Date): Sql =>
  sql`LEFT JOIN alertSweep s
      ON s.ruleId = t.id AND s.ruleVersion = t.version AND s.day = ${companyDate(now)}
    WHERE COALESCE(s.isDone, 0) = 0`;

/** Whether a rule has not yet looked at every customer today. */
export const sweepIsDue = (now: Date): Sql =>
  sql`EXISTS (SELECT 1 FROM alertRule t ${unswept(now)})`;

/**
 * Goes on with the rule that has not yet looked at every customer today in its present form, some
 * thousand customers at a time. Tells whether there was anything to do.
 */
export async function sweepOn(work: Work): Promise<boolean> {
  const [rule] = await selectRows(
    work.manager,
    AlertRuleEntity,
    sql`${unswept(work.now)} ORDER BY t.id LIMIT 1`,
  );
  if (!rule) return false;
  if (!rule.active || rule.deletedAt !== null) {
    if (await closeRule(work, rule, closedAtOnce)) await saveSweep(work, rule, null);
    return true;
  }
  const after = await readCursor(work, rule);
  const upTo = await endOfPart(work, after);
  const last = await evaluateRule(work, rule, between(after, upTo));
  await saveSweep(work, rule, last ?? upTo);
  return true;
}

/** From the first customer when the rule or the day is another than that of the last part. */
async function readCursor({ manager, now }: Work, rule: AlertRule): Promise<Uint8Array> {
  const [row]: { customerId: Uint8Array }[] = await manager.query(
    'SELECT customerId FROM alertSweep WHERE ruleId = ? AND ruleVersion = ? AND day = ?',
    [idToBytes(rule.id), rule.version, companyDate(now)],
  );
  return row?.customerId ?? Buffer.alloc(0);
}

async function endOfPart({ manager }: Work, after: Uint8Array): Promise<Uint8Array | null> {
  const [row]: { id: Uint8Array }[] = await manager.query(
    `SELECT id FROM customerPulse WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${customersAtOnce - 1}`,
    [after],
  );
  return row?.id ?? null;
}

const between =
  (after: Uint8Array, upTo: Uint8Array | null): Subjects =>
  (column) =>
    upTo === null
      ? sql`${raw(column)} > ${after}`
      : sql`${raw(column)} > ${after} AND ${raw(column)} <= ${upTo}`;

/** Keeps how far the rule has come; no customer means that it is through. */
async function saveSweep(
  { manager, now }: Work,
  rule: AlertRule,
  upTo: Uint8Array | null,
): Promise<void> {
  await manager.query(
    `INSERT INTO alertSweep (ruleId, ruleVersion, day, customerId, isDone) VALUES (?, ?, ?, ?, ?) AS new
     ON DUPLICATE KEY UPDATE ruleVersion = new.ruleVersion, day = new.day,
       customerId = new.customerId, isDone = new.isDone`,
    [idToBytes(rule.id), rule.version, companyDate(now), upTo ?? Buffer.alloc(16), upTo === null],
  );
}
