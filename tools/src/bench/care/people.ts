import { draw, id, numbers } from './care-schema.ts';

/** People made by MySQL itself, in the tables in which care keeps what it is told. */

export const peopleCount = 100_000;
const customerCount = 20_000;
export const planCount = 20;

const at = "'2026-01-01 00:00:00'";

const customers = [
  `INSERT INTO customerAccess (id, ownerId) SELECT ${id('c000', 'n')}, ${id('eeee', draw('o', 200))}
   FROM ${numbers(customerCount)}`,
  `INSERT INTO customerPulse (id, code, name, kind, level, province, categories, lifecycleStage, ownerId,
     createdAt)
   SELECT ${id('c000', 'n')}, CONCAT('C-', n), CONCAT('客户', n), 'ORGANIZATION',
     ELT(1 + ${draw('l', 4)}, 'STRATEGIC', 'KEY', 'REGULAR', 'SMALL'), CONCAT('省', ${draw('p', 10)}), '[]',
     'TRADING', ${id('eeee', draw('o', 200))}, ${at} FROM ${numbers(customerCount)}`,
];

/** One in ten has no mobile, and one in twenty keeps the lunar calendar. */
const people = `INSERT INTO personPulse (id, version, createdAt, updatedAt, code, name, status,
    birthdayCalendar, birthdayYear, birthdayMonth, birthdayDay, birthdayLeapMonth, contactPoints)
  SELECT ${id('aaaa', 'n')}, 1, ${at}, ${at}, CONCAT('P-', n), CONCAT('某人', n), 'ACTIVE',
    IF(${draw('k', 20)} = 0, 'CHINESE_LUNAR', 'GREGORIAN'), 1970, 1 + ${draw('m', 12)},
    1 + ${draw('d', 28)}, 0,
    IF(${draw('c', 10)} = 0, '[]', '[{"kind":"MOBILE","value":"13800000000","label":null,"isPreferred":true}]')
  FROM ${numbers(peopleCount)}`;

const affiliations = `INSERT INTO affiliation (id, version, createdAt, updatedAt, personId, customerId,
    roles, isPrimary, isProxy)
  SELECT ${id('bbbb', 'n')}, 1, ${at}, ${at}, ${id('aaaa', 'n')},
    ${id('c000', draw('c', customerCount))}, '["PRINCIPAL"]', 1, 0 FROM ${numbers(peopleCount)}`;

/** One in five has decided nothing. */
const consents = `INSERT INTO consentDecision (id, version, createdAt, updatedAt, personId, purpose, status,
    at)
  SELECT ${id('dddd', 'n')}, 1, ${at}, ${at}, ${id('aaaa', 'n')}, 'CARE', 'GRANTED', ${at}
  FROM ${numbers(peopleCount)} WHERE ${draw('a', 5)} > 0`;

export const fillPeople: readonly string[] = [...customers, people, affiliations, consents];

const byProvince = (n: number): object => ({ customers: { province: { eq: `省${n % 10}` } } });

/** A festival a week ahead for everybody, birthdays of each province, and festivals that are far away. */
export const startPlans = (today: Date): readonly string[] => {
  const day = new Date(today.getTime() + 7 * 86_400_000);
  const rule = {
    calendar: 'GREGORIAN',
    year: null,
    month: day.getUTCMonth() + 1,
    day: day.getUTCDate(),
    isLastDay: false,
    weekday: null,
    nth: null,
    solarTerm: null,
    leapMonthRule: 'REGULAR_MONTH',
    missingDayRule: 'LAST_DAY',
  };
  const nobody = { customers: null, people: null, segmentIds: [], customerIds: [], personIds: [] };
  const stamps = `1, ${at}, ${at}`;
  const plan = (n: number, occasion: string, audience: object): string =>
    `(${id('ffff', String(n))}, ${stamps}, '计划${n}', (SELECT id FROM occasion WHERE code = '${occasion}'),
      (SELECT category FROM occasion WHERE code = '${occasion}'), 'CARE',
      '${JSON.stringify({ ...nobody, ...audience })}', 'ALL_CONTACTS', 'CONFIRM', '["SMS"]', 'ACTIVE', ${peopleCount * 2}, ${id('eeee', '1')}, ${at})`;
  const plans = Array.from({ length: planCount }, (_, n) =>
    n === 0
      ? plan(n, 'bench', {})
      : n < 11
        ? plan(n, 'birthday', byProvince(n))
        : plan(n, 'spring_festival', byProvince(n)),
  );
  return [
    `INSERT INTO occasion (id, version, createdAt, updatedAt, code, labels, category, kind, dateRule,
       leadDays, active) VALUES (${id('abcd', '1')}, ${stamps}, 'bench', '{"zh":"节","en":"Day"}', 'ROUTINE',
       'FESTIVAL', '${JSON.stringify(rule)}', 0, 1)`,
    `INSERT INTO carePlan (id, version, createdAt, updatedAt, name, occasionId, category, purpose, audience,
       target, mode, channels, status, audienceSize, approvedById, approvedAt) VALUES ${plans.join(', ')}`,
  ];
};
