/** Calls that are made side by side, but never more than a few. */
export type Calls = {
  /** Waits until there is room, then starts the call. Throws what an earlier call threw. */
  readonly add: (call: () => Promise<void>) => Promise<void>;
  /** Waits until all have ended, and throws what one of them threw. */
  readonly all: () => Promise<void>;
};

export function createCalls(inFlightMax: number): Calls {
  const inFlight = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;

  const all = async (): Promise<void> => {
    await Promise.all(inFlight);
    if (failure) throw failure.error;
  };
  return {
    all,
    add: async (call) => {
      while (inFlight.size >= inFlightMax) await Promise.race(inFlight);
      if (failure) return all();
      const ended = call()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => inFlight.delete(ended));
      inFlight.add(ended);
    },
  };
}
