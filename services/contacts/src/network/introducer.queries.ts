import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { findStaffClosestTo, type Acquaintance } from '../closeness/closeness.repository.ts';
import { strengthOfPath } from './best-paths.ts';
import { byStart } from './influence.ts';
import {
  readableEnds,
  refuseOutside,
  type InfluencePath,
  type InfluenceStep,
} from './influence.queries.ts';
import {
  findNeighbours,
  findRelationshipsOfSteps,
  readableCategories,
  readableOf,
  type Ties,
} from './network.repository.ts';
import { idOf, keyOf, nameOfStep, type PersonKey, type Step } from './person-key.ts';

export type Introduction = InfluencePath & { readonly staffId: string };

const firstMax = 20;
/** Our staff, one whom they know, and one whom that one knows. */
const levels = 2;
const [ofPerson, ofOthers, staffOfPerson, peopleMax] = [200, 30, 5, 1500];

/** Who of our staff can introduce somebody to a person: each by the strongest way of at most three hops. */
export async function introducers(
  context: RequestContext,
  { personId, first }: { readonly personId: string; readonly first: number },
): Promise<readonly Introduction[]> {
  if (!isId(personId)) throw invalid(`"${personId}" is no id`);
  refuseOutside('first', first, [1, firstMax]);
  const [target = ''] = await readableEnds(context, [personId]);
  return (await introducersTo(context, [idOf(target)], first)).get(idOf(target)) ?? [];
}

/** The same for many people, whom the viewer may read, with as many statements as for one. */
export async function introducersTo(
  context: RequestContext,
  personIds: readonly string[],
  first: number,
): Promise<ReadonlyMap<string, readonly Introduction[]>> {
  const ties = {
    day: companyDate(context.app.now()),
    categories: readableCategories(context, null),
    minStrength: 1,
  };
  const targets = personIds.map(keyOf);
  const around = await reachFrom(context, targets, ties);
  const known = await findStaffClosestTo(
    context,
    [...new Set([...around.values()].flatMap((ways) => [...ways.keys()]))],
    staffOfPerson,
  );
  const chosen = targets.map((target) => best(around.get(target) ?? new Map(), known, first));
  const steps = chosen.flatMap((ways) => ways.flatMap(({ way }) => stepsOf(way)));
  const relationships = await findRelationshipsOfSteps(context, steps, ties);
  return new Map(
    personIds.map((id, at) => [
      id,
      (chosen[at] ?? []).map((each) => introductionOf(each, relationships)),
    ]),
  );
}

/** A way to a target, from whoever is introduced by it. */
type Way = {
  readonly person: PersonKey;
  readonly next: Way | null;
  /** Of the step to the next one. */
  readonly strength: number;
  /** 0 to 100. */
  readonly product: number;
};

type Ways = Map<PersonKey, Way>;

/** The strongest way to each target from everybody around it. */
async function reachFrom(
  context: RequestContext,
  targets: readonly PersonKey[],
  ties: Ties,
): Promise<ReadonlyMap<PersonKey, Ways>> {
  const around = new Map(
    targets.map((person): [PersonKey, Ways] => [
      person,
      new Map([[person, { person, next: null, strength: 100, product: 100 }]]),
    ]),
  );
  let frontier: readonly PersonKey[] = [...new Set(targets)];
  for (let level = 0; level < levels && frontier.length > 0; level += 1) {
    const perPerson = level === 0 ? ofPerson : ofOthers;
    const asked = frontier.map((person) => ({ person, minStrength: ties.minStrength }));
    const steps = await findNeighbours(context, asked, { ...ties, perPerson });
    const readable = await readableOf(context, [...new Set(steps.map(({ to }) => to))]);
    const onward = byStart(steps.filter(({ to }) => readable.has(to)));
    frontier = strongestOf([...around.values()].flatMap((ways) => goOn(ways, onward)));
  }
  return around;
}

/** Goes one step back from everybody who is reached; gives the ways that are better than those known. */
function goOn(ways: Ways, onward: ReadonlyMap<PersonKey, readonly Step[]>): readonly Way[] {
  const better = [...ways.values()].flatMap((next) =>
    (onward.get(next.person) ?? []).map(({ to, strength }): Way => ({
      person: to,
      next,
      strength,
      product: (next.product * strength) / 100,
    })),
  );
  const taken = better.filter((way) => {
    const isBetter = way.product > (ways.get(way.person)?.product ?? 0);
    if (isBetter) ways.set(way.person, way);
    return isBetter;
  });
  return taken;
}

function strongestOf(ways: readonly Way[]): readonly PersonKey[] {
  const ordered = ways.toSorted((a, b) => b.product - a.product).map(({ person }) => person);
  return [...new Set(ordered)].slice(0, peopleMax);
}

type Chosen = { readonly way: Way; readonly closeness: Acquaintance; readonly strength: number };

/** Each member of staff once, by the strongest way. */
function best(ways: Ways, known: readonly Acquaintance[], first: number): readonly Chosen[] {
  const byStaff = new Map<string, Chosen>();
  for (const closeness of known) {
    const way = ways.get(closeness.person);
    if (!way) continue;
    const strength = (way.product * closeness.strength) / 100;
    const staffId = idFromBytes(closeness.staffId);
    if (strength > (byStaff.get(staffId)?.strength ?? 0))
      byStaff.set(staffId, { way, closeness, strength });
  }
  return [...byStaff.values()].toSorted((a, b) => b.strength - a.strength).slice(0, first);
}

const waysOf = (way: Way): Way[] => [way, ...(way.next ? waysOf(way.next) : [])];

const stepsOf = (way: Way): Step[] =>
  waysOf(way).flatMap(({ person, next, strength }) =>
    next ? [{ from: person, to: next.person, strength }] : [],
  );

function introductionOf(
  { way, closeness }: Chosen,
  relationships: ReadonlyMap<string, string>,
): Introduction {
  const known: InfluenceStep = {
    personId: idOf(way.person),
    strength: closeness.strength,
    relationshipId: null,
    fromPersonId: null,
  };
  const steps = stepsOf(way);
  const strengths = [closeness.strength, ...steps.map(({ strength }) => strength)];
  return {
    staffId: idFromBytes(closeness.staffId),
    strength: strengthOfPath(strengths),
    hops: strengths.length,
    people: [
      known,
      ...steps.map((step) => ({
        personId: idOf(step.to),
        strength: step.strength,
        relationshipId: relationships.get(nameOfStep(step)) ?? null,
        fromPersonId: idOf(step.from),
      })),
    ],
  };
}
