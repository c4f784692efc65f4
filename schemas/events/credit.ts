import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

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
