import { companyDate } from '@crm/kit/record/criteria';
import type { RequestContext } from '@crm/kit/context';
import { refused } from '@crm/kit/record/input';
import { idFromBytes } from '@crm/kit/id';
import { allow, scopeSql } from '@crm/kit/record/policy';
import type { Reference } from '@crm/kit/record/reference';
import { and, raw, sql } from '@crm/kit/sql';
import type { Evidence } from '../alert/alert.fields.ts';
import { PulseEntity } from '../pulse/pulse.fields.ts';
import { AlertRuleEntity } from './rule.fields.ts';
import { conditionSql, criteriaProblems, matchSql, type Terms } from './rule.repository.ts';
import { evidenceOf, isTree, ruleProblems, type Match } from './rule.ts';

type Input = Pick<Terms, 'kind'> &
  Partial<Omit<Terms, 'criteria' | 'kind'>> & { readonly criteria?: unknown };

export type RulePreview = {
  readonly matches: number;
  readonly sample: readonly RuleMatch[];
};

export type RuleMatch = Evidence & {
  readonly customer: Reference;
  readonly creditUsedPercent: number | null;
};

type Row = Match & { readonly id: Uint8Array };

const sampleSize = 20;

/** Whom a rule would find now, among the customers that the viewer may read. Stores nothing. */
export async function previewRule(
  { app, viewer }: RequestContext,
  input: Input,
): Promise<RulePreview> {
  allow(viewer, 'manage', 'alert rules');
  const now = app.now();
  const rule = readTerms(input, now);

  const { columns, joins } = matchSql(rule, now);
  const condition = and([
    conditionSql(rule, { alias: 'p', now }),
    scopeSql(viewer, 'read', { entity: PulseEntity, alias: 'p', now }),
  ]);
  const count = sql`SELECT COUNT(*) AS matches FROM customerPulse p WHERE ${condition}`;
  const [counted]: { matches: number }[] = await app.db.manager.query(count.text, [
    ...count.values,
  ]);
  const some = sql`SELECT p.id, ${columns} FROM customerPulse p ${joins} WHERE ${condition}
    ORDER BY since, creditUsedPercent DESC, p.id LIMIT ${raw(String(sampleSize))}`;
  const rows: Row[] = await app.db.manager.query(some.text, [...some.values]);
  return {
    matches: counted?.matches ?? 0,
    sample: rows.map(({ id, ...match }) => ({
      customer: { id: idFromBytes(id) },
      creditUsedPercent: match.creditUsedPercent,
      ...evidenceOf(rule, match, companyDate(now)),
    })),
  };
}

/** The rest of a rule, which has nothing to do with whom it finds. */
const rest = {
  labels: { zh: '-', en: '-' },
  escalateAfterDays: null,
  route: 'OWNER',
  role: null,
} as const;

function readTerms({ kind, criteria, ...input }: Input, now: Date): Terms {
  const rule = {
    kind,
    criteria: isTree(criteria) ? criteria : {},
    thresholdDays: input.thresholdDays ?? null,
    levelThresholds: input.levelThresholds ?? null,
    thresholdPercent: input.thresholdPercent ?? null,
    levelPercents: input.levelPercents ?? null,
    model: input.model ?? null,
  };
  const given = { ...rule, ...rest, criteria };
  const problems = [...ruleProblems(given), ...criteriaProblems(rule, now)];
  if (problems.length > 0) throw refused(AlertRuleEntity, problems);
  return rule;
}
