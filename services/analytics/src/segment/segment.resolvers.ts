import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { saveSegment, setStaticMembers } from './segment.commands.ts';
import { SegmentEntity } from './segment.fields.ts';
import { previewSegment, segmentOfCode } from './segment.queries.ts';

export const segmentResolvers: Resolvers = {
  Query: {
    segment: (_, { code }, context) => segmentOfCode(context, code),
    segments: (_, args, context) => listPage(context, SegmentEntity, args),
    segmentPreview: (_, args, context) => previewSegment(context, args),
  },
  Mutation: {
    saveSegment: (_, { input }, context) => saveSegment(context, input),
    setStaticMembers: (_, { input }, context) => setStaticMembers(context, input),
  },
  Segment: {
    __resolveReference: ({ id }, { loaders }) => loaders.segment.load(id),
    label: ({ code, labels }, { locale }) => (locale === 'EN' ? labels?.en : labels?.zh) ?? code,
    labels: ({ code, labels }) => labels ?? { zh: code, en: code },
    members: ({ id }, args, { pages }) => pages.membersOfSegment.load(id, args),
  },
  Customer: {
    segments: ({ id }, args, { pages }) => pages.segmentsOfCustomer.load(id, args),
    isInSegment: ({ id }, args, { pages }) => pages.membershipOfCustomer.load(id, args),
  },
};
