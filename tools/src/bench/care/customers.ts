import { draw, id, numbers } from './care-schema.ts';

export const customerCount = 1_000_000;

/** Everybody was met and has ordered within the days of all rules, but for a few of each hundred. */
const pulses = `INSERT INTO customerPulse (id, code, name, kind, level, province, categories,
    lifecycleStage, ownerId, createdAt, lastInteractionAt, lastOrderOn, oldestDueOn, creditUsedPercent)
  SELECT ${id('c110', 'n')}, CONCAT('B-', n), CONCAT('客户', n), 'ORGANIZATION',
    ELT(1 + ${draw('l', 4)}, 'STRATEGIC', 'KEY', 'REGULAR', 'SMALL'), CONCAT('省', ${draw('p', 10)}), '[]',
    ELT(1 + ${draw('s', 4)}, 'POTENTIAL', 'TRADING', 'TRADING', 'NO_NEED'),
    IF(${draw('w', 500)} = 0, NULL, ${id('eeee', draw('o', 200))}), NOW() - INTERVAL 2 YEAR,
    NOW() - INTERVAL IF(${draw('i', 50)} = 0, 70, ${draw('j', 10)}) DAY,
    CURDATE() - INTERVAL IF(${draw('q', 50)} = 0, 300, ${draw('r', 170)}) DAY,
    IF(${draw('d', 100)} = 0, CURDATE() - INTERVAL 20 DAY,
      IF(${draw('e', 3)} = 0, CURDATE() + INTERVAL 20 DAY, NULL)),
    IF(${draw('c', 3)} = 0, ${draw('u', 91)}, NULL)
  FROM ${numbers(customerCount)}`;

const falls = `INSERT INTO gradeFall (customerId, model, fromGrade, fromScore, toGrade, fellOn, class)
  SELECT ${id('c110', 'n * 200')}, 'customer_value', 'A', 90, 'B', CURDATE() - INTERVAL ${draw('f', 60)} DAY, 'INTERNAL'
  FROM ${numbers(customerCount / 200)}`;

/** A million customers, in the tables in which care keeps what it is told. */
export const fillCustomers: readonly string[] = [
  pulses,
  `INSERT INTO customerAccess (id, ownerId)
   SELECT id, ownerId FROM customerPulse WHERE id BETWEEN ${id('c110', '0')} AND ${id('c110', String(customerCount))}`,
  falls,
  'ANALYZE TABLE customerPulse, customerAccess, gradeFall',
];
