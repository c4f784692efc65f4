import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, list, money, text } from '@crm/kit/record/field';

/** Why we won or lost an opportunity, and what we learn from it. */
export const WinLossReviewEntity = defineEntity('WinLossReview', {
  fields: {
    opportunityId: id({
      required: true,
      names: 'Opportunity',
      label: { zh: '商机', en: 'Opportunity' },
    }),
    customerId: id({
      required: true,
      managed: true,
      names: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    outcome: choice(
      { WON: { zh: '赢单', en: 'Won' }, LOST: { zh: '输单', en: 'Lost' } },
      { required: true, managed: true, label: { zh: '结果', en: 'Outcome' } },
    ),
    winnerId: id({ references: 'Competitor', label: { zh: '中标对手', en: 'Winner' } }),
    reasons: list({
      max: 20,
      vocabulary: 'winloss_reason',
      label: { zh: '原因', en: 'Reasons' },
    }),
    priceGap: money({ zh: '价格差距', en: 'Price gap' }),
    decisivePeople: list({
      max: 20,
      names: 'Person',
      label: { zh: '关键人物', en: 'Decisive people' },
    }),
    lessons: text({ max: 4000, label: { zh: '经验教训', en: 'Lessons' } }),
    reviewedOn: date({ required: true, label: { zh: '复盘日期', en: 'Reviewed on' } }),
  },
  access: {
    by: 'all',
    of: [
      { by: 'company', writers: 'staff' },
      { by: 'parent', column: 'customerId', table: 'customerAccess' },
    ],
  },
});

export type WinLossReview = NonNullable<typeof WinLossReviewEntity.row>;
