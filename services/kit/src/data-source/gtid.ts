type Interval = readonly [from: number, to: number];

/**
 * The transactions a MySQL server has executed, as intervals per origin. The origin is a server's
 * UUID in lower case, with its tag if there is one: `uuid` or `uuid:tag`.
 */
export type GtidSet = ReadonlyMap<string, readonly Interval[]>;

export const noGtids: GtidSet = new Map();

/** Reads the text of `@@gtid_executed` and its like. Throws on anything else. */
export function parseGtidSet(text: string): GtidSet {
  const set = new Map<string, readonly Interval[]>();
  for (const part of text.replaceAll(/\s/g, '').split(',')) {
    if (part !== '') addPart(set, part);
  }
  return set;
}

const uuidPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

function addPart(set: Map<string, readonly Interval[]>, part: string): void {
  const [uuid = '', ...fields] = part.toLowerCase().split(':');
  if (!uuidPattern.test(uuid)) throw new Error(`Not a GTID set: ${part.slice(0, 80)}`);

  let origin = uuid;
  for (const field of fields) {
    if (/^[a-z_]\w*$/.test(field)) origin = `${uuid}:${field}`;
    else set.set(origin, insert(set.get(origin) ?? [], parseInterval(field)));
  }
}

function parseInterval(field: string): Interval {
  const match = /^(\d{1,19})(?:-(\d{1,19}))?$/.exec(field);
  if (!match) throw new Error(`Not a GTID interval: ${field.slice(0, 80)}`);
  const from = Number(match[1]);
  return [from, match[2] === undefined ? from : Number(match[2])];
}

function insert(intervals: readonly Interval[], added: Interval): readonly Interval[] {
  let [from, to] = added;
  const apart: Interval[] = [];
  for (const interval of intervals) {
    if (interval[1] < from - 1 || interval[0] > to + 1) apart.push(interval);
    else [from, to] = [Math.min(from, interval[0]), Math.max(to, interval[1])];
  }
  return [...apart, [from, to] as const].toSorted((a, b) => a[0] - b[0]);
}

export function containsGtids(set: GtidSet, part: GtidSet): boolean {
  for (const [origin, intervals] of part) {
    const mine = set.get(origin) ?? [];
    const holds = ([from, to]: Interval): boolean => mine.some((i) => i[0] <= from && to <= i[1]);
    if (!intervals.every(holds)) return false;
  }
  return true;
}

export function unionGtids(a: GtidSet, b: GtidSet): GtidSet {
  const set = new Map(a);
  for (const [origin, intervals] of b) {
    let all = set.get(origin) ?? [];
    for (const interval of intervals) all = insert(all, interval);
    set.set(origin, all);
  }
  return set;
}

/** Members of a group number their transactions within a million each, in the order of their commits. */
const blockSize = 1_000_000;

/**
 * The last transaction of each block. A server that has it has all before it, because replicas
 * commit in the order of the source, so this says as much as the set and stays short.
 */
export function lastGtids(set: GtidSet): GtidSet {
  const last = new Map<string, readonly Interval[]>();
  for (const [origin, intervals] of set) {
    const ofBlock = new Map<number, number>();
    const note = (gtid: number): void => {
      const block = blockOf(gtid);
      ofBlock.set(block, Math.max(gtid, ofBlock.get(block) ?? 0));
    };
    for (const [from, to] of intervals) {
      note(Math.min(to, (blockOf(from) + 1) * blockSize));
      note(to);
    }
    last.set(
      origin,
      [...ofBlock.values()].map((gtid) => [gtid, gtid]),
    );
  }
  return last;
}

const blockOf = (gtid: number): number => Math.floor((gtid - 1) / blockSize);

/** What `set` holds and `other` does not. */
export function subtractGtids(set: GtidSet, other: GtidSet): GtidSet {
  const rest = new Map<string, readonly Interval[]>();
  for (const [origin, intervals] of set) {
    let left = intervals;
    for (const cut of other.get(origin) ?? []) left = left.flatMap((i) => without(i, cut));
    if (left.length > 0) rest.set(origin, left);
  }
  return rest;
}

function without([from, to]: Interval, [cutFrom, cutTo]: Interval): readonly Interval[] {
  if (cutTo < from || cutFrom > to) return [[from, to]];
  const rest: Interval[] = [];
  if (from < cutFrom) rest.push([from, cutFrom - 1]);
  if (to > cutTo) rest.push([cutTo + 1, to]);
  return rest;
}

export function countGtids(set: GtidSet): number {
  let count = 0;
  for (const intervals of set.values()) {
    for (const [from, to] of intervals) count += to - from + 1;
  }
  return count;
}

export const formatGtidSet = (set: GtidSet): string =>
  [...set]
    .map(([origin, intervals]) =>
      [origin, ...intervals.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))].join(
        ':',
      ),
    )
    .join(',');
