import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const suggestedSchema = z.object({
  customerId: z.uuid(),
  /** Codes of the vocabulary lifecycle_stage. */
  from: z.string(),
  to: z.string(),
  ruleCode: z.string(),
  /** APPLY or SUGGEST. */
  mode: z.string(),
  priority: z.number(),
  minDwellDays: z.number(),
  /** What the rule found: fields of the customer's report, public and internal ones alone. */
  evidence: z.array(z.object({ field: z.string(), value: z.unknown() })).readonly(),
});

const withdrawnSchema = z.object({ customerId: z.uuid(), ruleCode: z.string() });

export type LifecycleSuggestedData = z.infer<typeof suggestedSchema>;
export type LifecycleWithdrawnData = z.infer<typeof withdrawnSchema>;

/** Figures say that a customer is at another stage; until the same is withdrawn, or another follows. */
export const LifecycleSuggested = defineEvent('lifecycle.suggested', suggestedSchema);
export const LifecycleWithdrawn = defineEvent('lifecycle.withdrawn', withdrawnSchema);
