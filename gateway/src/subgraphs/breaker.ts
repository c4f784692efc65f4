export type Breaker = {
  /** False while calls would only wait for something that does not answer. */
  readonly admit: () => boolean;
  readonly succeed: () => void;
  readonly fail: () => void;
  /** The call ended without showing whether the subgraph works. */
  readonly leave: () => void;
  readonly isOpen: () => boolean;
};

/** As many failures in a row open the breaker. */
const failuresMax = 20;
/** After this long one call may try again; the others wait for what it finds. */
export const breakerOpenMs = 1000;

export function createBreaker(now: () => number = Date.now): Breaker {
  let failures = 0;
  let openUntil = 0;
  let isTrying = false;
  const isOpen = (): boolean => failures >= failuresMax;
  return {
    isOpen,
    admit: () => {
      if (!isOpen()) return true;
      if (isTrying || now() < openUntil) return false;
      isTrying = true;
      return true;
    },
    succeed: () => {
      failures = 0;
      isTrying = false;
    },
    fail: () => {
      failures += 1;
      openUntil = now() + breakerOpenMs;
      isTrying = false;
    },
    leave: () => {
      isTrying = false;
    },
  };
}
