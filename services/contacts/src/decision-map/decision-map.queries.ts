import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import type { InfluencePath } from '../network/influence.queries.ts';
import { introducersTo } from '../network/introducer.queries.ts';
import type { DecisionMap, DecisionNode } from './decision-map.fields.ts';
import {
  findMaps,
  findMapsOfOpportunities,
  findNodes,
  lastCovered,
} from './decision-map.repository.ts';
import { daysBetween } from './decision-map.ts';

type MapArgs = { readonly customerId: string; readonly opportunityId?: string | null };

/** The map of a customer about an opportunity, or about none. */
export async function decisionMapOf(
  context: RequestContext & { readonly loaders: { readonly currentCustomer: Loader<string> } },
  { customerId, opportunityId = null }: MapArgs,
): Promise<DecisionMap | null> {
  if (!isId(customerId) || (opportunityId !== null && !isId(opportunityId))) return null;
  const current = await context.loaders.currentCustomer.loadRequired(customerId);
  const [map] = await findMaps(context, [{ customerId: current, opportunityId }]);
  return map ?? null;
}

export const opportunityMapLoader = (context: RequestContext): Loader<DecisionMap> =>
  loaderBy(async (ids) => {
    const maps = await findMapsOfOpportunities(context, ids.filter(isId));
    return new Map(maps.map((map) => [map.opportunityId ?? '', map]));
  });

/** The nodes of many maps in one statement. */
export const decisionNodesLoader = (context: RequestContext): Loader<readonly DecisionNode[]> =>
  loaderBy(async (mapIds) => {
    const nodes = await findNodes(context, mapIds);
    return new Map(mapIds.map((id) => [id, nodes.filter(({ mapId }) => mapId === id)]));
  });

export const lastCoveredLoader = (context: RequestContext): Loader<Date> =>
  loaderBy((personIds) => lastCovered(context, personIds));

export const isNodeActive = ({ endedOn }: DecisionNode, today: string): boolean =>
  endedOn === null || endedOn >= today;

export type DecisionGap = {
  readonly node: DecisionNode;
  /** Null when the person was never met. */
  readonly daysSince: number | null;
  readonly introduction: InfluencePath | null;
};

export type DecisionCoverage = {
  readonly map: DecisionMap;
  readonly covered: number;
  readonly gaps: readonly DecisionGap[];
};

type Reading = RequestContext & {
  readonly loaders: {
    readonly currentCustomer: Loader<string>;
    readonly decisionNodes: Loader<readonly DecisionNode[]>;
    readonly lastCovered: Loader<Date>;
    readonly person: Loader<object>;
  };
};

const daysMax = 3650;

/** Who on a map was not met for so many days, and who of our staff can best introduce somebody to each. */
export async function decisionCoverage(
  context: Reading,
  { days, ...args }: MapArgs & { readonly days: number },
): Promise<DecisionCoverage | null> {
  if (days < 1 || days > daysMax) throw invalid(`days takes 1 to ${daysMax}`);
  const map = await decisionMapOf(context, args);
  if (!map) return null;
  const now = context.app.now();
  const nodes = await readableNodes(context, map.id);
  const since = await Promise.all(
    nodes.map(async ({ personId }) => {
      const lastAt = await context.loaders.lastCovered.load(personId);
      return lastAt && daysBetween(lastAt, now);
    }),
  );
  const open = nodes.flatMap((node, at) => {
    const daysSince = since[at] ?? null;
    return daysSince === null || daysSince >= days ? [{ node, daysSince }] : [];
  });
  const introductions = await introducersTo(
    context,
    open.map(({ node }) => node.personId),
    1,
  );
  return {
    map,
    covered: nodes.length - open.length,
    gaps: open.map((gap) => ({
      ...gap,
      introduction: introductions.get(gap.node.personId)?.[0] ?? null,
    })),
  };
}

/** Those who decide today and whom the viewer may read. */
async function readableNodes({ app, loaders }: Reading, mapId: string): Promise<DecisionNode[]> {
  const today = companyDate(app.now());
  const nodes = (await loaders.decisionNodes.load(mapId)) ?? [];
  const people = await Promise.all(nodes.map(({ personId }) => loaders.person.load(personId)));
  return nodes.filter((node, at) => isNodeActive(node, today) && people[at] !== null);
}
