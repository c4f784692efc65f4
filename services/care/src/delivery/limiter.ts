export type Limiter = {
  /** How many of `wanted` may go now. Those count as gone. */
  readonly take: (wanted: number, nowMs: number) => number;
};

/** So many a second over time, and no more than a second's worth at once. */
export function createLimiter(perSecond: number): Limiter {
  const most = Math.max(1, perSecond);
  let tokens = most;
  let last: number | null = null;
  return {
    take: (wanted, nowMs) => {
      if (last !== null) tokens = Math.min(most, tokens + ((nowMs - last) / 1000) * perSecond);
      last = nowMs;
      const taken = Math.min(wanted, Math.floor(tokens));
      tokens -= taken;
      return taken;
    },
  };
}
