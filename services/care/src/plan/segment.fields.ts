import { unkeptStamps } from '@crm/kit/projection/state';
import { defineEntity } from '@crm/kit/record/entity';
import { id } from '@crm/kit/record/field';

/** A customer in a segment, as analytics tells it. */
export const SegmentMemberEntity = defineEntity('SegmentMember', {
  fields: {
    ...unkeptStamps,
    segmentId: id({ required: true, label: { zh: '客户群', en: 'Segment' } }),
    subjectId: id({ required: true, label: { zh: '客户', en: 'Customer' } }),
  },
  access: { by: 'parent', column: 'subjectId', table: 'customerAccess' },
});
