/** Changes records by the clock, whether or not the earlier changes were answered. */
export type Changes = {
  readonly sent: () => number;
  readonly failed: () => number;
  /** Why, each reason once. */
  readonly reasons: () => readonly string[];
  /** Sends nothing more, and waits for what is under way. */
  readonly stop: () => Promise<void>;
};

const inFlightMax = 100;

export function startChanges(
  change: (turn: number) => Promise<unknown>,
  perSecond: number,
): Changes {
  const pending = new Set<Promise<unknown>>();
  const reasons = new Set<string>();
  let [sent, failed] = [0, 0];
  let next = performance.now();
  let timer: NodeJS.Timeout;

  const send = (): void => {
    const answered = change((sent += 1)).catch((error: unknown) => {
      failed += 1;
      reasons.add(String(error));
    });
    pending.add(answered);
    void answered.finally(() => pending.delete(answered));
  };
  const tick = (): void => {
    for (; next <= performance.now(); next += 1000 / perSecond) {
      if (pending.size < inFlightMax) send();
    }
    timer = setTimeout(tick, Math.max(1, next - performance.now()));
  };
  tick();
  return {
    sent: () => sent,
    failed: () => failed,
    reasons: () => [...reasons],
    stop: async () => {
      clearTimeout(timer);
      await Promise.all(pending);
    },
  };
}
