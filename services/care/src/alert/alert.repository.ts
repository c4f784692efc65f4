import { companyDate } from '@crm/kit/record/criteria';
import type { Work } from '@crm/kit/record/command';
import type { EventType } from '@crm/kit/event/event';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { newRow } from '@crm/kit/record/record';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { findByIds, insertRows } from '@crm/kit/record/store';
import {
  AlertAssigned,
  AlertEscalated,
  AlertOpened,
  AlertResolved,
  AlertWoken,
  type AlertData,
} from '@crm/schemas/events/alert';
import { classOf, conditionSql, matchSql } from '../rule/rule.repository.ts';
import type { AlertRule } from '../rule/rule.fields.ts';
import { evidenceOf, type Match } from '../rule/rule.ts';
import { tell } from './alert.events.ts';
import { AlertEntity, type Alert } from './alert.fields.ts';

/** Which customers to look at, as a condition on the column that holds their id. */
export type Subjects = (column: string) => Sql;

/** More are never opened in one transaction. */
const openedAtOnce = 2000;

/**
 * Brings the alerts of one rule and some customers up to date, in the caller's transaction. Gives the
 * last customer, by id, who got an alert when there may be more after it, else null.
 */
export async function evaluateRule(
  work: Work,
  rule: AlertRule,
  subjects: Subjects,
): Promise<Uint8Array | null> {
  await closeEnded(work, rule, subjects);
  const last = await openNew(work, rule, subjects);
  await assignAnew(work, rule, subjects);
  return last;
}

type Found = Match &
  Pick<Alert, 'class'> & { readonly id: Uint8Array; readonly assigneeId: Uint8Array | null };

/** The one above the customer's owner, or the owner where there is nobody. */
const lead = 'COALESCE(s.managerId, p.ownerId)';

/** Who has an alert that is not escalated: owners may not read what is confidential. */
const assigneeOf = ({ route }: AlertRule, alertClass: string): string =>
  ({
    OWNER: `IF(${alertClass} IN ('CONFIDENTIAL', 'SENSITIVE'), ${lead}, p.ownerId)`,
    TEAM_LEAD: lead,
    ROLE: 'NULL',
  })[route];

async function openNew(
  work: Work,
  rule: AlertRule,
  subjects: Subjects,
): Promise<Uint8Array | null> {
  const { columns, joins } = matchSql(rule, work.now);
  const alertClass = classOf(rule);
  const { text, values } = sql`
    SELECT p.id, ${columns}, ${raw(alertClass)} AS class,
      ${raw(assigneeOf(rule, alertClass))} AS assigneeId
    FROM customerPulse p LEFT JOIN staffMember s ON s.id = p.ownerId ${joins}
    WHERE ${and([subjects('p.id'), conditionSql(rule, { alias: 'p', now: work.now })])}
      AND NOT EXISTS (SELECT 1 FROM alert a
        WHERE a.ruleId = ${idToBytes(rule.id)} AND a.customerId = p.id AND a.place = 1)
    ORDER BY p.id LIMIT ${raw(String(openedAtOnce))}`;
  const found: Found[] = await work.manager.query(text, [...values]);
  const alerts = found.map((each) => newAlert(work, rule, each));
  await insertRows(work.manager, AlertEntity, alerts);
  await tell(work, { type: AlertOpened, alerts });
  return found.length < openedAtOnce ? null : (found.at(-1)?.id ?? null);
}

const dayMs = 86_400_000;

function newAlert(work: Work, rule: AlertRule, { id, assigneeId, ...match }: Found): Alert {
  const { escalateAfterDays } = rule;
  const values = {
    ruleId: rule.id,
    ruleCode: rule.code,
    customerId: idFromBytes(id),
    state: 'OPEN',
    severity: rule.severity,
    openedAt: work.now,
    evidence: evidenceOf(rule, match, companyDate(work.now)),
    class: match.class,
    creditUsedPercent: match.creditUsedPercent,
    assigneeId: assigneeId && idFromBytes(assigneeId),
    assigneeRole: rule.role,
    escalateAt:
      escalateAfterDays === null ? null : new Date(work.now.getTime() + escalateAfterDays * dayMs),
  };
  return newRow(work, AlertEntity, { values: new Map(Object.entries(values)), rules: {} });
}

/** A rule that does not resolve its alerts still lets a dismissed one come back later. */
async function closeEnded(work: Work, rule: AlertRule, subjects: Subjects): Promise<void> {
  const holds = conditionSql(rule, { alias: 'p', now: work.now });
  const ended = sql`t.ruleId = ${idToBytes(rule.id)} AND t.place = 1 AND ${subjects('t.customerId')}
    AND NOT COALESCE(${holds}, FALSE)`;
  await freeDismissed(work, ended);
  if (rule.autoResolve) await resolve(work, sql`${ended} AND t.state <> 'DISMISSED'`);
}

