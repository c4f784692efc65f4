import type { RequestContext } from '@crm/kit/context';
import { invalid, notFound } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { findPeopleOfStaff } from '../closeness/closeness.repository.ts';
import { currentPeople } from '../merge/merged-people.ts';
import type { RelationshipType } from '../relationship/relationship-type.fields.ts';
import { bestPaths, strengthOfPath, type Found } from './best-paths.ts';
import { loadBetween, type Between } from './load-between.queries.ts';
import {
  findRelationshipsOfSteps,
  readableCategories,
  readableOf,
  type Ties,
} from './network.repository.ts';
import { idOf, keyOf, nameOfStep, type PersonKey, type Step } from './person-key.ts';

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
  const { ends, isTruncated } = await endsOf(context, args, ties);
  const between = await loadBetween(context, {
    ties,
    starts: ends.known,
    to: ends.to,
    // The step of our own staff is a hop.
    maxHops: ends.from === null ? args.maxHops - 1 : args.maxHops,
    surpass: (links) => strengthOfLast(search(links, args, ends), args.first),
  });
  const found = await readablePaths(context, between, { args, ends });
  return {
    nodes: await pathsOf(context, found, { ties, args }),
    isTruncated: isTruncated || between.isTruncated || !found.isComplete,
  };
}

/** Of as many ways as are asked for that of the last one. */
const strengthOfLast = ({ paths }: Found, first: number): number =>
  strengthOfPath(paths[first - 1]?.strengths ?? [0]);

type Asking = { readonly args: InfluenceArgs; readonly ends: Ends };

/** How often the people on the best ways are looked up, before all are. */
const triesMax = 3;

/** The best ways over people whom the viewer may read. */
async function readablePaths(
  context: RequestContext,
  { links, readable }: Between,
  { args, ends }: Asking,
): Promise<Named> {
  let open = links;
  for (let tries = 0; ; tries += 1) {
    const found = search(open, args, ends);
    if (readable !== null) return found;
    const on = tries < triesMax ? peopleOn(found) : peopleOf(open);
    const allowed = await readableOf(context, [...on]);
    if (peopleOn(found).every((key) => allowed.has(key))) return found;
    const hidden = new Set([...on].filter((key) => !allowed.has(key)));
    open = open.filter(({ from, to }) => !hidden.has(from) && !hidden.has(to));
  }
}

const peopleOn = ({ paths, names }: Named): readonly PersonKey[] =>
  [...new Set(paths.flatMap(({ nodes }) => nodes.map((node) => names[node] ?? ourStaff)))].filter(
    (key) => key !== ourStaff,
  );

const peopleOf = (links: readonly Step[]): readonly PersonKey[] => [
  ...new Set(links.flatMap(({ from, to }) => [from, to])),
];

type Begin = { readonly ends: Ends; readonly isTruncated: boolean };

async function endsOf(
  context: RequestContext,
  { from: { personId, staffId }, to: toId }: Pick<InfluenceArgs, 'from' | 'to'>,
  ties: Ties,
): Promise<Begin> {
  const ids = personId ? [toId, personId] : [toId];
  const [to = '', from = null] = await readableEnds(context, ids);
  if (from !== null) {
    return { ends: { from, to, known: new Map([[from, 100]]) }, isTruncated: false };
  }
  const { people: known, isTruncated } = await findPeopleOfStaff(context, staffId ?? '', ties);
  return { ends: { from, to, known }, isTruncated };
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

/** The people whom ids mean, who may have been merged; NOT_FOUND for whom the viewer may not read. */
export async function readableEnds(
  context: RequestContext,
  ids: readonly string[],
): Promise<readonly PersonKey[]> {
  const given = ids.map(keyOf);
  const readable = await readableOf(context, given);
  if (given.every((key) => readable.has(key))) return given;
  const survivors = await currentPeople(context.app.db.manager, ids);
  const current = ids.map((id) => keyOf(survivors.get(id) ?? id));
  const readableNow = await readableOf(context, current);
  const missing = current.find((key) => !readableNow.has(key));
  if (missing !== undefined) throw notFound('Person', idOf(missing));
  return current;
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
  links: readonly Step[],
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
    people: keys.flatMap((to, at): InfluenceStep[] => {
      if (to === ourStaff) return [];
      const from = keys[at - 1] ?? ourStaff;
      return [
        {
          personId: idOf(to),
          strength: at === 0 ? null : (strengths[at - 1] ?? null),
          relationshipId: relationships.get(nameOfStep({ from, to })) ?? null,
          fromPersonId: from === ourStaff ? null : idOf(from),
        },
      ];
    }),
  }));
}
