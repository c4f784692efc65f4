import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const pairSchema = z.object({ personId: z.uuid(), granteeId: z.uuid() });

/** Somebody may read or change a person that is not theirs. */
export const PersonShareGranted = defineEvent(
  'personshare.granted',
  pairSchema.extend({
    access: z.enum(['READ', 'WRITE']),
    expiresAt: z.iso.datetime().nullable(),
  }),
);
export const PersonShareRevoked = defineEvent('personshare.revoked', pairSchema);
