import type { Entry, Load } from './load.ts';

/** What the surviving server holds: how often each operation was applied, and the counted total. */
export type Truth = {
  readonly applied: ReadonlyMap<number, number>;
  readonly counted: number;
};

/** What callers were told, against what is there. */
export type Verdict = {
  readonly attempted: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly unknown: number;
  readonly hung: number;
  /** Acknowledged and not there. */
  readonly lost: number;
  /** There more than once. */
  readonly doubled: number;
  /** Reported as failed, and there. */
  readonly ghosts: number;
  /** A transaction of which only a part is there. */
  readonly isTorn: boolean;
};

export function judge(writes: readonly Entry[], truth: Truth): Verdict {
  const of = (outcome: Entry['outcome']): readonly Entry[] =>
    writes.filter((entry) => entry.outcome === outcome);
  const isThere = ({ operation }: Entry): boolean => truth.applied.has(operation);
  const acknowledged = of('ok');
  const failed = of('failed');
  let total = 0;
  for (const count of truth.applied.values()) total += count;
  return {
    attempted: writes.length,
    acknowledged: acknowledged.length,
    failed: failed.length,
    unknown: of('unknown').length,
    hung: of('open').length,
    lost: acknowledged.filter((entry) => !isThere(entry)).length,
    doubled: [...truth.applied.values()].filter((count) => count > 1).length,
    ghosts: failed.filter(isThere).length,
    isTorn: total !== truth.counted,
  };
}

/** Nothing lost, nothing doubled, nothing half, and no failure that was none. */
export const isSound = ({ lost, doubled, ghosts, isTorn }: Verdict): boolean =>
  lost === 0 && doubled === 0 && ghosts === 0 && !isTorn;

/** The longest time without one good answer that ended after `since`; Infinity when it never ended. */
export function longestGapMs(entries: readonly Entry[], since: number, until: number): number {
  const answers = entries
    .filter(({ outcome, answeredAt }) => outcome === 'ok' && answeredAt <= until)
    .map(({ answeredAt }) => answeredAt)
    .toSorted((a, b) => a - b);
  let longest = 0;
  let previous = since;
  for (const at of [...answers.filter((time) => time > since), until]) {
    longest = Math.max(longest, at - previous);
    previous = at;
  }
  const last = answers.at(-1) ?? since;
  return until - last > neverMs ? Infinity : longest;
}

/** A silence this long at the end of a run has not ended. */
const neverMs = 2000;

/** How many callers got which error. */
export function errorsOf(entries: readonly Entry[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome, code } of entries) {
    if (outcome === 'failed' || outcome === 'unknown') counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

export function percentileMs(entries: readonly Entry[], share: number): number {
  const times = entries
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ sentAt, answeredAt }) => answeredAt - sentAt)
    .toSorted((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
}

/** How long a caller waited at most; Infinity when one still does. */
export const slowestMs = (entries: readonly Entry[]): number =>
  entries.reduce((most, { sentAt, answeredAt }) => Math.max(most, answeredAt - sentAt), 0);

export const errorCount = (entries: readonly Entry[]): number =>
  entries.filter(({ outcome }) => outcome === 'failed' || outcome === 'unknown').length;

/** The answered part of a load. */
export type Answered = Pick<Load, 'reads' | 'writes' | 'shed'>;
