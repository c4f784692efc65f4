/**
 * A company of a million customers, made by MySQL itself: the rows that the service would have
 * written, in the same tables, with nothing sent but these statements. Every value follows from the
 * customer's number.
 */

/** A whole number below `max` that follows from the customer's number `n` and a word. */
export const draw = (word: string, max: number, n = 'n'): string =>
  `CRC32(CONCAT(${n}, '${word}')) % ${max}`;

export const oneOf = (word: string, values: readonly string[], n = 'n'): string =>
  pick(draw(word, values.length, n), values);

export const pick = (at: string, values: readonly string[]): string =>
  `ELT(1 + ${at}, ${values.map((value) => `'${value}'`).join(', ')})`;

const chance = (word: string, percent: number): string => `${draw(word, 100)} < ${percent}`;

/** One of the values, each as often as its percentage says. */
export function weighted(
  word: string,
  values: readonly (readonly [value: string | null, percent: number])[],
  n = 'n',
): string {
  let below = 0;
  const cases = values.map(([value, percent]) => {
    below += percent;
    return `WHEN ${draw(word, 1000, n)} < ${below * 10} THEN ${value === null ? 'NULL' : `'${value}'`}`;
  });
  return `CASE ${cases.join(' ')} END`;
}

/** Characters of one sound each, with their sounds; two pairs sound alike. */
const brandCharacters = (
  '恒heng 华hua 中zhong 金jin 新xin 东dong 海hai 天tian 瑞rui 鼎ding 博bo 泰tai 安an 信xin 远yuan 达da 创chuang ' +
  '联lian 科ke 嘉jia 万wan 隆long 永yong 诚cheng 顺shun 启qi 元yuan 翔xiang 凯kai 腾teng 洋yang 峰feng 邦bang'
).split(' ');
const cityNames = (
  '上海shanghai 北京beijing 广州guangzhou 深圳shenzhen 苏州suzhou 杭州hangzhou 南京nanjing 武汉wuhan 天津tianjin ' +
  '青岛qingdao 宁波ningbo 无锡wuxi 佛山foshan 东莞dongguan 济南jinan 沈阳shenyang 大连dalian 西安xian 郑州zhengzhou 合肥hefei'
).split(' ');
const tradeNames = (
  '机械jixie 精密机械jingmijixie 自动化设备zidonghuashebei 重工zhonggong 模具mojv 电机dianji 食品机械shipinjixie ' +
  '包装机械baozhuangjixie 电子dianzi 新材料xincailiao 化工huagong 贸易maoyi 五金wujin 物流wuliu 仓储cangchu 电力dianli ' +
  '新能源xinnengyuan 水务shuiwu 信息技术xinxijishu 农业科技nongyekeji'
).split(' ');

const han = (each: string): string => each.replaceAll(/[a-z]/g, '');
const sound = (each: string): string => each.replaceAll(/[^a-z]/g, '');

/** Names are all different, but for one in fifty, who is called like somebody else. */
const stem = `IF(${chance('twin', 2)}, n DIV 2, n)`;
const shuffled = `(${stem} * 7919 + 13) % ${33 ** 4}`;
const brandOf = (part: (each: string) => string): string =>
  `CONCAT(${[0, 1, 2, 3]
    .map((at) => pick(`(${shuffled} DIV ${33 ** at}) % 33`, brandCharacters.map(part)))
    .join(', ')})`;
const ofStem = (word: string, values: readonly string[]): string =>
  pick(draw(word, values.length, stem), values);

/** What the names and everything that is found by them are made of, for customer `n`. */
const numbered = `SELECT n,
    ${ofStem('city', cityNames.map(han))} AS city, ${ofStem('city', cityNames.map(sound))} AS citySound,
    ${brandOf(han)} AS brand, ${brandOf(sound)} AS brandSound,
    ${ofStem('trade', tradeNames.map(han))} AS trade, ${ofStem('trade', tradeNames.map(sound))} AS tradeSound,
    CONCAT('S1-', n) AS code, ${id('n')} AS id,
    IF(${chance('website', 50)}, CONCAT('s', n, '.example'), NULL) AS host,
    CONCAT('0', ${draw('area', 89)} + 10, '-', LPAD(${draw('phone', 99_999_999)}, 8, '0')) AS phone,
    IF(${chance('registered', 92)}, CONCAT('91310000', LPAD(n, 9, '0'), 'X'), NULL) AS registrationNumber,
    FROM_UNIXTIME(1680000000 + n * 100) AS createdAt,
    ${draw('owner', 100)} < 93 AS isOwned,
    FLOOR(POW(${draw('owner', 10_000)} / 10000, 2) * 200) AS ownerAt
  FROM (SELECT ? + a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n FROM
    ${['a', 'b', 'c', 'e'].map((name) => `(VALUES ${Array.from({ length: 10 }, (_, d) => `ROW(${d})`).join(', ')}) AS ${name}(d)`).join(', ')}) AS numbers`;

