import type { RequestContext } from '@crm/kit/context';
import { companyDate } from '@crm/kit/record/criteria';
import DataLoader from 'dataloader';
import { visibleStaff } from './staff-access.queries.ts';
import {
  elapsedShare,
  noActuals,
  periodOf,
  requireDay,
  type Period,
  type PeriodKind,
  type Result,
} from './performance.ts';
import { countOverdueContacts, readActuals, readTargets } from './performance.repository.ts';

export type AskedPeriod = { readonly kind: PeriodKind; readonly day?: string | null };

/** What somebody has reached in a period, and what was wanted. */
export type StaffPerformance = Result & { readonly period: Period };

export type Performances = {
  /** Null for somebody whose figures the viewer may not see. */
  readonly ofStaff: (staffId: string, asked: AskedPeriod) => Promise<StaffPerformance | null>;
  /** How many customers of somebody wait for a contact now. */
  readonly overdueContacts: (staffId: string) => Promise<number>;
};

/** Joins what is asked in one request: as many statements for a hundred of the staff as for one. */
export function performanceLoader(context: RequestContext): Performances {
  const staff = new DataLoader<Key, StaffPerformance | null, string>(
    (keys) => loadByPeriod(context, keys),
    { cacheKeyFn: nameOf },
  );
  const overdue = new DataLoader<string, number>(async (ids) => {
    const counts = await countOverdueContacts(context.app.db.manager, ids, context.app.now());
    return ids.map((id) => counts.get(id) ?? 0);
  });
  return {
    ofStaff: (staffId, asked) => staff.load({ staffId, period: periodAsked(context, asked) }),
    overdueContacts: (staffId) => overdue.load(staffId),
  };
}

type Key = { readonly staffId: string; readonly period: Period };

const nameOf = ({ staffId, period }: Key): string => `${staffId} ${period.kind} ${period.from}`;

export const periodAsked = ({ app }: RequestContext, { kind, day }: AskedPeriod): Period =>
  periodOf(kind, requireDay(day ?? companyDate(app.now())));

export const elapsedOf = ({ app }: RequestContext, period: Period): string =>
  elapsedShare(period, companyDate(app.now()));

async function loadByPeriod(
  context: RequestContext,
  keys: readonly Key[],
): Promise<(StaffPerformance | null)[]> {
  const visible = await visibleStaff(context, [...new Set(keys.map(({ staffId }) => staffId))]);
  const ids = visible.map(({ staffId }) => staffId);
  const found = new Map<string, StaffPerformance>();
  const periods = new Map(keys.map(({ period }) => [`${period.kind} ${period.from}`, period]));
  for (const period of periods.values()) {
    for (const each of await readPerformances(context, ids, period)) found.set(nameOf(each), each);
  }
  return keys.map((key) => found.get(nameOf(key)) ?? null);
}

/** In the order of the ids. Whether the viewer may see them was asked before. */
export async function readPerformances(
  { app }: RequestContext,
  staffIds: readonly string[],
  period: Period,
): Promise<readonly StaffPerformance[]> {
  const { manager } = app.db;
  const actuals = await readActuals(manager, staffIds, period);
  const targets = await readTargets(manager, { staffIds, teamIds: [] }, period);
  return staffIds.map((staffId) => ({
    staffId,
    period,
    actuals: actuals.get(staffId) ?? noActuals,
    targets: targets.get(staffId) ?? {},
  }));
}
