import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

type Outcome = 'ABANDONED' | 'LOST' | 'OPEN' | 'WON';

/** What a new company starts with; it may add, rename and retire stages and reasons as it likes. */
const stages: readonly (readonly [
  code: string,
  zh: string,
  en: string,
  probability: number,
  outcome: Outcome,
])[] = [
  ['CONTACT', '初步接洽', 'First contact', 10, 'OPEN'],
  ['QUALIFIED', '需求确认', 'Qualified', 25, 'OPEN'],
  ['PROPOSAL', '方案报价', 'Proposal', 50, 'OPEN'],
  ['NEGOTIATION', '商务谈判', 'Negotiation', 75, 'OPEN'],
  ['WON', '赢单', 'Won', 100, 'WON'],
  ['LOST', '输单', 'Lost', 0, 'LOST'],
  ['ABANDONED', '放弃', 'Abandoned', 0, 'ABANDONED'],
];

const stageRows = stages.map(
  ([code, zh, en, probability, outcome], at) =>
    `(UUID_TO_BIN('01930000-0000-7000-8000-00000000010${at + 1}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
      '${code}', '${zh}', '${en}', ${probability}, ${at}, '${outcome}', 1)`,
);

const reasons: readonly (readonly [vocabulary: string, code: string, zh: string, en: string])[] = [
  ['win_reason', 'PRICE', '价格', 'Price'],
  ['win_reason', 'QUALITY', '质量', 'Quality'],
  ['win_reason', 'SERVICE', '服务', 'Service'],
  ['win_reason', 'DELIVERY', '交货期', 'Delivery'],
  ['win_reason', 'RELATIONSHIP', '客户关系', 'Relationship'],
  ['win_reason', 'OTHER', '其他', 'Other'],
  ['loss_reason', 'PRICE', '价格', 'Price'],
  ['loss_reason', 'QUALITY', '质量', 'Quality'],
  ['loss_reason', 'SERVICE', '服务', 'Service'],
  ['loss_reason', 'DELIVERY', '交货期', 'Delivery'],
  ['loss_reason', 'COMPETITOR', '竞争对手', 'Competitor'],
  ['loss_reason', 'NO_BUDGET', '没有预算', 'No budget'],
  ['loss_reason', 'NO_DECISION', '项目取消', 'No decision'],
  ['loss_reason', 'OTHER', '其他', 'Other'],
];

const reasonRows = reasons.map(
  ([vocabulary, code, zh, en], at) =>
    `('${vocabulary}', '${code}', JSON_OBJECT('zh', '${zh}', 'en', '${en}'), ${at})`,
);

const status = "ENUM('OPEN', 'WON', 'LOST', 'ABANDONED') NOT NULL";

