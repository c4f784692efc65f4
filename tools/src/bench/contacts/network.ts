/**
 * A network of a million people, made by MySQL itself: the rows that the service would have written,
 * in the same tables. Every value follows from the number of the person or of the relationship. Half
 * of the relationships are among colleagues, the others lead to people of whom a few know very many:
 * the degree follows a power law with an exponent of 2.5.
 */

export const peopleCount = 1_000_000;
export const relationshipCount = 5_000_000;
const peoplePerCustomer = 50;
/** The first people are at one customer, which is as large as an org chart may be. */
export const chartCount = 500;
export const staffCount = 200;

/** A whole number below `max` that follows from the number `n` and a word. */
const draw = (word: string, max: number, n = 'n'): string =>
  `CRC32(CONCAT(${n}, '${word}')) % ${max}`;

const uniform = (word: string, n = 'n'): string => `(CRC32(CONCAT(${n}, '${word}')) / 4294967296)`;

const pick = (at: string, values: readonly string[]): string =>
  `ELT(1 + ${at}, ${values.map((value) => `'${value}'`).join(', ')})`;

/** UUIDs of version 7, in the order in which they came. */
const uuid = (kind: string, n: string): string =>
  `UNHEX(CONCAT('01871D7C00007${kind}8000', LPAD(HEX(${n}), 12, '0')))`;

const personId = (n: string): string => uuid('001', n);
const customerId = (n: string): string => uuid('002', n);
const staffId = (n: string): string => uuid('003', n);
const relationshipId = (n: string): string => uuid('004', n);
const affiliationId = (n: string): string => uuid('005', n);

/** The same ids, as clients name them. */
const idOf =
  (kind: string) =>
  (n: number): string =>
    `01871d7c-0000-7${kind}-8000-${n.toString(16).padStart(12, '0')}`;

export const [person, customer, staff] = [idOf('001'), idOf('002'), idOf('003')];

export const rowsAtOnce = 100_000;

const digits = `(VALUES ${Array.from({ length: 10 }, (_, d) => `ROW(${d})`).join(', ')})`;
const numbers = `(SELECT ? + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n FROM
  ${['a', 'b', 'c', 'e', 'f'].map((name) => `${digits} AS ${name}(d)`).join(', ')}) AS numbers`;

const stamps = 'version, createdAt, updatedAt';
const stamped = "1, '2025-01-01', '2025-01-01'";

const surnames = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'.split('');
const given = '伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚'.split('');

/** The customer at which person `n` is. */
const customerOf = `IF(n < ${chartCount}, 0, n DIV ${peoplePerCustomer})`;

export const fillPeople: readonly string[] = [
  `INSERT INTO person (id, ${stamps}, code, name, gender, birthdayCalendar,
     birthdayYear, birthdayMonth, birthdayDay, birthdayLeapMonth, honoraryPositions, status, ownerId, teamId, searchText)
   SELECT ${personId('n')}, ${stamped}, CONCAT('P-', n), CONCAT(${pick(draw('s', 20), surnames)},
     ${pick(draw('g', 20), given)}, n), IF(${draw('x', 2)} = 0, 'MALE', 'FEMALE'),
     IF(n % 5 = 0, NULL, IF(n % 20 = 1, 'CHINESE_LUNAR', 'GREGORIAN')), IF(n % 5 = 0, NULL, 1950 + ${draw('y', 55)}),
     IF(n % 5 = 0, NULL, 1 + ${draw('m', 12)}), IF(n % 5 = 0, NULL, 1 + ${draw('d', 28)}), IF(n % 5 = 0, NULL, 0), '[]', 'ACTIVE',
     ${staffId(`(${customerOf}) % ${staffCount}`)}, NULL, CONCAT('P-', n)
   FROM ${numbers} ORDER BY n`,
  `INSERT INTO affiliation (id, ${stamps}, personId, customerId, roles, department, jobTitle, isPrimary, isProxy, validFrom)
   SELECT ${affiliationId('n')}, ${stamped}, ${personId('n')}, ${customerId(customerOf)}, '["CONTACT"]',
     CONCAT('部门', n % 7), '经理', 1, 0, '2020-01-01'
   FROM ${numbers} ORDER BY n`,
];

