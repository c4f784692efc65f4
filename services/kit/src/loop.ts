import { setTimeout as sleep } from 'node:timers/promises';

type LoopOptions = {
  readonly step: () => Promise<void>;
  /** Told of each failure, and how many there were in a row. The loop goes on, after a while. */
  readonly onFailure: (error: unknown, failures: number) => void;
};

export type Loop = { readonly isStopping: () => boolean; readonly stop: () => Promise<void> };

const retryMsMin = 100;
const retryMsMax = 5000;

/** Takes one step after the other until it is stopped, which waits for the step at hand. */
export function startLoop({ step, onFailure }: LoopOptions): Loop {
  const stopping = new AbortController();

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await step();
        failures = 0;
      } catch (error) {
        failures += 1;
        onFailure(error, failures);
        await pause(Math.min(retryMsMax, retryMsMin * 2 ** (failures - 1)), stopping.signal);
      }
    }
  };
  const running = run();

  return {
    isStopping: () => stopping.signal.aborted,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
