import type { RequestContext } from '@crm/kit/context';
import { invalid, notFound } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { findPeopleOfStaff, type Known } from '../closeness/closeness.repository.ts';
import type { RelationshipType } from '../relationship/relationship-type.fields.ts';
import { bestPaths, strengthOfPath, type Found } from './best-paths.ts';
import { loadBetween, type Between } from './load-between.queries.ts';
import {
  findRelationshipsOfSteps,
  readableCategories,
  readableOf,
  type Ties,
} from './network.repository.ts';
import { idOf, keyOf, nameOfStep, type PersonKey } from './person-key.ts';

export type StaffOrPerson = {
  readonly staffId?: string | null;
  readonly personId?: string | null;
};

type InfluenceArgs = {
  readonly from: StaffOrPerson;
  readonly to: string;
  readonly maxHops: number;
  readonly categories?: readonly RelationshipType['category'][] | null;
  readonly minStrength?: number | null;
  readonly asOf?: string | null;
  readonly first: number;
};

export type InfluenceStep = {
  readonly personId: string;
  /** Null for the person from whom the path begins. */
  readonly strength: number | null;
  /** Null where the step is one of our own staff's. */
  readonly relationshipId: string | null;
  readonly fromPersonId: string | null;
};

export type InfluencePath = {
  readonly staffId: string | null;
  readonly people: readonly InfluenceStep[];
  /** 0 to 100. */
  readonly strength: number;
  readonly hops: number;
};

export type InfluencePaths = {
  readonly nodes: readonly InfluencePath[];
  readonly isTruncated: boolean;
};

const hopsMax = 6;
const firstMax = 20;

/** The strongest ways from one of our staff, or from a person, to a person, over people whom the viewer may read. */
export async function influencePaths(
  context: RequestContext,
  args: InfluenceArgs,
): Promise<InfluencePaths> {
  refuseBounds(args);
  const ties = {
    day: args.asOf ?? companyDate(context.app.now()),
    categories: readableCategories(context, args.categories),
    minStrength: args.minStrength ?? 1,
  };
  const to = keyOf(args.to);
  const begin = await beginOf(context, args.from, ties);
  await requireReadable(context, begin.person === null ? [to] : [begin.person, to]);
  const between = await loadBetween(context, {
    ties,
    starts: begin.people,
    to,
    // The step of our own staff is a hop.
    maxHops: begin.person === null ? args.maxHops - 1 : args.maxHops,
  });
  const found = search(between, args, { from: begin.person, to, known: begin.people });
  return {
    nodes: await pathsOf(context, found, { ties, args }),
    isTruncated: begin.isTruncated || between.isTruncated || !found.isComplete,
  };
}

type Begin = Known & { readonly person: PersonKey | null };

async function beginOf(
  context: RequestContext,
  { personId, staffId }: StaffOrPerson,
  ties: Ties,
): Promise<Begin> {
  if (!personId)
    return { person: null, ...(await findPeopleOfStaff(context, staffId ?? '', ties)) };
  const person = keyOf(personId);
  return { person, people: new Map([[person, 100]]), isTruncated: false };
}

function refuseBounds({ from, to, maxHops, first, minStrength }: InfluenceArgs): void {
  const ends = [from.staffId, from.personId].flatMap((id) => id ?? []);
  if (ends.length !== 1) throw invalid('from takes either staffId or personId');
  const bad = [...ends, to].find((id) => !isId(id));
  if (bad !== undefined) throw invalid(`"${bad}" is no id`);
  refuseOutside('maxHops', maxHops, [1, hopsMax]);
  refuseOutside('first', first, [1, firstMax]);
  refuseOutside('minStrength', minStrength ?? 0, [0, 100]);
}

export function refuseOutside(
  name: string,
  value: number,
  [min, max]: readonly [min: number, max: number],
): void {
  if (value < min || value > max) throw invalid(`${name} takes ${min} to ${max}`);
}

export async function requireReadable(
  context: RequestContext,
  people: readonly PersonKey[],
): Promise<void> {
  const readable = await readableOf(context, people);
  const missing = people.find((key) => !readable.has(key));
  if (missing !== undefined) throw notFound('Person', idOf(missing));
}

type Named = Found & { readonly names: readonly PersonKey[] };

/** Stands for the member of staff among people. */
const ourStaff: PersonKey = '';

type Ends = {
  readonly from: PersonKey | null;
  readonly to: PersonKey;
  /** Whom our staff knows. */
  readonly known: ReadonlyMap<PersonKey, number>;
};

function search(
  { links }: Between,
  { maxHops, first }: Pick<InfluenceArgs, 'first' | 'maxHops'>,
  { from, to, known }: Ends,
): Named {
  const places = new Map<PersonKey, number>();
  const placeOf = (key: PersonKey): number => {
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place;
  };
  const ties = links.map(({ from: a, to: b, strength }) => ({
    a: placeOf(a),
    b: placeOf(b),
    strength,
  }));
  if (from === null)
    for (const [person, strength] of known)
      ties.push({ a: placeOf(ourStaff), b: placeOf(person), strength });
  const found = bestPaths({
    ties,
    from: placeOf(from ?? ourStaff),
    to: placeOf(to),
    maxHops,
    first,
  });
  return { ...found, names: [...places.keys()] };
}

async function pathsOf(
  context: RequestContext,
  { paths, names }: Named,
  { ties, args }: { readonly ties: Ties; readonly args: InfluenceArgs },
): Promise<InfluencePath[]> {
  const walks = paths.map(({ nodes, strengths }) => ({
    strengths,
    keys: nodes.map((node) => names[node] ?? ''),
  }));
  const steps = walks.flatMap(({ keys, strengths }) =>
    strengths.map((strength, at) => ({ from: keys[at] ?? '', to: keys[at + 1] ?? '', strength })),
  );
  const relationships = await findRelationshipsOfSteps(
    context,
    steps.filter(({ from }) => from !== ourStaff),
    ties,
  );
  return walks.map(({ keys, strengths }) => ({
    staffId: args.from.staffId ?? null,
    strength: strengthOfPath(strengths),
    hops: strengths.length,
    people: keys
      .map((to, at): InfluenceStep => {
        const from = keys[at - 1] ?? null;
        return {
          personId: idOf(to),
          strength: at === 0 ? null : (strengths[at - 1] ?? null),
          relationshipId: from ? (relationships.get(nameOfStep({ from, to })) ?? null) : null,
          fromPersonId: from ? idOf(from) : null,
        };
      })
      .filter((_, at) => keys[at] !== ourStaff),
  }));
}
