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

/** What a process that was busy may make up for at once, in rounds. */
const roundsMax = 3;

export function createTurns({ atOnce, everyMs, waitingMax }: TurnLimits): Turns {
  let waiting: (() => void)[] = [];
  let left = atOnce;
  let timer: NodeJS.Timeout | null = null;
  let roundAt = 0;

  const startRound = (): void => {
    roundAt = performance.now();
    timer = setTimeout(next, everyMs);
  };
  const next = (): void => {
    // A timer of a busy process comes late, and nobody should wait longer for that.
    const rounds = Math.floor((performance.now() - roundAt) / everyMs);
    const now = waiting.slice(0, atOnce * Math.min(Math.max(rounds, 1), roundsMax));
    waiting = waiting.slice(now.length);
    left = Math.max(0, atOnce - now.length);
    timer = null;
    if (now.length > 0) startRound();
    for (const begin of now) begin();
  };
  return {
    take: (begin) => {
      if (left === 0 && waiting.length >= waitingMax) return false;
      if (!timer) startRound();
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
