/** Milliseconds on this process's own monotonic clock. No two machines are ever compared by it. */
export const now = (): number => performance.now();

/** What a server's own clock shows now: for marks that only servers compare. */
export const clockOf = ({ clockOffsetMs }: { readonly clockOffsetMs: number }): number =>
  Math.round(now() + clockOffsetMs);

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });

/**
 * Gives up on `work` at `deadline`; what the work does afterwards is nobody's concern. When it was
 * this process that stood still meanwhile, an answer that has arrived by now still counts.
 */
export async function before<Value>(
  deadline: number,
  work: Promise<Value>,
  tooLate: () => Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => void setImmediate(() => reject(tooLate()));
    timer = setTimeout(giveUp, Math.max(1, deadline - now()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
