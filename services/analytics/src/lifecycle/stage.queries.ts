import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { readsCompany, scopeSql } from '@crm/kit/record/policy';
import { sql } from '@crm/kit/sql';
import { CustomerEntity } from '../customer/customer.fields.ts';
import type { StageRule } from './stage-rule.fields.ts';
import { findStageRules, type Suggestion } from './stage.repository.ts';

/** The rules, that of the highest priority first; none for those who are not of the company. */
export const allStageRules = async ({ app, viewer }: RequestContext): Promise<StageRule[]> =>
  readsCompany(viewer) ? findStageRules(app.db.manager) : [];

export type ShownSuggestion = Omit<Suggestion, 'version'> & { readonly rule: StageRule };

type Row = Omit<ShownSuggestion, 'customerId' | 'rule'> & { readonly customerId: Uint8Array };

/** What is suggested of many customers, those that the viewer may read. */
export const suggestionLoader = (context: RequestContext): Loader<ShownSuggestion> =>
  loaderBy(async (customerIds) => {
    const { app, viewer } = context;
    const ids = customerIds.filter(isId);
    if (ids.length === 0) return new Map();
    const scope = scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 'c', now: app.now() });
    const { text, values } =
      sql`SELECT s.customerId, s.ruleCode, s.fromStage, s.toStage, s.evidence, s.since
      FROM stageSuggestion s JOIN customer c ON c.id = s.customerId AND c.deletedAt IS NULL
      WHERE s.customerId IN (${ids.map(idToBytes)}) AND s.endedAt IS NULL AND ${scope}`;
    const rows: Row[] = await app.db.manager.query(text, [...values]);
    const rules = rows.length === 0 ? [] : await findStageRules(app.db.manager);
    return new Map(
      rows.flatMap((row): [string, ShownSuggestion][] => {
        const rule = rules.find(({ code }) => code === row.ruleCode);
        const customerId = idFromBytes(row.customerId);
        return rule ? [[customerId, { ...row, customerId, rule }]] : [];
      }),
    );
  });