export const createOpportunity = migration('CreateOpportunity_1795948800000', {
  up: [
    `CREATE TABLE opportunityStage (${stampColumns},
      code VARCHAR(64) NOT NULL,
      labelsZh VARCHAR(100) NOT NULL,
      labelsEn VARCHAR(100) NOT NULL,
      probability TINYINT UNSIGNED NOT NULL,
      \`order\` INT NOT NULL,
      outcome ${status},
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    `CREATE TABLE opportunity (${stampColumns},
      customerId BINARY(16) NOT NULL,
      name VARCHAR(200) COLLATE utf8mb4_zh_0900_as_cs NOT NULL,
      description TEXT NULL,
      stage VARCHAR(64) NOT NULL,
      status ${status},
      amountAmount DECIMAL(18,2) NULL,
      amountCurrency CHAR(3) NULL,
      probability TINYINT UNSIGNED NOT NULL,
      expectedCloseOn DATE NULL,
      needId BINARY(16) NULL,
      salespersonId BINARY(16) NULL,
      closedOn DATE NULL,
      winReason VARCHAR(64) NULL,
      lossReason VARCHAR(64) NULL,
      closeNote VARCHAR(2000) NULL,
      KEY byCustomer (customerId, id),
      KEY byStage (stage, id),
      KEY byStatus (status, expectedCloseOn, id),
      KEY bySalesperson (salespersonId, status, id),
      KEY byExpectedClose (expectedCloseOn, id),
      KEY byClose (closedOn, id),
      KEY byAmount (amountAmount, id),
      KEY byName (name, id),
      KEY byNeed (needId),
      KEY byUpdate (updatedAt, id)
    )`,
    `CREATE TABLE opportunityStageChange (${stampColumns},
      opportunityId BINARY(16) NOT NULL,
      customerId BINARY(16) NOT NULL,
      fromStage VARCHAR(64) NULL,
      toStage VARCHAR(64) NOT NULL,
      probability TINYINT UNSIGNED NOT NULL,
      amountAmount DECIMAL(18,2) NULL,
      amountCurrency CHAR(3) NULL,
      daysInStage INT UNSIGNED NULL,
      note VARCHAR(2000) NULL,
      KEY byOpportunity (opportunityId, id)
    )`,
    `CREATE TABLE need (${stampColumns},
      customerId BINARY(16) NOT NULL,
      title VARCHAR(200) COLLATE utf8mb4_zh_0900_as_cs NOT NULL,
      description TEXT NULL,
      productId BINARY(16) NULL,
      quantity DECIMAL(20,4) NULL,
      budgetAmount DECIMAL(18,2) NULL,
      budgetCurrency CHAR(3) NULL,
      neededBy DATE NULL,
      priority ENUM('LOW', 'NORMAL', 'HIGH', 'URGENT') NOT NULL,
      status ENUM('OPEN', 'CONFIRMED', 'MATCHED', 'FULFILLED', 'WITHDRAWN') NOT NULL,
      statusReason VARCHAR(1000) NULL,
      fulfilledOn DATE NULL,
      raisedById BINARY(16) NULL,
      interactionId BINARY(16) NULL,
      opportunityId BINARY(16) NULL,
      KEY byCustomer (customerId, id),
      KEY byStatus (status, neededBy, id),
      KEY byDay (neededBy, id),
      KEY byPriority (priority, id),
      KEY byProduct (productId, id),
      KEY byPerson (raisedById, id),
      KEY byOpportunity (opportunityId),
      KEY byUpdate (updatedAt, id)
    )`,
    `ALTER TABLE salesOrder
       ADD COLUMN opportunityId BINARY(16) NULL,
       ADD KEY byOpportunity (opportunityId, orderedOn, id)`,
    `CREATE TABLE orderPayment (
      orderId BINARY(16) NOT NULL,
      paymentId BINARY(16) NOT NULL,
      PRIMARY KEY (orderId, paymentId)
    )`,
    `INSERT INTO orderPayment (orderId, paymentId)
     SELECT DISTINCT receivable.orderId, payment.id
     FROM payment
     JOIN JSON_TABLE(payment.allocations, '$[*]'
       COLUMNS (receivableId CHAR(36) PATH '$.receivableId')) AS allocation
     JOIN receivable ON receivable.id = UUID_TO_BIN(allocation.receivableId)
     WHERE receivable.orderId IS NOT NULL`,
    `INSERT INTO opportunityStage (id, version, createdAt, updatedAt, code, labelsZh, labelsEn,
       probability, \`order\`, outcome, active) VALUES ${stageRows.join(', ')}`,
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, sortOrder) VALUES ${reasonRows.join(', ')}`,
  ],
  down: [
    "DELETE FROM vocabularyTerm WHERE vocabulary IN ('win_reason', 'loss_reason')",
    'DROP TABLE orderPayment',
    'ALTER TABLE salesOrder DROP KEY byOpportunity, DROP COLUMN opportunityId',
    'DROP TABLE need',
    'DROP TABLE opportunityStageChange',
    'DROP TABLE opportunity',
    'DROP TABLE opportunityStage',
  ],
});
