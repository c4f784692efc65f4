import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

type Wait = { readonly forMs: number; readonly everyMs?: number };

/** Asks until the answer is true. False when it was not within `forMs`. */
export async function until(
  ask: () => boolean | Promise<boolean>,
  { forMs, everyMs = 50 }: Wait,
): Promise<boolean> {
  const endsAt = performance.now() + forMs;
  for (;;) {
    if (await ask()) return true;
    if (performance.now() >= endsAt) return false;
    await sleep(everyMs);
  }
}