/** A UUIDv7: ids of customers are in the order in which they came. */
export function id(n: string): string {
  return `UNHEX(CONCAT(LPAD(CONV(1680000000000 + ${n} * 100000, 10, 16), 12, '0'), '7000',
    '8000', LPAD(HEX(CRC32(CONCAT(${n}, 'id'))), 8, '0'), LPAD(HEX(${n} % 65536), 4, '0')))`;
}

export const staffId = (at: string): string =>
  `UNHEX(CONCAT('018710000000700080000000', LPAD(HEX(1000 + ${at}), 8, '0')))`;
export const teamId = (at: string): string =>
  `UNHEX(CONCAT('018710000000700080000000', LPAD(HEX(100 + ${at}), 8, '0')))`;

export const customersAtOnce = 10_000;
export const staffCount = 200;
/** Ten people a team; the first of the teams is above all others. */
export const teamCount = 20;

const stamps = `1, createdAt, createdAt`;

export const numbers = (count: number): string =>
  `(WITH RECURSIVE r (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < ${count - 1}) SELECT n FROM r) AS r`;

export const fillStaff: readonly string[] = [
  `INSERT INTO team (id, version, createdAt, updatedAt, code, name, parentId)
   SELECT ${teamId('n')}, 1, NOW(3), NOW(3), CONCAT('T-', n), CONCAT('第', n, '团队'), IF(n = 0, NULL, ${teamId('0')})
   FROM ${numbers(teamCount)}`,
  `INSERT INTO staffMember (id, version, createdAt, updatedAt, code, name, teamId, active)
   SELECT ${staffId('n')}, 1, NOW(3), NOW(3), CONCAT('P-', n), CONCAT('员工', n), ${teamId('n % ' + teamCount)}, 1
   FROM ${numbers(staffCount)}`,
];

/** One customer of a strategic size in two hundred, as real companies have them. */
const levels = [
  ['STRATEGIC', 0.5],
  ['KEY', 4.5],
  ['REGULAR', 35],
  ['SMALL', 50],
  [null, 10],
] as const;

const customers: readonly (readonly [column: string, value: string])[] = [
  ['id', 'id'],
  ['version', '1'],
  ['createdAt', 'createdAt'],
  ['updatedAt', `createdAt + INTERVAL ${draw('updated', 90_000)} MINUTE`],
  [
    'customFields',
    `IF(${chance('fields', 60)}, JSON_OBJECT('score', ${draw('score', 100_000)}, 'size', ${oneOf('size', ['S', 'M', 'L'])},
      'region', CONCAT('R', ${draw('region', 1000)}), 'since', DATE_FORMAT('2015-01-01' + INTERVAL ${draw('since', 4000)} DAY, '%Y-%m-%d')), NULL)`,
  ],
  ['code', 'code'],
  ['kind', `'ORGANIZATION'`],
  [
    'name',
    `CONCAT(city, brand, trade, ${oneOf('form', ['有限公司', '有限责任公司', '股份有限公司'])})`,
  ],
  ['shortName', 'CONCAT(brand, trade)'],
  ['formerNames', `'[]'`],
  ['addressCountry', `'中国'`],
  ['addressProvince', `CONCAT(city, '省')`],
  ['addressCity', 'city'],
  ['addressStreet', `CONCAT('人民路', ${draw('street', 2000)}, '号')`],
  ['phone', 'phone'],
  ['website', `CONCAT('https://www.', host)`],
  ['email', `IF(${chance('email', 70)}, CONCAT('info@s', n, '.example'), NULL)`],
  ['registrationNumber', 'registrationNumber'],
  ['industry', oneOf('industry', ['C', 'C', 'C', 'F', 'G', 'B', 'D', 'E', 'I', 'M'])],
  [
    'legalForm',
    weighted('legal', [
      ['LIMITED_LIABILITY_COMPANY', 60],
      ['LIMITED_COMPANY', 25],
      ['JOINT_STOCK_COMPANY', 15],
    ]),
  ],
  ['headcountTotal', `IF(${chance('headcount', 40)}, ${draw('heads', 3000)}, NULL)`],
  [
    'salesContractStatus',
    weighted('contract', [
      ['SIGNED', 30],
      ['SIGNING', 10],
      ['NOT_SIGNED', 50],
      [null, 10],
    ]),
  ],
  [
    'industryStanding',
    weighted('standing', [
      ['LEADING', 10],
      ['MIDDLE', 40],
      ['TRAILING', 10],
      [null, 40],
    ]),
  ],
  [
    'peerReputation',
    weighted('peers', [
      ['GOOD', 40],
      ['FAIR', 20],
      [null, 40],
    ]),
  ],
  ['establishedOn', `'1994-01-01' + INTERVAL ${draw('established', 11_000)} DAY`],
  ['level', weighted('level', levels)],
  [
    'categories',
    `JSON_ARRAY(${oneOf('category', ['MANUFACTURER', 'WHOLESALER', 'SERVICE', 'PUBLIC'])})`,
  ],
  [
    'channelRole',
    weighted('channel', [
      ['DISTRIBUTOR', 20],
      ['END_USER', 70],
      [null, 10],
    ]),
  ],
  [
    'lifecycleStage',
    weighted('stage', [
      ['TRADING', 40],
      ['DORMANT', 10],
      ['POTENTIAL', 46],
      ['NO_NEED', 4],
    ]),
  ],
  ['source', oneOf('source', ['展会', '转介绍', '官网', '电话开发', '招标'])],
  ['ownerId', `IF(isOwned, ${staffId('ownerAt')}, NULL)`],
  ['teamId', `IF(isOwned, ${teamId(`ownerAt % ${teamCount}`)}, NULL)`],
  [
    'tags',
    `IF(${chance('tag', 25)}, JSON_ARRAY(${oneOf('tags', ['价格敏感', '老客户', '急单多', '国企'])}), '[]')`,
  ],
  ['searchText', `CONCAT(city, brand, trade, ' ', brand, trade, ' ', code)`],
];

