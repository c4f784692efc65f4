/** Lets a loop sleep until something rings or its time is over. A ring is never missed. */
export type Bell = {
  readonly ring: () => void;
  readonly wait: (ms: number) => Promise<void>;
};

export function createBell(): Bell {
  let hasRung = false;
  let wake: (() => void) | null = null;

  return {
    ring: () => {
      hasRung = true;
      wake?.();
    },
    wait: async (ms) => {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      hasRung = false;
      wake = null;
    },
  };
}
