import { z } from 'zod';

/** `YYYY-MM-DD`. */
export const dateText = z.iso.date();

/** Amounts are text, so that nothing is rounded. */
export const moneySchema = z.object({ amount: z.string(), currency: z.string().length(3) });

/** Values of custom fields by key, those that the event may hold. */
export const customValuesSchema = z.record(z.string(), z.unknown());

/** Old and new values of the changed fields that the event may hold. */
export const changesSchema = z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }));

/** Who owned a record when it was deleted. Events of before do not say. */
export const lastOwnerSchema = z.object({
  ownerId: z.uuid().nullable().optional(),
  teamId: z.uuid().nullable().optional(),
});
