import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 20;

/** Waits until the condition holds, and fails naming it when it does not in time. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  { what, forMs = 10_000 }: { readonly what: string; readonly forMs?: number },
): Promise<void> {
  const endMs = performance.now() + forMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`Not within ${forMs} ms: ${what}`);
    await sleep(pauseMs);
  }
}
