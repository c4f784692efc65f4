import { companyDate, compileCriteria, type CriteriaScope } from '@crm/kit/record/criteria';
import type { Work } from '@crm/kit/record/command';
import { findAllCustomFields } from '@crm/kit/record/custom-field';
import { sweepOn } from '@crm/kit/record/daily-sweep';
import { newRow, writeChanges } from '@crm/kit/record/record';
import { insertRows, selectRows } from '@crm/kit/record/store';
import { idToBytes, newId } from '@crm/kit/id';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { systemViewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import { customersChanged } from '../customer/customer.saved.ts';
import { findIndications } from './indication.repository.ts';
import {
  LifecycleSuggestionEntity,
  type Evidence,
  type LifecycleRule,
} from './lifecycle.fields.ts';
import { findRules, findSteps } from './lifecycle.repository.ts';
import { stepOf } from './lifecycle.ts';

const customersAtOnce = 1000;

/**
 * Has the rules look at customers that something happened with, and once a day at all. Tells whether
 * there is more to do at once.
 */
export async function evaluateOn(manager: EntityManager, now: Date): Promise<boolean> {
  const work: Work = {
    manager,
    now,
    viewer: systemViewer('customers:lifecycle'),
    requestId: newId(),
  };
  const hasDue = await evaluateDue(work);
  const sweep = { manager, now, table: 'lifecycleSweep' } as const;
  return (await sweepOn(sweep, (customers) => evaluate(work, customers))) || hasDue;
}

async function evaluateDue(work: Work): Promise<boolean> {
  const rows: { customerId: Uint8Array }[] = await work.manager.query(
    `SELECT customerId FROM lifecycleDue LIMIT ${customersAtOnce} FOR UPDATE SKIP LOCKED`,
  );
  if (rows.length === 0) return false;
  const ids = rows.map(({ customerId }) => customerId);
  await evaluate(work, sql`t.id IN (${ids})`);
  await work.manager.query('DELETE FROM lifecycleDue WHERE customerId IN (?)', [ids]);
  return rows.length === customersAtOnce;
}

/** A rule that looks at customers, whether it is one of ours or of what figures of elsewhere say. */
type Deciding = Pick<LifecycleRule, 'code' | 'minDwellDays' | 'mode' | 'priority' | 'toStage'> & {
  readonly matches: Sql;
  readonly reason: string | null;
  readonly evidence: ReadonlyMap<string, Evidence>;
};

/** Each customer follows one rule at most: that of the highest priority. */
async function evaluate(work: Work, subjects: Sql): Promise<void> {
  const steps = await findSteps(work.manager);
  const decided = new Set<string>();
  for (const rule of await decidingRules(work, subjects)) {
    const matches = await selectRows(
      work.manager,
      CustomerEntity,
      sql`WHERE ${subjects} AND t.deletedAt IS NULL AND t.lifecycleStage <> ${rule.toStage}
        AND ${rule.matches} AND ${mayLeave(work, rule)}
        ORDER BY t.id FOR UPDATE`,
    );
    const due = matches
      .filter(({ id }) => !decided.has(id))
      .filter(({ lifecycleStage: from }) => stepOf(steps, { from, to: rule.toStage })?.active);
    for (const { id } of due) decided.add(id);
    if (rule.mode === 'APPLY') await apply(work, rule, due);
    else await suggest(work, rule, due);
  }
}

/** Ours go first where two are of one priority. */
async function decidingRules(work: Work, subjects: Sql): Promise<readonly Deciding[]> {
  const scope: CriteriaScope = {
    entity: CustomerEntity,
    alias: 't',
    now: work.now,
    customFields: await findAllCustomFields(work.manager),
    mayRead: () => true,
    readable: () => raw('TRUE'),
  };
  const own = (await findRules(work.manager))
    .filter(({ active }) => active)
    .map(({ criteria, labels, ...rule }): Deciding => ({
      ...rule,
      matches: compileCriteria(scope, criteria ?? {}),
      reason: labels?.zh ?? null,
      evidence: new Map(),
    }));
  const indicated = (await findIndications(work.manager, subjects)).map((indication): Deciding => ({
    ...indication,
    matches: sql`t.id IN (${[...indication.evidence.keys()].map(idToBytes)})
        AND t.lifecycleStage = ${indication.fromStage}`,
    reason: null,
  }));
  return [...own, ...indicated].toSorted((a, b) => b.priority - a.priority);
}

/** Long enough at its stage, and not kept there by a person. */
const mayLeave = ({ now }: Work, { minDwellDays }: Deciding): Sql =>
  sql`NOT EXISTS (SELECT 1 FROM lifecycleTransition l WHERE l.customerId = t.id AND l.isCurrent = 1
    AND (l.createdAt > ${now} - INTERVAL ${minDwellDays} DAY OR l.reviewOn > ${companyDate(now)}))`;

async function apply(work: Work, rule: Deciding, customers: readonly Customer[]): Promise<void> {
  const changed = await writeChanges(
    work,
    CustomerEntity,
    customers.map((before) => ({
      before,
      changes: { lifecycleStage: { from: before.lifecycleStage, to: rule.toStage } },
    })),
  );
  const cause = { source: 'RULE', ruleCode: rule.code, reason: rule.reason } as const;
  await customersChanged(work, changed, { cause });
}

/** Nothing is proposed twice while a customer is at one stage, whatever was decided. */
async function suggest(work: Work, rule: Deciding, customers: readonly Customer[]): Promise<void> {
  if (customers.length === 0) return;
  const known = await selectRows(
    work.manager,
    LifecycleSuggestionEntity,
    sql`JOIN lifecycleTransition l ON l.customerId = t.customerId AND l.isCurrent = 1
      WHERE t.customerId IN (${customers.map(({ id }) => idToBytes(id))})
        AND t.ruleCode = ${rule.code} AND t.createdAt >= l.createdAt`,
  );
  const proposed = new Set(known.map(({ customerId }) => customerId));
  const rows = customers
    .filter(({ id }) => !proposed.has(id))
    .map((customer) =>
      newRow(work, LifecycleSuggestionEntity, {
        values: new Map<string, unknown>([
          ['customerId', customer.id],
          ['fromStage', customer.lifecycleStage],
          ['toStage', rule.toStage],
          ['ruleCode', rule.code],
          ['state', 'OPEN'],
          ['evidence', rule.evidence.get(customer.id) ?? null],
        ]),
        rules: {},
      }),
    );
  await insertRows(work.manager, LifecycleSuggestionEntity, rows);
}
