import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

type Wait = {
  readonly forMs: number;
  readonly everyMs?: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
};

/** Asks until the answer is true. False when it was not within `forMs`, or before `signal`. */
export async function until(
  ask: () => boolean | Promise<boolean>,
  { forMs, everyMs = 50, signal }: Wait,
): Promise<boolean> {
  const endsAt = performance.now() + forMs;
  for (;;) {
    if (await ask()) return true;
    if (signal?.aborted || performance.now() >= endsAt) return false;
    await sleep(everyMs);
  }
}
