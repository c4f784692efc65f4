import type { Placed } from './census.ts';

/** A customer's place that holds now, as it is stored. */
export type Stored = {
  readonly id: Uint8Array;
  readonly fromSeq: number;
  readonly tier: string;
  readonly value: bigint | null;
  /** Grows with every change of the place, of that to no place too. */
  readonly version: number;
};

export type Move = {
  readonly id: Uint8Array;
  readonly from: string | null;
  readonly to: string | null;
  readonly version: number;
};

/** What has to be written so that the places are those of a snapshot. */
export type Rewriting = {
  /** Places that end with the snapshot. */
  readonly ended: readonly Stored[];
  readonly begun: readonly (Placed & { readonly version: number })[];
  /** The same places with other values, or, in a snapshot that is taken up again, with other tiers. */
  readonly kept: readonly Stored[];
  readonly moves: readonly Move[];
};

type Found = {
  readonly placed: readonly Placed[];
  readonly stored: readonly Stored[];
  /** Of customers who had a place once and have none now. */
  readonly former: ReadonlyMap<string, number>;
  readonly seq: number;
};

export const keyOf = (id: Uint8Array): string =>
  Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');

/** Compares what a snapshot found with the places that hold. */
export function rewritingOf({ placed, stored, former, seq }: Found): Rewriting {
  const before = new Map(stored.map((each) => [keyOf(each.id), each]));
  const ended: Stored[] = [];
  const begun: (Placed & { version: number })[] = [];
  const kept: Stored[] = [];
  const moves: Move[] = [];
  for (const place of placed) {
    const key = keyOf(place.id);
    const old = before.get(key);
    before.delete(key);
    if (!old) {
      // What was left once counts too: it was told, as the version after the last place.
      const last = former.get(key);
      const version = last === undefined ? 1 : last + 2;
      begun.push({ ...place, version });
      moves.push({ id: place.id, from: null, to: place.tier, version });
    } else if (old.tier !== place.tier) {
      const version = old.version + 1;
      moves.push({ id: place.id, from: old.tier, to: place.tier, version });
      if (old.fromSeq === seq) kept.push({ ...old, ...place, version });
      else {
        ended.push(old);
        begun.push({ ...place, version });
      }
    } else if (old.value !== place.value) kept.push({ ...old, value: place.value });
  }
  for (const old of before.values()) {
    ended.push(old);
    moves.push({ id: old.id, from: old.tier, to: null, version: old.version + 1 });
  }
  return { ended, begun, kept, moves };
}
