import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

/** Somebody wants nothing more by a channel, and has said so to what was sent. */
const optOutSchema = z.object({
  personId: z.uuid(),
  channel: z.string(),
  /** What it ends. */
  purposes: z.array(z.string()),
  source: z.enum(['COMPLAINT', 'STOP', 'UNSUBSCRIBED']),
  at: z.iso.datetime(),
});

export type OptOutData = z.infer<typeof optOutSchema>;

export const OptOutRecorded = defineEvent('optout.recorded', optOutSchema);
