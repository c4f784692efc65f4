import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { reviewWinLoss } from './review.commands.ts';
import { WinLossReviewEntity } from './review.fields.ts';
import { winLossReasons } from './review.queries.ts';

export const reviewResolvers: Resolvers = {
  Query: {
    winLossReview: (_, { id }, { loaders }) => loaders.winLossReview.load(id),
    winLossReviews: (_, args, context) => listPage(context, WinLossReviewEntity, args),
    winLossReviewAggregate: (_, args, context) =>
      aggregateRecords(context, WinLossReviewEntity, args),
    winLossReasons: (_, args, context) => winLossReasons(context, args),
  },
  Mutation: {
    reviewWinLoss: (_, { input }, context) => reviewWinLoss(context, input),
  },
  Customer: {
    winLossReviews: ({ id }, args, { pages }) => pages.reviewsOfCustomer.load(id, args),
  },
  Opportunity: {
    winLossReview: ({ id }, _, { loaders }) => loaders.reviewOfOpportunity.load(id),
  },
  WinLossReason: {
    reason: ({ reason }, _, { loaders }) => loaders.term.loadRequired('winloss_reason', reason),
  },
  WinLossReview: {
    __resolveReference: ({ id }, { loaders }) => loaders.winLossReview.load(id),
    opportunity: ({ opportunityId }) => ({ id: opportunityId }),
    customer: ({ customerId }) => ({ id: customerId }),
    winner: ({ winnerId }, _, { loaders }) => loaders.competitor.load(winnerId),
    reasons: ({ reasons }, _, { loaders }) => loaders.term.loadMany('winloss_reason', reasons),
    decisivePeople: ({ decisivePeople }) => decisivePeople.map((id) => ({ id })),
    reviewedBy: ({ updatedById }) => referenceTo(updatedById),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, WinLossReviewEntity, { id, ...args }),
  },
};
