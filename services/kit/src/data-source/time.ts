/** Milliseconds on this process's own monotonic clock. No two machines are ever compared by it. */
export const now = (): number => performance.now();

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });

/** Gives up on `work` at `deadline`; what the work does afterwards is nobody's concern. */
export async function before<Value>(
  deadline: number,
  work: Promise<Value>,
  tooLate: () => Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), Math.max(1, deadline - now()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
