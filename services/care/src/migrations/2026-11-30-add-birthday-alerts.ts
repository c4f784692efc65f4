import { migration } from '@crm/kit/database/migration';

const kinds = [
  'CONTACT_OVERDUE',
  'NO_BUSINESS',
  'RECEIVABLE_OVERDUE',
  'CREDIT_LIMIT_NEAR',
  'GRADE_FELL',
  'BIRTHDAY_UNPLANNED',
  'CUSTOM',
];
const kindIn = (names: readonly string[]): string =>
  `MODIFY kind ENUM(${names.map((name) => `'${name}'`).join(', ')}) NOT NULL`;

const id = "UNHEX('019dcf0a000070008000000000000007')";

/** A company that has a rule of this code already keeps its own. */
export const addBirthdayAlerts = migration('AddBirthdayAlerts_1796084000000', {
  up: [
    `ALTER TABLE alertRule ${kindIn(kinds)}`,
    `INSERT IGNORE INTO alertRule (id, version, createdAt, updatedAt, code, labels, kind, criteria,
       thresholdDays, severity, route, autoResolve, snoozable, active)
     VALUES (${id}, 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 'birthday_unplanned',
       '{"zh":"负责人生日将至且无关怀安排","en":"Birthday of a principal without care"}', 'BIRTHDAY_UNPLANNED',
       '{"lifecycleStage":{"in":["POTENTIAL","TRADING"]}}', 7, 'INFO', 'OWNER', 1, 1, 1)`,
  ],
  down: [
    `DELETE FROM alertRule WHERE id = ${id}`,
    `ALTER TABLE alertRule ${kindIn(kinds.filter((kind) => kind !== 'BIRTHDAY_UNPLANNED'))}`,
  ],
});
