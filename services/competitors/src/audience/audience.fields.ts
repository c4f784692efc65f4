import type { AccessRule } from '@crm/kit/record/entity';
import { choice, id } from '@crm/kit/record/field';

const company: AccessRule = { by: 'company', writers: 'staff' };

/** What concerns a customer is for those who reach it; everything else is the whole company's. */
export const byAudience: AccessRule = {
  by: 'all',
  of: [
    company,
    {
      by: 'value',
      column: 'audience',
      of: {
        COMPANY: company,
        CUSTOMER: { by: 'parent', column: 'customerId', table: 'customerAccess' },
      },
    },
  ],
};

export const customerId = id({ names: 'Customer', label: { zh: '客户', en: 'Customer' } });
export const opportunityId = id({
  names: 'Opportunity',
  label: { zh: '商机', en: 'Opportunity' },
});
export const audience = choice(
  {
    COMPANY: { zh: '全公司', en: 'Company' },
    CUSTOMER: { zh: '客户相关人员', en: 'Of the customer' },
  },
  { required: true, managed: true, internal: true, label: { zh: '可见范围', en: 'Audience' } },
);

export const reliability = choice(
  {
    CONFIRMED: { zh: '已证实', en: 'Confirmed' },
    LIKELY: { zh: '可信', en: 'Likely' },
    RUMOUR: { zh: '传闻', en: 'Rumour' },
  },
  { required: true, label: { zh: '可靠性', en: 'Reliability' } },
);
