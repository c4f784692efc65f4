import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const pairSchema = z.object({ resourceId: z.uuid(), granteeId: z.uuid() });

/** Somebody may read or change a customer that is not theirs. */
export const AccessGranted = defineEvent(
  'access.granted',
  pairSchema.extend({
    access: z.enum(['READ', 'COMMENT', 'WRITE']),
    expiresAt: z.iso.datetime().nullable(),
  }),
);
export const AccessRevoked = defineEvent('access.revoked', pairSchema);
