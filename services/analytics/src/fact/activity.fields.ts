import { defineEntity } from '@crm/kit/record/entity';
import { date, id, text } from '@crm/kit/record/field';
import { factStamps } from '@crm/kit/projection/state';

/** What a competitor did. What concerns a customer is for those who reach it, the rest is the company's. */
export const ActivityFact = defineEntity('ActivityFact', {
  fields: {
    ...factStamps,
    competitorId: id({
      required: true,
      references: 'Competitor',
      label: { zh: '竞争对手', en: 'Competitor' },
    }),
    kind: text({ max: 32, required: true, label: { zh: '动态类型', en: 'Kind' } }),
    occurredOn: date({ required: true, label: { zh: '发生日期', en: 'Occurred on' } }),
    reliability: text({ max: 16, required: true, label: { zh: '可靠性', en: 'Reliability' } }),
    impact: text({ max: 16, label: { zh: '影响', en: 'Impact' } }),
    customerId: id({ references: 'Customer', label: { zh: '客户', en: 'Customer' } }),
    opportunityId: id({ references: 'OpportunityFact', label: { zh: '商机', en: 'Opportunity' } }),
  },
  access: {
    by: 'all',
    of: [
      { by: 'company' },
      {
        by: 'value',
        column: 'audience',
        of: {
          COMPANY: { by: 'company' },
          CUSTOMER: { by: 'parent', column: 'customerId', table: 'customer' },
        },
      },
    ],
  },
});
