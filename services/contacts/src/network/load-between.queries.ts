import type { RequestContext } from '@crm/kit/context';
import { scopeOf } from '@crm/kit/record/policy';
import { atMost, minStrengthAbove, reach, sideFrom, strongest, type Side } from './influence.ts';
import { findNeighbours, readableOf, type Ties } from './network.repository.ts';
import type { PersonKey, Step } from './person-key.ts';

type Search = {
  readonly ties: Ties;
  /** From whom ways begin, with the strength to begin with. */
  readonly starts: ReadonlyMap<PersonKey, number>;
  readonly to: PersonKey;
  readonly maxHops: number;
  /** The strength that a way must surpass to be wanted beside those over these relationships. */
  readonly surpass: (links: readonly Step[]) => number;
};

export type Between = {
  /** Holds every relationship on a way of so many hops that is wanted. */
  readonly links: readonly Step[];
  /** Those of the people on them who the viewer is known to be allowed to read; null: not looked up. */
  readonly readable: ReadonlySet<PersonKey> | null;
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

type Loading = Pick<Search, 'ties'> & {
  readonly context: RequestContext;
  /** Whether people are looked up before ways lead over them. Who reads everybody hardly ever may not. */
  readonly isCareful: boolean;
  /** What a way must surpass to be wanted beside those that are known. */
  surpass: number;
  isTruncated: boolean;
};

/**
 * Reads the network from both ends at once, a statement a level and side: of a way of at most so
 * many hops the first half is seen from its start and the second half from its end. Nothing is read
 * of people over whom only ways lead that are weaker than those that are known.
 */
export async function loadBetween(
  context: RequestContext,
  { ties, starts, to, maxHops, surpass }: Search,
): Promise<Between> {
  const isCareful = scopeOf(context.viewer, 'read') !== 'all';
  const loading: Loading = { context, ties, isCareful, surpass: 0, isTruncated: false };
  const [near, far] = [sideFrom(starts), sideFrom(new Map([[to, 100]]))];
  const levels = { near: Math.ceil(maxHops / 2), far: Math.floor(maxHops / 2) };
  const startedAt = performance.now();
  for (let level = 0; level < levels.near; level += 1) {
    if (performance.now() - startedAt > bounds.ms) {
      loading.isTruncated = true;
      break;
    }
    if (level > 0) loading.surpass = surpass(linksBetween(near, far));
    await Promise.all([
      goOn(loading, near, { level, other: far }),
      ...(level < levels.far ? [goOn(loading, far, { level, other: near })] : []),
    ]);
  }
  const links = linksBetween(near, far);
  if (!isCareful) return { links, readable: null, isTruncated: loading.isTruncated };
  const readable = await readableMeeting(loading, near, far);
  return {
    links: links.filter(({ from, to: other }) => readable.has(from) && readable.has(other)),
    readable,
    isTruncated: loading.isTruncated,
  };
}

/** Of what was read, what leads to the other side. */
const linksBetween = (near: Side, far: Side): readonly Step[] => [
  ...linksTowards(near, far),
  ...linksTowards(far, near),
];

const linksTowards = ({ steps, expanded }: Side, { reached }: Side): readonly Step[] =>
  steps.filter(({ to }) => expanded.has(to) || reached.has(to));

type Level = { readonly level: number; readonly other: Side };

/** Reads the relationships of those whom a side reached last. */
async function goOn(loading: Loading, side: Side, { level, other }: Level): Promise<void> {
  const { context, ties, surpass } = loading;
  const least = (person: PersonKey): number =>
    Math.max(
      ties.minStrength,
      minStrengthAbove(surpass, side.reached.get(person) ?? 0, other.bestStep),
    );
  const wanted = side.frontier.filter((person) => least(person) <= 100);
  // Whom the search begins with has been looked up.
  const people =
    level > 0 && loading.isCareful ? await readableAmong(loading, side, wanted) : wanted;
  const chosen = strongest(side, people, bounds.people);
  if (chosen.length < people.length) loading.isTruncated = true;
  const perPerson = Math.min(
    bounds.perPerson,
    Math.floor(bounds.perStatement / Math.max(1, chosen.length)),
  );
  const found = await findNeighbours(
    context,
    chosen.map((person) => ({ person, minStrength: least(person) })),
    { ...ties, perPerson: perPerson + 1 },
  );
  const { steps, isTruncated } = atMost(found, perPerson);
  if (isTruncated) loading.isTruncated = true;
  for (const person of chosen) side.expanded.add(person);
  side.frontier = [...reach(side, steps)];
}

async function readableAmong(
  loading: Loading,
  side: Side,
  people: readonly PersonKey[],
): Promise<readonly PersonKey[]> {
  const candidates = strongest(side, people, bounds.lookedUp);
  if (candidates.length < people.length) loading.isTruncated = true;
  const readable = await readableOf(loading.context, candidates);
  return candidates.filter((key) => readable.has(key));
}

/** Whom ways may lead over: those gone on from, and those where both sides meet. */
async function readableMeeting(
  loading: Loading,
  near: Side,
  far: Side,
): Promise<ReadonlySet<PersonKey>> {
  const allowed = new Set([...near.expanded, ...far.expanded]);
  const meeting = [...near.reached.keys()].filter(
    (key) => far.reached.has(key) && !allowed.has(key),
  );
  for (const key of await readableAmong(loading, near, meeting)) allowed.add(key);
  return allowed;
}
