export type Allowance = {
  /** Whether one more may come from an address now. */
  readonly take: (address: string, nowMs: number) => boolean;
};

const perSecond = 20;
const atOnce = 100;
const addressesMax = 10_000;

/** So many calls of one address a second. Who was quiet for a while is forgotten. */
export function createAllowance(): Allowance {
  const callers = new Map<string, { tokens: number; lastMs: number }>();
  return {
    take: (address, nowMs) => {
      const known = callers.get(address) ?? { tokens: atOnce, lastMs: nowMs };
      const grown = known.tokens + ((nowMs - known.lastMs) / 1000) * perSecond;
      const tokens = Math.min(atOnce, grown) - 1;
      callers.delete(address);
      if (callers.size >= addressesMax) forgetOldest(callers);
      callers.set(address, { tokens: Math.max(tokens, 0), lastMs: nowMs });
      return tokens >= 0;
    },
  };
}

/** Whoever calls is put at the end. */
function forgetOldest(callers: Map<string, unknown>): void {
  const oldest = callers.keys().next().value;
  if (oldest !== undefined) callers.delete(oldest);
}