const few = (count: number): string =>
  `(WITH RECURSIVE r (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < ${count - 1}) SELECT n FROM r) AS r`;

export const fillCompany: readonly string[] = [
  `INSERT INTO staffMember (id, code, name, active)
   SELECT ${staffId('n')}, CONCAT('S-', n), CONCAT('员工', n), 1 FROM ${few(staffCount)}`,
  `INSERT INTO customerAccess (id, ownerId) SELECT ${customerId('n')}, ${staffId(`n % ${staffCount}`)}
   FROM ${few(peopleCount / peoplePerCustomer)}`,
  // A member of staff knows about 200 people, few of them well.
  `INSERT INTO closeness (staffId, personId, score, interactions, lastAt)
   SELECT ${staffId(`n % ${staffCount}`)}, ${personId(`(n * 2503) % ${peopleCount}`)},
     POW(${uniform('close')}, 2) * 20, 3, '2026-11-01'
   FROM ${few(staffCount * 200)}`,
];

/** Everybody but the first reports to a colleague: the first so many relationships. */
const reportCount = peopleCount;
const start = `IF(n < ${reportCount}, n, FLOOR(${uniform('from')} * ${peopleCount}))`;
/** Colleagues are neighbours in number; those who are known to very many have the low numbers. */
const end = `CASE
  WHEN n < ${reportCount} THEN IF(n < ${chartCount}, (n - 1) DIV 7,
    n DIV ${peoplePerCustomer} * ${peoplePerCustomer} + (n % ${peoplePerCustomer} - 1) DIV 7)
  WHEN n % 8 < 3 THEN LEAST(${peopleCount - 1}, FLOOR(${uniform('from')} * ${peopleCount})
    DIV ${peoplePerCustomer} * ${peoplePerCustomer} + ${draw('near', peoplePerCustomer)})
  ELSE FLOOR(POW(${uniform('to')}, 3) * ${peopleCount}) END`;

export const fillRelationships = `INSERT INTO personRelationship (id, ${stamps}, type, category, fromId, toId, strength, validFrom)
  SELECT ${relationshipId('n')}, ${stamped},
    CASE WHEN n < ${reportCount} THEN 'REPORTS_TO' WHEN n % 8 < 3 THEN 'COLLEAGUE_OF'
      ELSE ${pick('n % 5', ['FRIEND_OF', 'SCHOOLMATE_OF', 'TOWNSMAN_OF', 'INFLUENCES', 'RELATIVE_OF'])} END,
    CASE WHEN n < ${reportCount} THEN 'WORK' WHEN n % 8 < 3 THEN 'WORK'
      ELSE ${pick('n % 5', ['SOCIAL', 'SOCIAL', 'SOCIAL', 'INFLUENCE', 'FAMILY'])} END,
    ${personId('f')}, ${personId('t')}, 20 + ${draw('strong', 76)}, '2020-01-01'
  FROM (SELECT n, ${start} AS f, ${end} AS t FROM ${numbers}) AS pairs WHERE f <> t AND t >= 0 ORDER BY n`;

/** One of so many parts of the people at a time is sorted in memory, and written in order. */
export const edgeParts = 8;

const edgesFrom = (near: string, far: string, direction: string): string =>
  `SELECT ${near} AS p, 100 - strength AS w, id, ${far} AS o, category,
     IF(type IN ('COLLEAGUE_OF', 'FRIEND_OF', 'SCHOOLMATE_OF', 'TOWNSMAN_OF'), 'BOTH', '${direction}') AS d, validFrom
   FROM personRelationship WHERE ${near} >= ? AND ${near} < ?`;

/** Takes the bounds of a part twice. */
export const fillEdges = `INSERT INTO personEdge (personId, weakness, relationshipId, otherId, category, direction, validFrom)
  SELECT * FROM (${edgesFrom('fromId', 'toId', 'OUT')} UNION ALL ${edgesFrom('toId', 'fromId', 'IN')}) AS edges
  ORDER BY p, w, id`;

export const boundOf = (part: number): string => personId(String((part * peopleCount) / edgeParts));
