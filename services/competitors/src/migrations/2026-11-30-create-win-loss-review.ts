import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

/** What a new company starts with; it may add, rename and retire terms as it likes. */
const reasons: readonly (readonly [code: string, zh: string, en: string])[] = [
  ['PRICE', '价格', 'Price'],
  ['QUALITY', '质量', 'Quality'],
  ['TECHNOLOGY', '技术', 'Technology'],
  ['DELIVERY', '交付', 'Delivery'],
  ['SERVICE', '服务', 'Service'],
  ['RELATIONSHIP', '客户关系', 'Relationship'],
  ['BRAND', '品牌', 'Brand'],
  ['TERMS', '付款条件', 'Terms of payment'],
  ['TIMING', '时机', 'Timing'],
  ['OTHER', '其他', 'Other'],
];

const rows = reasons.map(
  ([code, zh, en], at) =>
    `('winloss_reason', '${code}', JSON_OBJECT('zh', '${zh}', 'en', '${en}'), ${at})`,
);

export const createWinLossReview = migration('CreateWinLossReview_1796010002000', {
  up: [
    `CREATE TABLE winLossReview (${stamps},
      opportunityId BINARY(16) NOT NULL,
      customerId BINARY(16) NOT NULL,
      outcome ENUM('WON', 'LOST') NOT NULL,
      winnerId BINARY(16) NULL,
      reasons JSON NOT NULL,
      priceGapAmount DECIMAL(18,2) NULL,
      priceGapCurrency CHAR(3) NULL,
      decisivePeople JSON NOT NULL,
      lessons TEXT NULL,
      reviewedOn DATE NOT NULL,
      UNIQUE KEY unique_opportunityId (opportunityId, live),
      KEY byCustomer (customerId, id),
      KEY byWinner (winnerId, id),
      KEY byDay (reviewedOn, id)
    )`,
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, sortOrder) VALUES ${rows.join(', ')}`,
  ],
  down: [
    "DELETE FROM vocabularyTerm WHERE vocabulary = 'winloss_reason'",
    'DROP TABLE winLossReview',
  ],
});
