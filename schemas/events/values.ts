import { z } from 'zod';

/** `YYYY-MM-DD`. */
export const dateText = z.iso.date();

/** Amounts are text, so that nothing is rounded. */
export const moneySchema = z.object({ amount: z.string(), currency: z.string().length(3) });

/** Old and new values of the changed fields that the event may hold. */
export const changesSchema = z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }));
