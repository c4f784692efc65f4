import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { changesSchema, dateText, moneySchema } from './values.ts';

/** What others may know of a competitor; our strategy against it never leaves its service. */
const competitorSchema = z.object({
  code: z.string(),
  name: z.string(),
  shortName: z.string().nullable(),
  category: z.string().nullable(),
  threatLevel: z.string().nullable(),
  scale: z.string().nullable(),
  region: z.string().nullable(),
});

export type CompetitorData = z.infer<typeof competitorSchema>;

export const CompetitorCreated = defineEvent('competitor.created', competitorSchema);
export const CompetitorUpdated = defineEvent(
  'competitor.updated',
  competitorSchema.extend({ changes: changesSchema }),
);
export const CompetitorDeleted = defineEvent('competitor.deleted', z.object({}));
/** It is gone, and its id means the survivor from now on. */
export const CompetitorMerged = defineEvent(
  'competitor.merged',
  z.object({ survivorId: z.uuid() }),
);
/** It is back, as it was before it was merged into the survivor. */
export const CompetitorUnmerged = defineEvent(
  'competitor.unmerged',
  competitorSchema.extend({ survivorId: z.uuid() }),
);
export const CompetitorRestored = defineEvent('competitor.restored', competitorSchema);

const competitorProductSchema = z.object({
  competitorId: z.uuid(),
  name: z.string(),
  category: z.string().nullable(),
  listPrice: moneySchema.nullable(),
  launchedOn: dateText.nullable(),
  status: z.string(),
  /** Our products that it competes with. */
  rivalOf: z.array(z.uuid()).readonly(),
});

export type CompetitorProductData = z.infer<typeof competitorProductSchema>;

export const CompetitorProductSaved = defineEvent(
  'competitorproduct.saved',
  competitorProductSchema,
);
export const CompetitorProductRemoved = defineEvent(
  'competitorproduct.removed',
  z.object({ competitorId: z.uuid() }),
);
