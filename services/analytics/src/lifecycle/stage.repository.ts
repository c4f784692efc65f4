import { recordMany } from '@crm/kit/event/outbox';
import type { NewEvent } from '@crm/kit/event/event';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { sweepOn } from '@crm/kit/record/daily-sweep';
import { columnNamed, valueAt, type Column } from '@crm/kit/record/entity';
import { selectRows } from '@crm/kit/record/store';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { LifecycleSuggested, LifecycleWithdrawn } from '@crm/schemas/events/lifecycle';
import type { EntityManager } from 'typeorm';
import {
  compileStored,
  isLiveRow,
  storedScope,
  type StoredScope,
} from '../report/criteria.repository.ts';
import { CustomerReportRow, type ReportRow } from '../report/report.fields.ts';
import { isOpen } from '../strictness.ts';
import { StageRuleEntity, type Evidence, type StageRule } from './stage-rule.fields.ts';
import { fieldsIn } from './stage-rule.ts';

export const rulesMax = 100;

export const findStageRules = (manager: EntityManager): Promise<StageRule[]> =>
  selectRows(
    manager,
    StageRuleEntity,
    sql`WHERE t.deletedAt IS NULL ORDER BY t.priority DESC, t.code LIMIT ${raw(String(rulesMax))}`,
  );

export type Evaluation = { readonly manager: EntityManager; readonly now: Date };

/** What figures say of a customer's stage, since when, and the rule that says so. */
export type Suggestion = {
  readonly customerId: string;
  readonly version: number;
  readonly ruleCode: string;
  readonly fromStage: string;
  readonly toStage: string;
  readonly evidence: readonly Evidence[];
  readonly since: Date;
};

type Fresh = Omit<Suggestion, 'since' | 'version'> & { readonly rule: StageRule };

/** Has the rules look at the customers \`t\` that a condition names, and tells what is new. */
export async function evaluateStages(evaluation: Evaluation, customers: Sql): Promise<void> {
  const { manager, now } = evaluation;
  const stored = await lockSuggestions(manager, customers);
  const scope = await storedScope(manager, now);
  const fresh = new Map<string, Fresh>();
  for (const rule of (await findStageRules(manager)).filter(({ active }) => active)) {
    for (const row of await matching(manager, rule, { scope, customers })) {
      if (!fresh.has(row.id)) fresh.set(row.id, suggestionOf(rule, row, scope));
    }
  }
  const begun = [...fresh.values()].filter((each) => isNew(each, stored.get(each.customerId)));
  const ended = [...stored.values()].filter(
    ({ customerId, isEnded }) => !isEnded && !fresh.has(customerId),
  );
  await save(evaluation, begun, stored);
  await end(evaluation, ended);
}

/** The rule of the highest priority that holds counts. */
const matching = (
  manager: EntityManager,
  { criteria, toStage }: StageRule,
  { scope, customers }: { readonly scope: StoredScope; readonly customers: Sql },
): Promise<ReportRow[]> =>
  selectRows(
    manager,
    CustomerReportRow,
    sql`WHERE ${isLiveRow} AND ${customers} AND t.lifecycleStage <> ${toStage}
      AND (${compileStored(scope, criteria)}) ORDER BY t.id`,
  );

const suggestionOf = (rule: StageRule, row: ReportRow, scope: StoredScope): Fresh => ({
  customerId: row.id,
  ruleCode: rule.code,
  fromStage: row.lifecycleStage,
  toStage: rule.toStage,
  evidence: fieldsIn(rule.criteria ?? {}).flatMap((field) => evidenceOf(field, row, scope) ?? []),
  rule,
});

/** Null for what events may not hold. */
const evidenceOf = (field: string, row: ReportRow, scope: StoredScope): Evidence | null =>
  field.startsWith('custom.')
    ? customEvidence(field, row, scope)
    : figureEvidence(field, columnNamed(CustomerReportRow, field), row);

function figureEvidence(
  field: string,
  column: Column | undefined,
  row: ReportRow,
): Evidence | null {
  if (!column || !isOpen(column.field.class ?? 'INTERNAL')) return null;
  return { field, labels: column.field.label, value: valueAt(row, column.path) };
}

