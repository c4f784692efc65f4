import type { RequestContext } from '@crm/kit/context';
import { atMost, reach, sideFrom, strongest, type Side } from './influence.ts';
import { findNeighbours, readableOf, type Ties } from './network.repository.ts';
import type { PersonKey, Step } from './person-key.ts';

type Search = {
  readonly ties: Ties;
  /** From whom ways begin, with the strength to begin with. */
  readonly starts: ReadonlyMap<PersonKey, number>;
  readonly to: PersonKey;
  readonly maxHops: number;
};

export type Between = {
  /** Holds every relationship on a way of so many hops, over people whom the viewer may read. */
  readonly links: readonly Step[];
  /** One of the bounds below left something out. */
  readonly isTruncated: boolean;
};

/** What one search reads at most. Of what is more the strongest is taken. */
const bounds = {
  /** Relationships of one person. */
  perPerson: 1000,
  /** Relationships that a statement reads: the more people, the fewer of each. */
  perStatement: 2000,
  /** People of a level whose relationships are read. */
  people: 200,
  /** People of a level who are looked up. */
  lookedUp: 1500,
  ms: 500,
} as const;

type Loading = {
  readonly context: RequestContext;
  readonly ties: Ties;
  readonly links: Step[];
  isTruncated: boolean;
};

/**
 * Reads the network from both ends at once, a statement a level and side: of a way of at most so
 * many hops the first half is seen from its start and the second half from its end.
 */
export async function loadBetween(
  context: RequestContext,
  { ties, starts, to, maxHops }: Search,
): Promise<Between> {
  const loading: Loading = { context, ties, links: [], isTruncated: false };
  const [near, far] = [sideFrom(starts), sideFrom(new Map([[to, 100]]))];
  const levels = { near: Math.ceil(maxHops / 2), far: Math.floor(maxHops / 2) };
  const startedAt = performance.now();
  for (let level = 0; level < levels.near; level += 1) {
    if (performance.now() - startedAt > bounds.ms) {
      loading.isTruncated = true;
      break;
    }
    await Promise.all([
      goOn(loading, near, level),
      ...(level < levels.far ? [goOn(loading, far, level)] : []),
    ]);
  }
  const allowed = await allowedOf(loading, near, far);
  const links = loading.links.filter(
    ({ from, to: other }) => allowed.has(from) && allowed.has(other),
  );
  return { links, isTruncated: loading.isTruncated };
}

/** Reads the relationships of those whom a side reached last. */
async function goOn(loading: Loading, side: Side, level: number): Promise<void> {
  const { context, ties, links } = loading;
  // Whom the search begins with has been looked up.
  const people = level === 0 ? side.frontier : await readableFrontier(loading, side);
  const chosen = strongest(side, people, bounds.people);
  if (chosen.length < people.length) loading.isTruncated = true;
  const perPerson = Math.min(
    bounds.perPerson,
    Math.floor(bounds.perStatement / Math.max(1, chosen.length)),
  );
  const found = await findNeighbours(context, chosen, { ...ties, perPerson: perPerson + 1 });
  const { steps, isTruncated } = atMost(found, perPerson);
  if (isTruncated) loading.isTruncated = true;
  links.push(...steps);
  for (const person of chosen) side.expanded.add(person);
  side.frontier = [...reach(side, steps)];
}

async function readableFrontier(loading: Loading, side: Side): Promise<readonly PersonKey[]> {
  const candidates = strongest(side, side.frontier, bounds.lookedUp);
  if (candidates.length < side.frontier.length) loading.isTruncated = true;
  const readable = await readableOf(loading.context, candidates);
  return candidates.filter((key) => readable.has(key));
}

/** Whom ways may lead over: those gone on from, and those where both sides meet. */
async function allowedOf(loading: Loading, near: Side, far: Side): Promise<ReadonlySet<PersonKey>> {
  const allowed = new Set([...near.expanded, ...far.expanded]);
  const meeting = [...near.reached.keys()].filter(
    (key) => far.reached.has(key) && !allowed.has(key),
  );
  const candidates = strongest(near, meeting, bounds.lookedUp);
  if (candidates.length < meeting.length) loading.isTruncated = true;
  for (const key of await readableOf(loading.context, candidates)) allowed.add(key);
  return allowed;
}
