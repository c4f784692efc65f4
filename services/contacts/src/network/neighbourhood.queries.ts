import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { atMost, sideFrom, strongest, type Side } from './influence.ts';
import { readableEnds, refuseOutside } from './influence.queries.ts';
import {
  findNeighbours,
  findRelationshipsOfSteps,
  readableCategories,
  readableOf,
  type Ties,
} from './network.repository.ts';
import { idOf, nameOfStep, type PersonKey, type Step } from './person-key.ts';

type NeighbourhoodArgs = {
  readonly personId: string;
  readonly hops: number;
  readonly limit: number;
};

export type GraphPerson = {
  readonly personId: string;
  readonly hops: number;
  /** Of the strongest way there, 0 to 100. */
  readonly strength: number;
};

export type GraphLink = {
  readonly fromId: string;
  readonly toId: string;
  readonly relationshipId: string;
  readonly strength: number;
};

export type RelationshipGraph = {
  readonly people: readonly GraphPerson[];
  readonly links: readonly GraphLink[];
  readonly isTruncated: boolean;
};

const hopsMax = 3;
const limitMax = 200;
/** Relationships that are read of the person, and of everybody else. */
const [ofPerson, ofOthers] = [400, 50];

/** Whom a person knows, and whom those know: the strongest ways first, until there are so many people. */
export async function relationshipNeighbourhood(
  context: RequestContext,
  { personId, hops, limit }: NeighbourhoodArgs,
): Promise<RelationshipGraph> {
  if (!isId(personId)) throw invalid(`"${personId}" is no id`);
  refuseOutside('hops', hops, [1, hopsMax]);
  refuseOutside('limit', limit, [1, limitMax]);
  const [centre = ''] = await readableEnds(context, [personId]);
  const ties = {
    day: companyDate(context.app.now()),
    categories: readableCategories(context, null),
    minStrength: 1,
  };
  const found: Found = {
    side: sideFrom(new Map([[centre, 100]])),
    hops: new Map([[centre, 0]]),
    links: new Map(),
    isTruncated: false,
  };
  for (let level = 1; level <= hops && found.hops.size <= limit; level += 1)
    await grow(context, found, { ties, level, limit });
  return graphOf(context, found, ties);
}

type Found = {
  readonly side: Side;
  readonly hops: Map<PersonKey, number>;
  readonly links: Map<string, Step>;
  isTruncated: boolean;
};

type Growing = { readonly ties: Ties; readonly level: number; readonly limit: number };

/** Reads one level more, with one statement for its relationships and one for its people. */
async function grow(
  context: RequestContext,
  found: Found,
  { ties, level, limit }: Growing,
): Promise<void> {
  const { side, hops } = found;
  const perPerson = level === 1 ? ofPerson : ofOthers;
  const { steps, isTruncated } = atMost(
    await findNeighbours(
      context,
      side.frontier.map((person) => ({ person, minStrength: ties.minStrength })),
      { ...ties, perPerson: perPerson + 1 },
    ),
    perPerson,
  );
  const fresh = reachFresh(found, steps);
  const lookedUp = strongest(side, fresh, lookedUpMax);
  const readable = await readableOf(context, lookedUp);
  const people = lookedUp.filter((key) => readable.has(key));
  side.frontier = strongest(side, people, limit - hops.size + 1);
  for (const key of side.frontier) hops.set(key, level);
  addLinks(found, steps);
  found.isTruncated ||=
    isTruncated || lookedUp.length < fresh.length || side.frontier.length < people.length;
}

const lookedUpMax = 2000;

/** Those whom no shorter way leads to, with the strength of the strongest way. */
function reachFresh({ side, hops }: Found, steps: readonly Step[]): readonly PersonKey[] {
  const fresh = new Set<PersonKey>();
  for (const { from, to, strength } of steps) {
    if (hops.has(to)) continue;
    fresh.add(to);
    const product = ((side.reached.get(from) ?? 0) * strength) / 100;
    side.reached.set(to, Math.max(product, side.reached.get(to) ?? 0));
  }
  return [...fresh];
}

/** Of two people the strongest relationship. */
function addLinks({ links, hops }: Found, steps: readonly Step[]): void {
  for (const step of steps) {
    const pair = [step.from, step.to].toSorted().join(' ');
    const known = links.get(pair);
    if (hops.has(step.to) && (known?.strength ?? 0) < step.strength) links.set(pair, step);
  }
}

async function graphOf(
  context: RequestContext,
  { side, hops, links, isTruncated }: Found,
  ties: Ties,
): Promise<RelationshipGraph> {
  const steps = [...links.values()];
  const relationships = await findRelationshipsOfSteps(context, steps, ties);
  return {
    people: [...hops].map(([key, distance]) => ({
      personId: idOf(key),
      hops: distance,
      strength: side.reached.get(key) ?? 0,
    })),
    links: steps.flatMap((step) => {
      const relationshipId = relationships.get(nameOfStep(step));
      return relationshipId === undefined
        ? []
        : [
            {
              fromId: idOf(step.from),
              toId: idOf(step.to),
              relationshipId,
              strength: step.strength,
            },
          ];
    }),
    isTruncated,
  };
}
