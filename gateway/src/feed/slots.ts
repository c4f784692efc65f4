/** Does so much work at a time; the rest waits, in the order in which it came. */
export type Slots = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createSlots(atOnce: number): Slots {
  const waiting: (() => void)[] = [];
  let left = atOnce;

  return async (work) => {
    if (left > 0) left -= 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else left += 1;
    }
  };
}
