import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

/** Every stage may follow every other to begin with; the company may say otherwise. */
const steps: readonly (readonly [toStage: string, needsReason: 0 | 1])[] = [
  ['POTENTIAL', 1],
  ['TRADING', 0],
  ['DORMANT', 1],
  ['NO_NEED', 1],
];

const stepRows = steps.map(
  ([toStage, needsReason], at) =>
    `(UNHEX('019dcf0a00007000800000000000013${at}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
      '${toStage}', ${needsReason}, 1)`,
);

const ordered = (days: number | null): object => ({
  status: { ne: 'CANCELLED' },
  ...(days !== null && { orderedOn: { withinDays: -days } }),
});

const rules = [
  {
    code: 'first_order',
    labels: { zh: '首次下单', en: 'First order' },
    toStage: 'TRADING',
    criteria: {
      any: [
        { lifecycleStage: { eq: 'POTENTIAL' }, orders: { some: ordered(null) } },
        { lifecycleStage: { eq: 'DORMANT' }, orders: { some: ordered(365) } },
      ],
    },
    priority: 100,
    mode: 'APPLY',
  },
  {
    code: 'no_order_365',
    labels: { zh: '一年未下单', en: 'No order for a year' },
    toStage: 'DORMANT',
    criteria: { lifecycleStage: { eq: 'TRADING' }, orders: { none: ordered(365) } },
    priority: 50,
    mode: 'SUGGEST',
  },
] as const;

const ruleRows = rules.map(
  ({ code, labels, toStage, criteria, priority, mode }, at) =>
    `(UNHEX('019dcf0a00007000800000000000014${at}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
      '${code}', '${JSON.stringify(labels)}', '${toStage}', '${JSON.stringify(criteria)}',
      ${priority}, '${mode}', 0, 1)`,
);

export const createLifecycle = migration('CreateLifecycle_1795950003000', {
  up: [
    `CREATE TABLE lifecycleTransition (${stampColumns},
      customerId BINARY(16) NOT NULL,
      fromStage VARCHAR(64) NULL,
      toStage VARCHAR(64) NOT NULL,
      reason VARCHAR(500) NULL,
      source ENUM('MANUAL', 'RULE', 'IMPORT') NOT NULL,
      ruleCode VARCHAR(64) NULL,
      reviewOn DATE NULL,
      endedAt DATETIME(3) NULL,
      isCurrent TINYINT GENERATED ALWAYS AS (IF(endedAt IS NULL, 1, NULL)) VIRTUAL,
      UNIQUE KEY oneAtATime (customerId, isCurrent),
      KEY byCustomer (customerId, createdAt, id)
    )`,
    // How those of before came to their stages stands in the history of the field.
    `INSERT INTO lifecycleTransition
       (id, version, createdAt, updatedAt, customerId, toStage, source)
     SELECT UUID_TO_BIN(UUID(), 1), 1, createdAt, UTC_TIMESTAMP(3), id, lifecycleStage, 'IMPORT'
     FROM customer`,
    `CREATE TABLE lifecycleStep (${stampColumns},
      fromStage VARCHAR(64) NULL,
      toStage VARCHAR(64) NOT NULL,
      needsReason TINYINT(1) NOT NULL,
      active TINYINT(1) NOT NULL,
      fromKey VARCHAR(64) GENERATED ALWAYS AS (COALESCE(fromStage, '')) VIRTUAL,
      UNIQUE KEY unique_toStage (toStage, fromKey, live)
    )`,
    `INSERT INTO lifecycleStep (id, version, createdAt, updatedAt, toStage, needsReason, active)
     VALUES ${stepRows.join(', ')}`,
    `CREATE TABLE lifecycleRule (${stampColumns},
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      toStage VARCHAR(64) NOT NULL,
      criteria JSON NOT NULL,
      priority INT NOT NULL,
      mode ENUM('APPLY', 'SUGGEST') NOT NULL,
      minDwellDays INT NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    `INSERT INTO lifecycleRule (id, version, createdAt, updatedAt, code, labels, toStage, criteria,
       priority, mode, minDwellDays, active)
     VALUES ${ruleRows.join(', ')}`,
    `CREATE TABLE lifecycleSuggestion (${stampColumns},
      customerId BINARY(16) NOT NULL,
      fromStage VARCHAR(64) NULL,
      toStage VARCHAR(64) NOT NULL,
      ruleCode VARCHAR(64) NOT NULL,
      state ENUM('OPEN', 'ACCEPTED', 'DISMISSED') NOT NULL,
      reason VARCHAR(500) NULL,
      KEY byCustomer (customerId, ruleCode, createdAt),
      KEY byState (state, id)
    )`,
    'CREATE TABLE lifecycleDue (customerId BINARY(16) NOT NULL PRIMARY KEY)',
    `CREATE TABLE lifecycleSweep (
      day DATE NOT NULL PRIMARY KEY,
      cursorId BINARY(16) NOT NULL,
      isDone TINYINT(1) NOT NULL
    )`,
  ],
  down: [
    'DROP TABLE lifecycleSweep',
    'DROP TABLE lifecycleDue',
    'DROP TABLE lifecycleSuggestion',
    'DROP TABLE lifecycleRule',
    'DROP TABLE lifecycleStep',
    'DROP TABLE lifecycleTransition',
  ],
});
