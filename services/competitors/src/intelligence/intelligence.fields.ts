import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, list, text } from '@crm/kit/record/field';
import { audience, byAudience, customerId, reliability } from '../audience/audience.fields.ts';

/** What somebody learnt of the market: of a competitor, a product, a customer, or in general. */
export const IntelligenceItemEntity = defineEntity('IntelligenceItem', {
  fields: {
    subject: choice(
      {
        COMPETITOR: { zh: '竞争对手', en: 'Competitor' },
        PRODUCT: { zh: '竞争产品', en: 'Product' },
        CUSTOMER: { zh: '客户', en: 'Customer' },
        MARKET: { zh: '市场', en: 'Market' },
      },
      { required: true, label: { zh: '情报对象', en: 'Subject' } },
    ),
    competitorId: id({
      references: 'Competitor',
      label: { zh: '竞争对手', en: 'Competitor' },
    }),
    competitorProductId: id({
      references: 'CompetitorProduct',
      label: { zh: '竞争产品', en: 'Product' },
    }),
    customerId,
    title: text({ max: 200, required: true, label: { zh: '标题', en: 'Title' } }),
    body: text({ max: 8000, label: { zh: '内容', en: 'Body' } }),
    source: text({ max: 200, label: { zh: '来源', en: 'Source' } }),
    sourceUrl: text({ max: 500, label: { zh: '来源网址', en: 'Source address' } }),
    reliability,
    observedOn: date({ required: true, label: { zh: '获取日期', en: 'Observed on' } }),
    validUntil: date({ label: { zh: '有效期至', en: 'Valid until' } }),
    tags: list({ max: 20, label: { zh: '标签', en: 'Tags' } }),
    audience,
    searchText: text({
      max: 10_000,
      managed: true,
      internal: true,
      label: { zh: '检索文本', en: 'Search text' },
    }),
  },
  access: byAudience,
});

export type IntelligenceItem = NonNullable<typeof IntelligenceItemEntity.row>;
