import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

/** How a person wants to be addressed, as it is now. What the person likes stays in its service. */
const preferenceSchema = z.object({
  personId: z.uuid(),
  preferredChannels: z.array(z.string()),
  /** Channels that the person refuses whatever it is for. */
  doNotContact: z.array(z.string()),
  quietHours: z
    .object({
      from: z.string().nullable(),
      to: z.string().nullable(),
      timeZone: z.string().nullable(),
    })
    .nullable(),
  language: z.string().nullable(),
});

export type PreferenceData = z.infer<typeof preferenceSchema>;

export const PreferenceChanged = defineEvent('preference.changed', preferenceSchema);
