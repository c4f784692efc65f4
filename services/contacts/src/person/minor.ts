import { minorAge } from './person.ts';

/**
 * Whether a person is a child, as a condition on the row `alias`. A birthday of the Chinese calendar
 * is at most 81 days later by the Gregorian one, and counts so: nobody is taken for
 * grown up early.
 */
export const minorSql = (alias: string): string =>
  `(${alias}.birthdayYear IS NOT NULL AND (${alias}.birthdayYear + ${minorAge}) * 10000
    + COALESCE(${alias}.birthdayMonth, 12) * 100 + COALESCE(${alias}.birthdayDay, 31)
    > DATE_FORMAT(UTC_TIMESTAMP() + INTERVAL 8 HOUR - INTERVAL IF(${alias}.birthdayCalendar = 'CHINESE_LUNAR', 81, 0) DAY, '%Y%m%d') + 0)`;
