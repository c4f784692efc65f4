/** Lets few begin at a time; the others wait for their turn, in the order in which they came. */
export type Turns = {
  /** Begins now or later. False, and never, when too many wait already. */
  readonly take: (begin: () => void) => boolean;
};

export type TurnLimits = {
  readonly atOnce: number;
  readonly everyMs: number;
  readonly waitingMax: number;
};

export function createTurns({ atOnce, everyMs, waitingMax }: TurnLimits): Turns {
  let waiting: (() => void)[] = [];
  let left = atOnce;
  let timer: NodeJS.Timeout | null = null;

  const next = (): void => {
    const now = waiting.slice(0, atOnce);
    waiting = waiting.slice(now.length);
    left = atOnce - now.length;
    timer = now.length > 0 ? setTimeout(next, everyMs) : null;
    for (const begin of now) begin();
  };
  return {
    take: (begin) => {
      if (left === 0 && waiting.length >= waitingMax) return false;
      timer ??= setTimeout(next, everyMs);
      if (left > 0) {
        left -= 1;
        begin();
      } else {
        waiting.push(begin);
      }
      return true;
    },
  };
}
