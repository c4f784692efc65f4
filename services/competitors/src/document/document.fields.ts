import { defineRevisions, documentFields } from '@crm/kit/document/document.fields';
import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, id } from '@crm/kit/record/field';
import { CompetitorEntity } from '../competitor/competitor.fields.ts';
import { IntelligenceItemEntity } from '../intelligence/intelligence.fields.ts';
import { CompetitorProductEntity } from '../product/product.fields.ts';

/**
 * A file about a competitor, a product of one or an item of intelligence, which is read by whoever
 * reads that. Confidential ones are for those alone who may read confidential values.
 */
export const CompetitorDocumentEntity = defineEntity('CompetitorDocument', {
  fields: {
    subjectKind: choice(
      {
        COMPETITOR: { zh: '竞争对手', en: 'Competitor' },
        PRODUCT: { zh: '竞争产品', en: 'Product' },
        INTELLIGENCE: { zh: '市场情报', en: 'Intelligence' },
      },
      { required: true, managed: true, label: { zh: '所属', en: 'Belongs to' } },
    ),
    competitorId: id({ names: 'Competitor', label: { zh: '竞争对手', en: 'Competitor' } }),
    competitorProductId: id({
      names: 'CompetitorProduct',
      label: { zh: '竞争产品', en: 'Product' },
    }),
    intelligenceItemId: id({
      names: 'IntelligenceItem',
      label: { zh: '市场情报', en: 'Intelligence' },
    }),
    kind: choice(
      {
        BATTLE_CARD: { zh: '竞争应对卡', en: 'Battle card' },
        BROCHURE: { zh: '宣传册', en: 'Brochure' },
        DATA_SHEET: { zh: '产品规格书', en: 'Data sheet' },
        PRICE_LIST: { zh: '价目表', en: 'Price list' },
        PRESENTATION: { zh: '演示文稿', en: 'Presentation' },
        CASE_STUDY: { zh: '成功案例', en: 'Case study' },
        REPORT: { zh: '分析报告', en: 'Report' },
        PHOTO: { zh: '照片', en: 'Photo' },
        OTHER: { zh: '其他', en: 'Other' },
      },
      { required: true, label: { zh: '类别', en: 'Kind' } },
    ),
    isConfidential: boolean({ required: true, label: { zh: '保密', en: 'Confidential' } }),
    ...documentFields,
  },
  access: {
    by: 'value',
    column: 'subjectKind',
    of: {
      COMPETITOR: { by: 'record', column: 'competitorId', of: () => CompetitorEntity },
      PRODUCT: { by: 'record', column: 'competitorProductId', of: () => CompetitorProductEntity },
      INTELLIGENCE: {
        by: 'record',
        column: 'intelligenceItemId',
        of: () => IntelligenceItemEntity,
      },
    },
  },
  rowClasses: [{ class: 'CONFIDENTIAL', when: (alias) => `${alias}.isConfidential` }],
});

export type CompetitorDocument = NonNullable<typeof CompetitorDocumentEntity.row>;

export const CompetitorDocumentRevisionEntity = defineRevisions(
  'CompetitorDocumentRevision',
  () => CompetitorDocumentEntity,
);
