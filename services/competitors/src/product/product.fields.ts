import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, list, money, text } from '@crm/kit/record/field';

export const CompetitorProductEntity = defineEntity('CompetitorProduct', {
  fields: {
    competitorId: id({
      required: true,
      references: 'Competitor',
      label: { zh: '竞争对手', en: 'Competitor' },
    }),
    name: text({ max: 200, required: true, label: { zh: '产品名称', en: 'Name' } }),
    category: text({ max: 100, label: { zh: '产品类别', en: 'Category' } }),
    specification: text({ max: 4000, label: { zh: '规格', en: 'Specification' } }),
    listPrice: money({ zh: '标价', en: 'List price' }),
    priceNote: text({ max: 500, label: { zh: '价格说明', en: 'Price note' } }),
    strengths: text({ max: 4000, label: { zh: '优点', en: 'Strengths' } }),
    weaknesses: text({ max: 4000, label: { zh: '缺点', en: 'Weaknesses' } }),
    launchedOn: date({ label: { zh: '上市日期', en: 'Launched on' } }),
    status: choice(
      {
        ANNOUNCED: { zh: '已发布未上市', en: 'Announced' },
        ON_SALE: { zh: '在售', en: 'On sale' },
        DISCONTINUED: { zh: '停产', en: 'Discontinued' },
      },
      { required: true, label: { zh: '状态', en: 'Status' } },
    ),
    rivalOf: list({ max: 50, label: { zh: '对应我方产品', en: 'Rival of' } }),
  },
  access: { by: 'company', writers: 'staff' },
});

export type CompetitorProduct = NonNullable<typeof CompetitorProductEntity.row>;
