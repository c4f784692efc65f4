/**
 * A market made by MySQL itself: the rows that the service would have written, in the same tables.
 * Every value follows from the number of a row.
 */

export const competitorCount = 10_000;
export const contestCount = 1_000_000;
export const itemCount = 1_000_000;
const customerCount = 100_000;

/** An id that follows from a kind and a number, in the order of the numbers. */
const id = (kind: string, n: string): string =>
  `UNHEX(CONCAT('0190${kind}0000700080000000', LPAD(HEX(${n}), 8, '0')))`;

const draw = (word: string, max: number): string => `CRC32(CONCAT(n, '${word}')) % ${max}`;
/** Few are met often and many seldom. */
const skewed = (word: string, max: number): string =>
  `FLOOR(POW(CRC32(CONCAT(n, '${word}')) / 4294967296, 2) * ${max})`;

const numbers = (count: number): string =>
  `(WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < ${count - 1})
    SELECT n FROM s) numbers`;

const stamped = 'id, version, createdAt, updatedAt';
const stamps = (kind: string): string =>
  `${id(kind, 'n')}, 1, '2024-01-01' + INTERVAL n SECOND, '2024-01-01' + INTERVAL n SECOND`;

export const customerId = (n: number): string =>
  `0190c000-0000-7000-8000-0000${n.toString(16).padStart(8, '0')}`;

const industries = ['MACHINERY', 'CHEMICALS', 'FOOD', 'ENERGY', 'TEXTILES'];
const words = ['伺服', '稀土', '交期', '涨价', '扩产', '招标', '渠道', '新品', '人事', '出口'];
const places = ['华东', '华南', '西北', '东北', '西南', '华北', '华中', '沿海'];
const oneOf = (word: string, values: readonly string[]): string =>
  `ELT(1 + ${draw(word, values.length)}, ${values.map((value) => `'${value}'`).join(', ')})`;

const competitors = `INSERT INTO competitor (${stamped}, code, name, flagshipProducts, searchText)
  SELECT ${stamps('aaaa')}, CONCAT('R-', n), CONCAT('对手', n), '[]', CONCAT('对手', n)
  FROM ${numbers(competitorCount)}`;

const customers = [
  `INSERT INTO customerAccess (id) SELECT ${id('c000', 'n')} FROM ${numbers(customerCount)}`,
  `INSERT INTO customerProfile (id, industry) SELECT ${id('c000', 'n')}, ${oneOf('i', industries)}
   FROM ${numbers(customerCount)}`,
];

/** Each competes for an opportunity of its own: those of several competitors add rows, not costs. */
const contests = `INSERT INTO opportunityCompetitor (${stamped}, opportunityId, customerId,
    competitorId, standing, since, incumbent, productIds, contactsCovered, opportunityStatus,
    opportunityAmountAmount, opportunityAmountCurrency, salespersonId, closedOn)
  SELECT ${stamps('bbbb')}, ${id('dddd', 'n')}, ${id('c000', skewed('c', customerCount))},
    ${id('aaaa', skewed('r', competitorCount))}, 'ACTIVE', '2022-01-01' + INTERVAL ${draw('s', 1700)} DAY,
    0, '[]', '[]', ELT(1 + ${draw('o', 3)}, 'OPEN', 'WON', 'LOST'), ${draw('a', 900_000)}, 'CNY',
    ${id('eeee', draw('p', 500))},
    IF(${draw('o', 3)} = 0, NULL, '2022-01-01' + INTERVAL ${draw('s', 1700)} DAY)
  FROM ${numbers(contestCount)}`;

const items = `INSERT INTO intelligenceItem (${stamped}, subject, competitorId, title, body, source,
    reliability, observedOn, tags, audience, searchText)
  SELECT ${stamps('ffff')}, 'COMPETITOR', ${id('aaaa', skewed('r', competitorCount))},
    CONCAT(${oneOf('w', words)}, '消息', n), CONCAT(${oneOf('x', places)}, '市场', ${oneOf('y', words)}),
    '展会', 'LIKELY', '2022-01-01' + INTERVAL ${draw('s', 1700)} DAY, '[]', 'COMPANY',
    CONCAT(${oneOf('w', words)}, '消息', n, ' ', ${oneOf('x', places)}, '市场', ${oneOf('y', words)})
  FROM ${numbers(itemCount)}`;

export const fillMarket: readonly string[] = [competitors, ...customers, contests, items];
