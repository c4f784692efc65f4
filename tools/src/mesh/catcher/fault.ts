import { z } from 'zod';

/** How a catcher misbehaves, so that a sender's answer to it can be seen. */
export const faultSchema = z.object({
  /**
   * `refuse` answers with `code`, `delay` answers late, `drop` takes the message and closes the
   * connection without an answer: the sender cannot know.
   */
  mode: z.enum(['none', 'refuse', 'delay', 'drop']),
  code: z.number().int().min(400).max(599).default(450),
  delayMs: z.number().int().min(0).max(600_000).default(1000),
  /** How many messages it meets; null for all until it is changed. */
  times: z.number().int().min(1).nullable().default(null),
});

export type Fault = z.infer<typeof faultSchema>;

const none: Fault = { mode: 'none', code: 450, delayMs: 0, times: null };

export type Faults = {
  readonly current: () => Fault;
  readonly set: (fault: Fault) => void;
  /** The fault that the next message meets. */
  readonly next: () => Fault;
};

export function createFaults(): Faults {
  let fault = none;
  return {
    current: () => fault,
    set: (changed) => {
      fault = changed;
    },
    next: () => {
      const met = fault;
      if (met.times !== null) fault = met.times > 1 ? { ...met, times: met.times - 1 } : none;
      return met;
    },
  };
}