function customEvidence(field: string, row: ReportRow, scope: StoredScope): Evidence | null {
  const key = field.slice('custom.'.length);
  const custom = scope.customFields.get(`Customer.${key}`);
  if (!custom || !isOpen(custom.class)) return null;
  return { field, labels: custom.labels, value: row.customFields?.[key] ?? null };
}

type Stored = Pick<Suggestion, 'customerId' | 'fromStage' | 'ruleCode' | 'toStage' | 'version'> & {
  readonly isEnded: boolean;
};

/** The same suggestion with other figures is told once. */
const isNew = (fresh: Fresh, stored: Stored | undefined): boolean =>
  !stored ||
  stored.isEnded ||
  stored.ruleCode !== fresh.ruleCode ||
  stored.fromStage !== fresh.fromStage ||
  stored.toStage !== fresh.toStage;

async function lockSuggestions(
  manager: EntityManager,
  customers: Sql,
): Promise<ReadonlyMap<string, Stored>> {
  const { text, values } = sql`SELECT s.customerId, s.version, s.ruleCode, s.fromStage, s.toStage,
      s.endedAt IS NOT NULL AS isEnded
    FROM stageSuggestion s JOIN customer t ON t.id = s.customerId WHERE ${customers} FOR UPDATE OF s`;
  const rows: (Omit<Stored, 'customerId' | 'isEnded'> & {
    customerId: Uint8Array;
    isEnded: number;
  })[] = await manager.query(text, [...values]);
  return new Map(
    rows.map(({ customerId: bytes, isEnded, ...row }) => {
      const customerId = idFromBytes(bytes);
      return [customerId, { ...row, customerId, isEnded: isEnded === 1 }];
    }),
  );
}

async function save(
  { manager, now }: Evaluation,
  begun: readonly Fresh[],
  stored: ReadonlyMap<string, Stored>,
): Promise<void> {
  if (begun.length === 0) return;
  const versionOf = ({ customerId }: Fresh): number => (stored.get(customerId)?.version ?? 0) + 1;
  await manager.query(
    `INSERT INTO stageSuggestion (customerId, version, ruleCode, fromStage, toStage, evidence, since)
     VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE version = fresh.version, ruleCode = fresh.ruleCode,
       fromStage = fresh.fromStage, toStage = fresh.toStage, evidence = fresh.evidence,
       since = fresh.since, endedAt = NULL`,
    [
      begun.map((each) => [
        idToBytes(each.customerId),
        versionOf(each),
        each.ruleCode,
        each.fromStage,
        each.toStage,
        JSON.stringify(each.evidence),
        now,
      ]),
    ],
  );
  await recordMany(
    manager,
    begun.map((each): NewEvent => {
      const { customerId, fromStage: from, toStage: to, ruleCode, rule } = each;
      const { mode, priority, minDwellDays } = rule;
      const evidence = each.evidence.map(({ field, value }) => ({ field, value }));
      return {
        type: LifecycleSuggested,
        ...about(customerId, versionOf(each)),
        data: { customerId, from, to, ruleCode, mode, priority, minDwellDays, evidence },
      };
    }),
  );
}

/** A customer has one, which is the aggregate. */
const about = (customerId: string, version: number): Omit<NewEvent, 'data' | 'type'> => ({
  aggregateId: customerId,
  version,
  customerId,
  actor: null,
  changedFields: [],
});

async function end({ manager, now }: Evaluation, ended: readonly Stored[]): Promise<void> {
  if (ended.length === 0) return;
  await manager.query(
    'UPDATE stageSuggestion SET endedAt = ?, version = version + 1 WHERE customerId IN (?)',
    [now, ended.map(({ customerId }) => idToBytes(customerId))],
  );
  await recordMany(
    manager,
    ended.map(({ customerId, version, ruleCode }) => ({
      type: LifecycleWithdrawn,
      ...about(customerId, version + 1),
      data: { customerId, ruleCode },
    })),
  );
}

/** Goes on with looking at all customers: once a day, as the same criteria hold for others tomorrow. */
export const sweepStages = (evaluation: Evaluation): Promise<boolean> =>
  sweepOn({ ...evaluation, table: 'stageSweep' }, (customers) =>
    evaluateStages(evaluation, customers),
  );

/** Has all customers looked at once more today. */
export const sweepAgain = async ({ manager, now }: Evaluation): Promise<void> => {
  await manager.query('DELETE FROM stageSweep WHERE day = ?', [companyDate(now)]);
};
