import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

export const StaffUpserted = defineEvent(
  'staff.upserted',
  z.object({
    code: z.string(),
    name: z.string(),
    teamId: z.uuid().nullable(),
    managerId: z.uuid().nullable(),
    active: z.boolean(),
  }),
);

export const TeamChanged = defineEvent(
  'team.changed',
  z.object({ code: z.string(), name: z.string(), parentId: z.uuid().nullable() }),
);
