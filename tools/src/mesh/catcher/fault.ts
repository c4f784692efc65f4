import { z } from 'zod';

/** How a catcher misbehaves, so that a sender's answer to it can be seen. */
export const faultSchema = z.object({
  /**
   * `refuse` answers with `code`, `delay` takes the message and answers late, `late` has taken it before
   * it waits, `drop` takes it and closes the connection without an answer: the sender cannot know.
   */
  mode: z.enum(['none', 'refuse', 'delay', 'late', 'drop']),
  code: z.number().int().min(400).max(599).default(450),
  /** The status that follows the code of a mail: `5.1.1` says that there is no such mailbox. */
  status: z
    .string()
    .regex(/^[45](\.\d{1,3}){2}$/)
    .nullable()
    .default(null),
  /** Of a mail: at its recipient, of whom nothing was taken then, or at the message. */
  stage: z.enum(['recipient', 'message']).default('message'),
  /** What the receipt of a text message says. */
  receipt: z.enum(['delivered', 'undelivered', 'unknown_number', 'none']).default('delivered'),
  delayMs: z.number().int().min(0).max(600_000).default(1000),
  /** How many messages it meets; null for all until it is changed. */
  times: z.number().int().min(1).nullable().default(null),
});

export type Fault = z.infer<typeof faultSchema>;

const none: Fault = faultSchema.parse({ mode: 'none' });

export type Faults = {
  readonly current: () => Fault;
  readonly set: (fault: Fault) => void;
  /** The fault that the next message meets at a stage. */
  readonly next: (stage?: Fault['stage']) => Fault;
};

export function createFaults(): Faults {
  let fault = none;
  return {
    current: () => fault,
    set: (changed) => {
      fault = changed;
    },
    next: (stage = 'message') => {
      const met = fault;
      if (met.stage !== stage) return none;
      if (met.times !== null) fault = met.times > 1 ? { ...met, times: met.times - 1 } : none;
      return met;
    },
  };
}
