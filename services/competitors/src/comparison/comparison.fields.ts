import { defineEntity } from '@crm/kit/record/entity';
import { choice, id, text } from '@crm/kit/record/field';
import { CompetitorProductEntity } from '../product/product.fields.ts';

/** How a product of ours and one of a competitor compare by one criterion. */
export const ProductComparisonEntity = defineEntity('ProductComparison', {
  fields: {
    productId: id({
      required: true,
      names: 'Product',
      label: { zh: '我方产品', en: 'Our product' },
    }),
    competitorProductId: id({
      required: true,
      references: 'CompetitorProduct',
      label: { zh: '竞争产品', en: 'Competitor product' },
    }),
    criterion: text({ max: 100, required: true, label: { zh: '比较项', en: 'Criterion' } }),
    ours: text({ max: 1000, label: { zh: '我方', en: 'Ours' } }),
    theirs: text({ max: 1000, label: { zh: '对方', en: 'Theirs' } }),
    verdict: choice(
      {
        BETTER: { zh: '我方占优', en: 'Ours is better' },
        EQUAL: { zh: '相当', en: 'Equal' },
        WORSE: { zh: '我方落后', en: 'Ours is worse' },
      },
      { required: true, label: { zh: '结论', en: 'Verdict' } },
    ),
    evidence: text({ max: 1000, label: { zh: '依据', en: 'Evidence' } }),
  },
  access: { by: 'company', writers: 'staff' },
  relations: {
    competitorProduct: {
      to: () => CompetitorProductEntity,
      from: 'competitorProductId',
      foreign: 'id',
      isOne: true,
    },
  },
});

export type ProductComparison = NonNullable<typeof ProductComparisonEntity.row>;
