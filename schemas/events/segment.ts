import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const membershipSchema = z.object({
  segmentId: z.uuid(),
  segmentCode: z.string(),
  subjectType: z.string(),
  subjectId: z.uuid(),
  /** CRITERIA, PICKED, DELETED, RETIRED. */
  cause: z.string(),
});

export type SegmentMembershipData = z.infer<typeof membershipSchema>;

/** Of one customer in one segment, which is the aggregate. */
export const SegmentEntered = defineEvent('segment.entered', membershipSchema);
export const SegmentLeft = defineEvent('segment.left', membershipSchema);
