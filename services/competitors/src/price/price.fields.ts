import { defineEntity } from '@crm/kit/record/entity';
import { date, decimal, id, money, text } from '@crm/kit/record/field';

/** What a competitor asked for a product from a day on. */
export const CompetitorProductPriceEntity = defineEntity('CompetitorProductPrice', {
  fields: {
    competitorProductId: id({
      required: true,
      references: 'CompetitorProduct',
      label: { zh: '竞争产品', en: 'Product' },
    }),
    pricedOn: date({ required: true, label: { zh: '报价日期', en: 'Priced on' } }),
    price: money({ zh: '价格', en: 'Price' }),
    source: text({ max: 200, label: { zh: '来源', en: 'Source' } }),
    note: text({ max: 500, label: { zh: '说明', en: 'Note' } }),
    // The price before it in the same currency: prices of other currencies tell nothing of a change.
    previousAmount: decimal({
      label: { zh: '上次价格', en: 'Previous amount' },
      managed: true,
      sql: (alias) => `(SELECT earlier.priceAmount FROM competitorProductPrice earlier
        WHERE earlier.competitorProductId = ${alias}.competitorProductId
          AND earlier.priceCurrency = ${alias}.priceCurrency AND earlier.live = 1
          AND earlier.pricedOn < ${alias}.pricedOn ORDER BY earlier.pricedOn DESC LIMIT 1)`,
    }),
  },
  access: { by: 'company', writers: 'staff' },
});

export type CompetitorProductPrice = NonNullable<typeof CompetitorProductPriceEntity.row>;
