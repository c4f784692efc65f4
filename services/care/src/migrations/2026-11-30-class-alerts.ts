import { migration } from '@crm/kit/database/migration';

const alertClass = `ENUM('PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'PERSONAL', 'SENSITIVE') NOT NULL`;

const id = "UNHEX('019dcf0a000070008000000000000008')";

/** What of grades and credit is confidential hides its alerts too, and has a rule of its own. */
export const classAlerts = migration('ClassAlerts_1796084200000', {
  up: [
    `ALTER TABLE alert ADD COLUMN class ${alertClass} DEFAULT 'INTERNAL'`,
    `UPDATE alert SET class = 'CONFIDENTIAL' WHERE creditUsedPercent IS NOT NULL
      OR (JSON_TYPE(evidence->'$.model') = 'STRING' AND JSON_TYPE(evidence->'$.fromGrade') = 'NULL')`,
    "UPDATE alert SET class = 'PERSONAL' WHERE JSON_TYPE(evidence->'$.personId') = 'STRING'",
    // modelVersion: grades of two versions are not compared.
    `ALTER TABLE gradeFall ADD COLUMN class ${alertClass} DEFAULT 'CONFIDENTIAL',
      ADD COLUMN modelVersion INT NULL`,
    "UPDATE gradeFall SET class = 'INTERNAL' WHERE isOpen = 1",
    'ALTER TABLE gradeFall DROP COLUMN isOpen',
    `INSERT IGNORE INTO alertRule (id, version, createdAt, updatedAt, code, labels, kind, criteria,
      thresholdDays, model, severity, route, autoResolve, snoozable, active)
     VALUES (${id}, 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 'credit_grade_fell',
      '{"zh": "信用评级下降", "en": "Credit grade fell"}', 'GRADE_FELL', '{}', 30, 'customer_credit',
      'WARNING', 'TEAM_LEAD', 1, 1, 1)`,
  ],
  down: [
    `DELETE FROM alertRule WHERE id = ${id}`,
    'ALTER TABLE gradeFall ADD COLUMN isOpen TINYINT(1) NOT NULL DEFAULT 0',
    "UPDATE gradeFall SET isOpen = class IN ('PUBLIC', 'INTERNAL')",
    'ALTER TABLE gradeFall DROP COLUMN modelVersion, DROP COLUMN class',
    'ALTER TABLE alert DROP COLUMN class',
  ],
});
