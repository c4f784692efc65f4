import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import {
  seesEverybody,
  seesTeam,
  staffOfTeams,
  teamTree,
  type Member,
} from './staff-access.queries.ts';
import {
  periodAsked,
  readPerformances,
  type AskedPeriod,
  type StaffPerformance,
} from './performance.queries.ts';
import { readTargets } from './performance.repository.ts';
import {
  noActuals,
  ranked,
  sumOf,
  sumOfTargets,
  type Actuals,
  type Period,
  type RankedBy,
  type Targets,
} from './performance.ts';
import { TargetEntity, type PerformanceTarget } from './target.fields.ts';

/** A team with all below it: what its members have reached together. */
export type TeamPerformance = {
  readonly teamId: string;
  readonly period: Period;
  readonly actuals: Actuals;
  readonly targets: Targets;
  readonly members: readonly StaffPerformance[];
};

/** Null for a team that is unknown or whose figures the viewer may not see. */
export async function teamPerformance(
  context: RequestContext,
  teamId: string,
  asked: AskedPeriod,
): Promise<TeamPerformance | null> {
  const period = periodAsked(context, asked);
  if (!seesTeam(context.viewer, teamId)) return null;
  const tree = await teamTree(context.app.db.manager, teamId);
  if (tree.length === 0) return null;
  const members = await performancesOf(context, await staffOfTeams(context, tree), period);
  const own = await readTargets(
    context.app.db.manager,
    { staffIds: [], teamIds: [teamId] },
    period,
  );
  return {
    teamId,
    period,
    members,
    actuals: sumOf(members.map(({ actuals }) => actuals)),
    targets: { ...sumOfTargets(members.map(({ targets }) => targets)), ...own.get(teamId) },
  };
}

/** Those who left are there as long as they have reached something in the period. */
async function performancesOf(
  context: RequestContext,
  staff: readonly Member[],
  period: Period,
): Promise<readonly StaffPerformance[]> {
  const active = new Set(staff.flatMap(({ staffId, isActive }) => (isActive ? staffId : [])));
  const ids = staff.map(({ staffId }) => staffId);
  const all = await readPerformances(context, ids, period);
  return all.filter(({ staffId, actuals }) => active.has(staffId) || actuals !== noActuals);
}

type RankingArgs = RankedBy & { readonly first?: number | null; readonly after?: string | null };

/** Everybody whose figures the viewer may see, the best first. */
export async function staffRanking(
  context: RequestContext,
  { period, ...args }: RankingArgs & { readonly period: AskedPeriod },
): Promise<Connection<StaffPerformance>> {
  const staff = await staffOfTeams(context, null);
  return rankingPage(await performancesOf(context, staff, periodAsked(context, period)), args);
}

const sizes = { usual: 20, max: 100 } as const;

/** A page goes on after somebody's place, whatever that is now. */
export function rankingPage(
  rows: readonly StaffPerformance[],
  { first, after, ...wanted }: RankingArgs,
): Connection<StaffPerformance> {
  const size = sizeOf(first ?? sizes.usual);
  const all = ranked(rows, wanted);
  const start = after ? placeAfter(all, after) : 0;
  const edges = all.slice(start, start + size).map((node) => ({ cursor: cursorOf(node), node }));
  const [startCursor = null, endCursor = null] = [edges.at(0)?.cursor, edges.at(-1)?.cursor];
  return {
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: {
      hasNextPage: start + size < all.length,
      hasPreviousPage: start > 0,
      startCursor,
      endCursor,
    },
    totalCount: async () => all.length,
  };
}

function sizeOf(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= sizes.max) return first;
  throw invalid(`Ask for 1 to ${sizes.max} of the staff`, [
    { path: 'first', message: `must be 1 to ${sizes.max}` },
  ]);
}

const cursorOf = ({ staffId }: StaffPerformance): string =>
  Buffer.from(staffId).toString('base64url');

function placeAfter(all: readonly StaffPerformance[], cursor: string): number {
  const at = all.findIndex((row) => cursorOf(row) === cursor);
  if (at >= 0) return at + 1;
  throw invalid('This cursor belongs to another list', [
    { path: 'after', message: 'is not a cursor of this list' },
  ]);
}

/** Targets of those whose figures the viewer may see. */
export async function targetPage(
  context: RequestContext,
  args: PageArgs,
): Promise<Connection<PerformanceTarget>> {
  if (seesEverybody(context.viewer)) return listPage(context, TargetEntity, args);
  const staff = await staffOfTeams(context, null);
  const teamIds = context.viewer.teamIds.filter((teamId) => seesTeam(context.viewer, teamId));
  const own = {
    any: [{ staffId: { in: staff.map(({ staffId }) => staffId) } }, { teamId: { in: teamIds } }],
  };
  return listPage(context, TargetEntity, { ...args, where: { all: [own, args.where ?? {}] } });
}