const keys: readonly (readonly [field: string, value: string])[] = [
  ['NAME', 'CONCAT(city, brand, trade)'],
  ['NAME', 'CONCAT(brand, trade)'],
  ['PINYIN', 'CONCAT(citySound, brandSound, tradeSound)'],
  ['PINYIN', 'CONCAT(brandSound, tradeSound)'],
  ['WEBSITE', 'host'],
  ['PHONE', `REPLACE(phone, '-', '')`],
  ['REGISTRATION_NUMBER', 'registrationNumber'],
];

/** Prints in the order of their index are written ten times as fast, so they wait here. */
export const prepareKeys: readonly string[] = [
  'DROP TABLE IF EXISTS benchKey',
  `CREATE TABLE benchKey (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    print BINARY(8) NOT NULL, customerId BINARY(16) NOT NULL)`,
];

export const fillKeys: readonly string[] = [
  'SET SESSION sort_buffer_size = 134217728',
  `INSERT IGNORE INTO duplicatePrint (print, customerId)
   SELECT print, customerId FROM benchKey ORDER BY print, customerId`,
  'DROP TABLE benchKey',
];

/** Each takes the number of the first of so many customers. */
export const fillRecords: readonly string[] = [
  'DROP TEMPORARY TABLE IF EXISTS made',
  `CREATE TEMPORARY TABLE made (PRIMARY KEY (n)) AS ${numbered}`,
  `INSERT INTO customer (${customers.map(([column]) => column).join(', ')})
   SELECT ${customers.map(([, value]) => value).join(', ')} FROM made ORDER BY n`,
];

/** The same, with what is kept beside the customers. */
export const fillCustomers: readonly string[] = [
  ...fillRecords,
  ...keys.map(
    ([field, value]) =>
      `INSERT INTO benchKey (print, customerId)
       SELECT LEFT(UNHEX(SHA2(CONCAT('${field} ', value), 256)), 8), id FROM (SELECT ${value} AS value, id FROM made) AS given
       WHERE value IS NOT NULL`,
  ),
  `INSERT INTO ownershipTerm (id, version, createdAt, updatedAt, customerId, ownerId, teamId, startedAt, kind)
   SELECT id, ${stamps}, id, ${staffId('ownerAt')}, ${teamId(`ownerAt % ${teamCount}`)}, createdAt, 'CREATED'
   FROM made WHERE isOwned ORDER BY n`,
  `INSERT INTO lifecycleTransition (id, version, createdAt, updatedAt, customerId, toStage, source)
   SELECT id, ${stamps}, id, ${weighted('stage', [
     ['TRADING', 40],
     ['DORMANT', 10],
     ['POTENTIAL', 46],
     ['NO_NEED', 4],
   ])}, 'IMPORT'
   FROM made ORDER BY n`,
];
