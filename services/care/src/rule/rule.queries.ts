import { companyDate } from '@crm/kit/record/criteria';
import type { RequestContext } from '@crm/kit/context';
import { refused } from '@crm/kit/record/input';
import { idFromBytes } from '@crm/kit/id';
import { allow, scopeSql } from '@crm/kit/record/policy';
import type { Reference } from '@crm/kit/record/reference';
import { and, raw, sql } from '@crm/kit/sql';
import { PulseEntity } from '../pulse/pulse.fields.ts';
import { AlertRuleEntity } from './rule.fields.ts';
import { conditionSql, criteriaProblems, type Terms } from './rule.repository.ts';
import { clockOf, daysBetween, isTree, ruleProblems, thresholdFor } from './rule.ts';

type Input = Pick<Terms, 'kind'> & {
  readonly criteria?: unknown;
  readonly thresholdDays?: number | null;
  readonly levelThresholds?: Terms['levelThresholds'];
};

export type RulePreview = {
  readonly matches: number;
  readonly sample: readonly {
    readonly customer: Reference;
    readonly level: string | null;
    readonly days: number | null;
    readonly thresholdDays: number | null;
  }[];
};

type Row = {
  readonly id: Uint8Array;
  readonly level: string | null;
  readonly since: string | null;
};

const sampleSize = 20;
const labels = { zh: '-', en: '-' };

/** Whom a rule would find now, among the customers that the viewer may read. Stores nothing. */
export async function previewRule(
  { app, viewer }: RequestContext,
  input: Input,
): Promise<RulePreview> {
  allow(viewer, 'manage', 'alert rules');
  const now = app.now();
  const rule = readTerms(input, now);

  const clock = clockOf(rule);
  const condition = and([
    conditionSql(rule, { alias: 'p', now }),
    scopeSql(viewer, 'read', { entity: PulseEntity, alias: 'p', now }),
  ]);
  const count = sql`SELECT COUNT(*) AS matches FROM customerPulse p WHERE ${condition}`;
  const [counted]: { matches: number }[] = await app.db.manager.query(count.text, [
    ...count.values,
  ]);
  const some = sql`SELECT p.id, p.level, ${raw(clock === null ? 'NULL' : `p.${clock}`)} AS since
    FROM customerPulse p WHERE ${condition} ORDER BY since, p.id LIMIT ${raw(String(sampleSize))}`;
  const rows: Row[] = await app.db.manager.query(some.text, [...some.values]);
  return {
    matches: counted?.matches ?? 0,
    sample: rows.map(({ id, level, since }) => ({
      customer: { id: idFromBytes(id) },
      level,
      days: since === null ? null : daysBetween(since, companyDate(now)),
      thresholdDays: since === null ? null : thresholdFor(rule, level),
    })),
  };
}

function readTerms({ kind, criteria, thresholdDays, levelThresholds }: Input, now: Date): Terms {
  const rule = {
    kind,
    criteria: isTree(criteria) ? criteria : {},
    thresholdDays: thresholdDays ?? null,
    levelThresholds: levelThresholds ?? null,
  };
  const given = { ...rule, criteria, labels, escalateAfterDays: null };
  const problems = [...ruleProblems(given), ...criteriaProblems(rule, now)];
  if (problems.length > 0) throw refused(AlertRuleEntity, problems);
  return rule;
}
