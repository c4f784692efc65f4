import type { PersonKey, Step } from './person-key.ts';

/** What was read of the network from one end, level by level. */
export type Side = {
  /** The greatest product of strengths with which a person was reached, 0 to 1. */
  readonly reached: Map<PersonKey, number>;
  /** Those whose relationships were read. */
  readonly expanded: Set<PersonKey>;
  /** Reached at the last level. */
  frontier: readonly PersonKey[];
};

export const sideFrom = (people: ReadonlyMap<PersonKey, number>): Side => ({
  reached: new Map(people),
  expanded: new Set(),
  frontier: [...people.keys()],
});

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
export function reach({ reached }: Side, steps: readonly Step[]): ReadonlySet<PersonKey> {
  const fresh = new Set<PersonKey>();
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
