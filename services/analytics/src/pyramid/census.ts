import type { TierFigures } from './figures.ts';
import type { BaseTier } from './pyramid.fields.ts';
import { cutsOf, tierAt, type PyramidMethod, type Tier } from './tier.ts';
import { decimalOf, sortDown } from './units.ts';

/** The customers of one range of ids, in their order, as the snapshot found them. */
export type Part = {
  /** The range goes from the one before it up to here. */
  readonly upTo: Uint8Array;
  readonly ids: readonly Uint8Array[];
  /** In units; null for who is not ranked. */
  readonly values: readonly (bigint | null)[];
  /** Which base tier is for each who is not ranked; null for none. */
  readonly base: readonly (number | null)[];
  /** Of each customer, in units, by measure. */
  readonly measures: readonly (readonly (bigint | null)[])[];
};

export type Placed = {
  readonly id: Uint8Array;
  readonly tier: string;
  readonly value: bigint | null;
};

export type Division = {
  readonly method: PyramidMethod;
  readonly tiers: readonly Tier[];
  readonly base: readonly BaseTier[];
  readonly measures: readonly string[];
};

/** Everybody's place, once all values are known. */
export type Census = {
  readonly placedOf: (part: Part) => readonly Placed[];
  readonly tiers: readonly TierFigures[];
  readonly unplacedCount: number;
};

/** Divides all the customers that were found. */
export function takeCensus(division: Division, parts: readonly Part[]): Census {
  const ranked = parts.flatMap(({ values }) => values.filter((value) => value !== null));
  const cuts = cutsOf(division, sortDown(ranked));
  const placeOf = ({ values, base }: Part, at: number): number | null => {
    const value = values[at] ?? null;
    if (value !== null) return tierAt(cuts, value);
    const below = base[at] ?? null;
    return below === null ? null : division.tiers.length + below;
  };
  const all = [...division.tiers, ...division.base];
  const { tallies, unplacedCount } = count(all.length, division.measures.length, {
    parts,
    placeOf,
  });
  return {
    placedOf: (part) =>
      part.ids.flatMap((id, at) => {
        const place = placeOf(part, at);
        const tier = place === null ? undefined : all[place];
        return tier ? [{ id, tier: tier.code, value: part.values[at] ?? null }] : [];
      }),
    tiers: all.map(({ code, labels }, at) => {
      const cut = cuts[at] ?? null;
      const tally = tallies[at] ?? emptyTally(0);
      const isBase = at >= division.tiers.length;
      return {
        code,
        labels,
        isBase,
        from: cut === null || tally.count === 0 ? null : decimalOf(cut),
        count: tally.count,
        sum: isBase ? null : decimalOf(tally.sum),
        measures: division.measures.map((indicator, index) => ({
          indicator,
          sum: decimalOf(tally.measures[index]?.sum ?? 0n),
          count: tally.measures[index]?.count ?? 0,
        })),
      };
    }),
    unplacedCount,
  };
}

type Tally = {
  count: number;
  sum: bigint;
  readonly measures: { count: number; sum: bigint }[];
};

const emptyTally = (measures: number): Tally => ({
  count: 0,
  sum: 0n,
  measures: Array.from({ length: measures }, () => ({ count: 0, sum: 0n })),
});

type Counting = {
  readonly parts: readonly Part[];
  readonly placeOf: (part: Part, at: number) => number | null;
};

function count(
  tiers: number,
  measures: number,
  { parts, placeOf }: Counting,
): { readonly tallies: readonly Tally[]; readonly unplacedCount: number } {
  const tallies = Array.from({ length: tiers }, () => emptyTally(measures));
  let unplacedCount = 0;
  for (const part of parts) {
    for (let at = 0; at < part.ids.length; at += 1) {
      const place = placeOf(part, at);
      const tally = place === null ? undefined : tallies[place];
      if (tally) add(tally, part, at);
      else unplacedCount += 1;
    }
  }
  return { tallies, unplacedCount };
}

function add(tally: Tally, { values, measures }: Part, at: number): void {
  tally.count += 1;
  tally.sum += values[at] ?? 0n;
  for (const [index, found] of measures.entries()) {
    const value = found[at] ?? null;
    const measure = tally.measures[index];
    if (value === null || !measure) continue;
    measure.count += 1;
    measure.sum += value;
  }
}
