import type { Change } from '@crm/schemas/changes/change';

/** The newest changes of one stream, all of them after `floor`. */
export type RecentChanges = {
  /** Changes after this sequence are here; what is older is in the stream alone. */
  readonly floor: () => number;
  /** Everything up to this sequence was looked at. */
  readonly head: () => number;
  readonly add: (change: Change, bytes: number) => void;
  /** What was looked at and is no change. */
  readonly pass: (seq: number) => void;
  /** The oldest `limit` changes after a sequence, which is not before `floor`. */
  readonly after: (seq: number, limit: number) => readonly Change[];
};

export type RecentLimits = { readonly changesMax: number; readonly bytesMax: number };

/** Starts empty after a sequence; forgets the oldest when it holds too much. */
export function createRecentChanges(
  startSeq: number,
  { changesMax, bytesMax }: RecentLimits,
): RecentChanges {
  let changes: Change[] = [];
  let sizes: number[] = [];
  /** Forgotten ones lie before this index, until there are enough to be worth moving the others. */
  let start = 0;
  let bytes = 0;
  let floor = startSeq;
  let head = startSeq;

  const forget = (): void => {
    while (start < changes.length && (changes.length - start > changesMax || bytes > bytesMax)) {
      floor = changes[start]?.seq ?? floor;
      bytes -= sizes[start] ?? 0;
      start += 1;
    }
    if (start < changesMax) return;
    changes = changes.slice(start);
    sizes = sizes.slice(start);
    start = 0;
  };
  const indexAfter = (seq: number): number => {
    let low = start;
    let high = changes.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((changes[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    floor: () => floor,
    head: () => head,
    add: (change, size) => {
      changes.push(change);
      sizes.push(size);
      bytes += size;
      head = change.seq;
      forget();
    },
    pass: (seq) => {
      head = seq;
    },
    after: (seq, limit) => {
      const from = indexAfter(seq);
      return changes.slice(from, from + limit);
    },
  };
}