async function freeDismissed({ manager, now }: Work, where: Sql): Promise<void> {
  const { text, values } = sql`UPDATE ${joined} SET t.endedAt = ${now}
    WHERE ${where} AND t.state = 'DISMISSED'`;
  await manager.query(text, [...values]);
}

const resolve = (work: Work, where: Sql): Promise<number> =>
  move(work, {
    where,
    set: sql`t.state = 'RESOLVED', t.closedAt = ${work.now}, t.snoozedUntil = NULL`,
    type: AlertResolved,
  });

/** Ends what a rule that is not active any more has found, so many alerts at a time. */
export async function closeRule(work: Work, rule: AlertRule, limit: number): Promise<boolean> {
  const where = sql`t.ruleId = ${idToBytes(rule.id)} AND t.place = 1`;
  await freeDismissed(work, where);
  return (await resolve(work, sql`${where} LIMIT ${raw(String(limit))}`)) < limit;
}

/** Alerts follow the customer's owner, those above, and the rule. */
async function assignAnew(work: Work, rule: AlertRule, subjects: Subjects): Promise<void> {
  const due = `IF(t.escalatedAt IS NULL, ${assigneeOf(rule, 't.class')}, ${lead})`;
  await move(work, {
    where: sql`t.ruleId = ${idToBytes(rule.id)} AND t.place = 1 AND ${subjects('t.customerId')}
      AND t.state <> 'DISMISSED'
      AND NOT (t.assigneeId <=> ${raw(due)} AND t.assigneeRole <=> ${rule.role})`,
    set: sql`t.assigneeId = ${raw(due)}, t.assigneeRole = ${rule.role}`,
    type: AlertAssigned,
  });
}

const snoozeIsOver = (now: Date): Sql => sql`t.state = 'SNOOZED' AND t.snoozedUntil <= ${now}`;

const escalationIsDue = (now: Date): Sql =>
  sql`t.state = 'OPEN' AND t.escalatedAt IS NULL AND t.escalateAt <= ${now}`;

/** Whether time alone has made something of an alert due. */
export const timedIsDue = (now: Date): Sql =>
  sql`EXISTS (SELECT 1 FROM alert t WHERE ${snoozeIsOver(now)})
    OR EXISTS (SELECT 1 FROM alert t WHERE ${escalationIsDue(now)})`;

/** Opens again what was snoozed until now. */
export const wakeSnoozed = (work: Work, limit: number): Promise<number> =>
  move(work, {
    where: sql`${snoozeIsOver(work.now)} LIMIT ${raw(String(limit))}`,
    set: sql`t.state = 'OPEN', t.snoozedUntil = NULL`,
    type: AlertWoken,
  });

/** Hands what nobody has seen to in time to the one above the owner. */
export const escalateOverdue = (work: Work, limit: number): Promise<number> =>
  move(work, {
    where: sql`${escalationIsDue(work.now)} LIMIT ${raw(String(limit))}`,
    set: sql`t.escalatedAt = ${work.now}, t.assigneeId = ${raw(lead)}`,
    type: AlertEscalated,
  });

const joined = raw(
  'alert t JOIN customerPulse p ON p.id = t.customerId LEFT JOIN staffMember s ON s.id = p.ownerId',
);

type Move = { readonly where: Sql; readonly set: Sql; readonly type: EventType<AlertData> };

type Held = { readonly id: Uint8Array; readonly assigneeId: Uint8Array | null };

/** Takes the alerts that a condition names one step on, and tells of it. Gives their number. */
async function move(work: Work, { where, set, type }: Move): Promise<number> {
  const { manager, now } = work;
  const found = sql`SELECT t.id, t.assigneeId FROM ${joined} WHERE ${withLock(where)}`;
  const rows: Held[] = await manager.query(found.text, [...found.values]);
  if (rows.length === 0) return 0;
  const former = new Map(
    rows.map(({ id, assigneeId }) => [idFromBytes(id), assigneeId && idFromBytes(assigneeId)]),
  );
  const ids = [...former.keys()];
  const { text, values } = sql`UPDATE ${joined} SET t.version = t.version + 1, t.updatedAt = ${now},
      t.updatedById = NULL, ${set}
    WHERE t.id IN (${ids.map(idToBytes)})`;
  await manager.query(text, [...values]);
  await tell(work, { type, alerts: await findByIds(manager, AlertEntity, { ids }), former });
  return ids.length;
}

const withLock = ({ text, values }: Sql): Sql => ({ text: `${text} FOR UPDATE OF t`, values });
