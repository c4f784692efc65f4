import type { Told } from './subscriber.ts';

/** Versions of one record that a subscriber must have been told of: those after `from`, up to `to`. */
export type Versions = { readonly from: number; readonly to: number };

/** What a subscriber was told, against what has happened. */
export type History = {
  /** Versions that never came. */
  readonly missing: number;
  /** Versions that came before an earlier one, leaving out what came a second time. */
  readonly misplaced: number;
  /** Changes that came again, which is allowed: they have the same event id. */
  readonly repeated: number;
  /** Changes that are none, such as two events of one version. */
  readonly doubled: number;
  /** How often it was told that something may be missing. */
  readonly gaps: number;
  readonly overflows: number;
};

export function judgeHistory(told: readonly Told[], truth: ReadonlyMap<string, Versions>): History {
  const ofRecords = told.filter(({ entityId }) => entityId !== null && truth.has(entityId));
  const first = new Map<string, Told>();
  for (const each of ofRecords) if (!first.has(each.eventId)) first.set(each.eventId, each);
  const lists = versionLists([...first.values()]);
  const sum = (count: (id: string, list: readonly number[]) => number): number =>
    [...truth.keys()].reduce((total, id) => total + count(id, lists.get(id) ?? []), 0);
  return {
    missing: sum((id, list) => countMissing(truth.get(id), list)),
    misplaced: sum((_, list) => countMisplaced(list)),
    doubled: sum((_, list) => list.length - new Set(list).size),
    repeated: ofRecords.length - first.size,
    gaps: told.filter(({ kind }) => kind === 'GAP').length,
    overflows: told.filter(({ kind }) => kind === 'OVERFLOW').length,
  };
}

function versionLists(told: readonly Told[]): ReadonlyMap<string, readonly number[]> {
  const lists = new Map<string, number[]>();
  for (const { entityId, version } of told) {
    if (entityId === null || version === null) continue;
    const list = lists.get(entityId);
    if (list) list.push(version);
    else lists.set(entityId, [version]);
  }
  return lists;
}

function countMissing(wanted: Versions | undefined, list: readonly number[]): number {
  const { from, to } = wanted ?? { from: 0, to: 0 };
  const there = new Set(list.filter((version) => version > from && version <= to));
  return to - from - there.size;
}

function countMisplaced(list: readonly number[]): number {
  let latest = 0;
  let misplaced = 0;
  for (const version of list) {
    if (version < latest) misplaced += 1;
    latest = Math.max(latest, version);
  }
  return misplaced;
}
