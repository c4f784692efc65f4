import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

const fieldClass = `ENUM('PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'PERSONAL', 'SENSITIVE')`;

const base = [
  {
    code: 'INACTIVE',
    labels: { zh: '不活跃客户', en: 'Inactive' },
    when: { lifecycleStage: { eq: 'DORMANT' } },
  },
  {
    code: 'PROSPECT',
    labels: { zh: '潜在客户', en: 'Prospects' },
    when: { lifecycleStage: { eq: 'POTENTIAL' } },
  },
];

/** What the company finds when it begins, and may change. */
const pyramids = [
  {
    code: 'by_order_amount_this_year',
    labels: { zh: '按本年订单金额', en: 'By order amount this year' },
    factor: { indicator: 'order_amount_this_year' },
    unit: 'CNY',
    method: 'RANK_SHARE',
    tiers: [
      { code: 'TOP', labels: { zh: '顶级客户', en: 'Top' }, share: '1' },
      { code: 'LARGE', labels: { zh: '大客户', en: 'Large' }, share: '4' },
      { code: 'MEDIUM', labels: { zh: '中型客户', en: 'Medium' }, share: '15' },
      { code: 'SMALL', labels: { zh: '小客户', en: 'Small' }, share: '80' },
    ],
    schedule: 'DAILY',
  },
  {
    code: 'by_value_score',
    labels: { zh: '按价值评分', en: 'By value score' },
    factor: { model: 'customer_value' },
    unit: null,
    method: 'THRESHOLD',
    tiers: [
      { code: 'STRATEGIC', labels: { zh: '战略客户', en: 'Strategic' }, from: '85' },
      { code: 'KEY', labels: { zh: '重点客户', en: 'Key' }, from: '70' },
      { code: 'REGULAR', labels: { zh: '一般客户', en: 'Regular' }, from: '50' },
      { code: 'SMALL', labels: { zh: '小客户', en: 'Small' } },
    ],
    schedule: 'DAILY',
  },
  {
    code: 'by_payment_total',
    labels: { zh: '按累计收款金额', en: 'By cumulative payments' },
    factor: { indicator: 'payment_amount_total' },
    unit: 'CNY',
    method: 'VALUE_SHARE',
    tiers: [
      { code: 'A', labels: { zh: 'A类客户', en: 'Class A' }, share: '80' },
      { code: 'B', labels: { zh: 'B类客户', en: 'Class B' }, share: '15' },
      { code: 'C', labels: { zh: 'C类客户', en: 'Class C' }, share: '5' },
    ],
    schedule: 'WEEKLY',
  },
] as const;

const text = (value: string | null): string => (value === null ? 'NULL' : `'${value}'`);
const json = (value: unknown): string => `'${JSON.stringify(value)}'`;

const rows = pyramids.map(
  ({ code, labels, factor, unit, method, tiers, schedule }, at) =>
    `(UNHEX('019dcf0a00007000800000000000020${at}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
      ${text(code)}, ${json(labels)}, ${json(factor)}, ${text(unit)},
      ${json({ lifecycleStage: { eq: 'TRADING' } })}, ${text(method)}, ${json(tiers)}, ${json(base)},
      '[]', ${text(schedule)}, 1, 'INTERNAL')`,
);

export const createPyramid = migration('CreatePyramid_1796054000000', {
  up: [
    `CREATE TABLE pyramidDefinition (${stampColumns},
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      factor JSON NOT NULL,
      unit VARCHAR(16) NULL,
      population JSON NULL,
      method ENUM('THRESHOLD', 'RANK_SHARE', 'VALUE_SHARE') NOT NULL,
      tiers JSON NOT NULL,
      base JSON NULL,
      measures JSON NOT NULL,
      schedule ENUM('DAILY', 'WEEKLY', 'MONTHLY', 'MANUAL') NOT NULL,
      active TINYINT(1) NOT NULL,
      class ${fieldClass} NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    `INSERT INTO pyramidDefinition (id, version, createdAt, updatedAt, code, labels, factor, unit,
       population, method, tiers, base, measures, schedule, active, class)
     VALUES ${rows.join(', ')}`,
    `CREATE TABLE pyramidSnapshot (${stampColumns},
      definitionId BINARY(16) NOT NULL,
      seq INT UNSIGNED NOT NULL,
      asOf DATE NOT NULL,
      state ENUM('WAITING', 'RUNNING', 'DONE', 'FAILED') NOT NULL,
      progress TINYINT UNSIGNED NOT NULL,
      problem VARCHAR(500) NULL,
      attempts TINYINT UNSIGNED NOT NULL,
      finishedAt DATETIME(3) NULL,
      tiers JSON NULL,
      unplacedCount INT UNSIGNED NULL,
      class ${fieldClass} NOT NULL,
      UNIQUE KEY bySeq (definitionId, seq),
      KEY byDay (definitionId, asOf, seq),
      KEY byState (state, createdAt)
    )`,
    // A row for each tier that a customer was in, from the snapshot that found it there to the one
    // that did not any more. The value is that of the latest snapshot.
    `CREATE TABLE pyramidPlacement (
      definitionId BINARY(16) NOT NULL,
      subjectId BINARY(16) NOT NULL,
      fromSeq INT UNSIGNED NOT NULL,
      toSeq INT UNSIGNED NOT NULL,
      tier VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      value DECIMAL(36,6) NULL,
      version INT UNSIGNED NOT NULL,
      PRIMARY KEY (definitionId, subjectId, fromSeq),
      KEY byTier (definitionId, tier, subjectId)
    )`,
  ],
  down: [
    'DROP TABLE pyramidPlacement',
    'DROP TABLE pyramidSnapshot',
    'DROP TABLE pyramidDefinition',
  ],
});
