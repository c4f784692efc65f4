/** How many rows a step takes. */
export type Pace = {
  readonly rows: () => number;
  /** Tells how long a step has taken. */
  readonly note: (rows: number, ms: number) => void;
};

const stepMs = 1000;
/** Fewer cost more statements than rows. */
const rowsMin = 100;

/**
 * Has steps take a second at most, whatever else the machine does: until a step ends others wait for
 * what it has locked, and whoever is to take over when this process dies waits as well.
 */
export function createPace(rowsMax: number): Pace {
  const least = Math.min(rowsMin, rowsMax);
  let now = rowsMax;
  return {
    rows: () => now,
    note: (rows, ms) => {
      // The last rows of a file say little, and one slow step no more than half.
      if (rows < now) return;
      const wanted = Math.round((rows * stepMs) / Math.max(1, ms));
      now = Math.min(rowsMax, Math.max(least, Math.ceil(now / 2), Math.min(wanted, now * 2)));
    },
  };
}
