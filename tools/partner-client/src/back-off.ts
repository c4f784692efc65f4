import type { InterruptionKind } from './interruption.ts';

/** The first wait. What comes of too much load waits longest. */
const firstMs: Readonly<Record<InterruptionKind, number>> = {
  restart: 500,
  lost: 500,
  token: 1000,
  failed: 1000,
  busy: 2000,
  tooMany: 15_000,
};
const waitMsMax = 60_000;
const doublingsMax = 16;

/** How long to wait before attempt 1, 2 …: twice as long each time, and each client differently. */
export function waitMsOf(kind: InterruptionKind, attempt: number, random: number): number {
  const ms = firstMs[kind] * 2 ** Math.min(attempt - 1, doublingsMax);
  return Math.round(Math.min(ms, waitMsMax) * (0.5 + random / 2));
}
