import type { Subscriber } from './subscriber.ts';

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** From a change's recording to its frame, for all frames that came within a time. */
export const latencies = (
  subscribers: readonly Subscriber[],
  from: number,
  to: number,
): readonly number[] =>
  subscribers.flatMap(({ told }) =>
    told
      .filter(({ at, version }) => version !== null && at >= from && at < to)
      .map(({ at, occurredAt }) => at - occurredAt),
  );
