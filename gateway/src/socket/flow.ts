/** Counts what comes in; false once more comes within a second than may. */
export function createFlow(perSecondMax: number, now: () => number): () => boolean {
  let startedAt = now();
  let count = 0;
  return () => {
    if (now() - startedAt >= 1000) {
      startedAt = now();
      count = 0;
    }
    count += 1;
    return count <= perSecondMax;
  };
}
