import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, text } from '@crm/kit/record/field';
import {
  audience,
  byAudience,
  customerId,
  opportunityId,
  reliability,
} from '../audience/audience.fields.ts';
import { CompetitorEntity } from '../competitor/competitor.fields.ts';

export const activityKind = choice(
  {
    SALES_MOVE: { zh: '销售活动', en: 'Sales move' },
    PRICE_CHANGE: { zh: '价格变动', en: 'Price change' },
    NEW_PRODUCT: { zh: '新产品', en: 'New product' },
    PROMOTION: { zh: '促销', en: 'Promotion' },
    BID: { zh: '投标', en: 'Bid' },
    PERSONNEL: { zh: '人事变动', en: 'Personnel' },
    CHANNEL: { zh: '渠道动作', en: 'Channel' },
    EXPANSION: { zh: '扩张', en: 'Expansion' },
    PARTNERSHIP: { zh: '合作', en: 'Partnership' },
    OTHER: { zh: '其他', en: 'Other' },
  },
  { required: true, label: { zh: '动态类型', en: 'Kind' } },
);

/** What a competitor did, as far as we know. */
export const CompetitorActivityEntity = defineEntity('CompetitorActivity', {
  fields: {
    competitorId: id({
      required: true,
      references: 'Competitor',
      label: { zh: '竞争对手', en: 'Competitor' },
    }),
    kind: activityKind,
    occurredOn: date({ required: true, label: { zh: '发生日期', en: 'Occurred on' } }),
    title: text({ max: 200, required: true, label: { zh: '标题', en: 'Title' } }),
    detail: text({ max: 4000, label: { zh: '内容', en: 'Detail' } }),
    source: text({ max: 200, label: { zh: '来源', en: 'Source' } }),
    reliability,
    impact: choice(
      {
        HIGH: { zh: '高', en: 'High' },
        MEDIUM: { zh: '中', en: 'Medium' },
        LOW: { zh: '低', en: 'Low' },
      },
      { label: { zh: '影响', en: 'Impact' } },
    ),
    competitorProductId: id({
      references: 'CompetitorProduct',
      label: { zh: '竞争产品', en: 'Product' },
    }),
    customerId,
    opportunityId,
    audience,
  },
  access: byAudience,
  relations: {
    competitor: { to: () => CompetitorEntity, from: 'competitorId', foreign: 'id', isOne: true },
  },
});

export type CompetitorActivity = NonNullable<typeof CompetitorActivityEntity.row>;
