import type { PersonKey, Step } from './person-key.ts';

/** What was read of the network from one end, level by level. */
export type Side = {
  /** The greatest product of strengths with which a person was reached, 0 to 1. */
  readonly reached: Map<PersonKey, number>;
  /** Those whose relationships were read. */
  readonly expanded: Set<PersonKey>;
  readonly steps: Step[];
  /** No way has a stronger step at this end. */
  bestStep: number;
  /** Reached at the last level. */
  frontier: readonly PersonKey[];
};

export const sideFrom = (people: ReadonlyMap<PersonKey, number>): Side => ({
  reached: new Map(people),
  expanded: new Set(),
  steps: [],
  bestStep: Math.max(0, ...people.values()),
  frontier: [...people.keys()],
});

/**
 * The least strength of a relationship of somebody who was reached with `reached` and over whom a way
 * that ends with `bestStep` surpasses another one; more than 100 when none does.
 */
export const minStrengthAbove = (surpass: number, reached: number, bestStep: number): number =>
  surpass === 0 ? 1 : Math.floor((surpass * 10_000) / (reached * bestStep) - rounding) + 1;

/** Products of strengths are not exact to the last digit. */
const rounding = 1e-6;

/** The `max` of a side's frontier that were reached most strongly. */
export const strongest = (
  { reached }: Pick<Side, 'reached'>,
  people: readonly PersonKey[],
  max: number,
): readonly PersonKey[] =>
  people.length <= max
    ? people
    : people.toSorted((a, b) => (reached.get(b) ?? 0) - (reached.get(a) ?? 0)).slice(0, max);

/** Takes steps that were read into a side; gives those who are reached for the first time. */
export function reach(side: Side, steps: readonly Step[]): ReadonlySet<PersonKey> {
  const { reached } = side;
  const fresh = new Set<PersonKey>();
  // One person, with whom ways begin: the first steps are theirs.
  if (side.bestStep === 100) side.bestStep = Math.max(0, ...steps.map(({ strength }) => strength));
  for (const step of steps) side.steps.push(step);
  for (const { from, to, strength } of steps) {
    if (!reached.has(to)) fresh.add(to);
    const product = ((reached.get(from) ?? 0) * strength) / 100;
    reached.set(to, Math.max(product, reached.get(to) ?? 0));
  }
  return fresh;
}

/** At most so many steps of each person, which come the strongest first. */
export function atMost(
  steps: readonly Step[],
  perPerson: number,
): { readonly steps: readonly Step[]; readonly isTruncated: boolean } {
  const counts = new Map<PersonKey, number>();
  const kept = steps.filter(({ from }) => {
    const count = (counts.get(from) ?? 0) + 1;
    counts.set(from, count);
    return count <= perPerson;
  });
  return { steps: kept, isTruncated: kept.length < steps.length };
}

export function byStart(steps: readonly Step[]): ReadonlyMap<PersonKey, readonly Step[]> {
  const groups = new Map<PersonKey, Step[]>();
  for (const step of steps) {
    const group = groups.get(step.from) ?? [];
    group.push(step);
    groups.set(step.from, group);
  }
  return groups;
}
