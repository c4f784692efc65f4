import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { moneySchema } from './values.ts';

/** Of an account, limits and exposures are confidential: these only tell that they moved. */
const creditSchema = z.object({
  currency: z.string().length(3),
  /** Whether orders are refused. */
  isOnHold: z.boolean(),
});

export type CreditData = z.infer<typeof creditSchema>;

export const CreditLimitChanged = defineEvent('credit.limit_changed', creditSchema);
export const CreditExposureChanged = defineEvent('credit.exposure_changed', creditSchema);
/** An import used more than the limit, or of an account that is on hold. */
export const CreditExceeded = defineEvent('credit.exceeded', creditSchema);
export const CreditHeld = defineEvent('credit.held', creditSchema);
export const CreditReleased = defineEvent('credit.released', creditSchema);

const particularsSchema = creditSchema.extend({
  limit: moneySchema,
  exposure: moneySchema,
  paymentTermDays: z.number().int().nullable(),
});

export type CreditParticulars = z.infer<typeof particularsSchema>;

/** What the public events of an account leave out, with each of them. */
export const CreditParticularsChanged = defineEvent(
  'credit.particulars_changed',
  particularsSchema,
  { visibility: 'private' },
);
