import { draw, oneOf, staffCount, staffId, weighted } from '../customers/company.ts';
import { customerCount, tradingCount } from './company.ts';

/**
 * Ten million facts of four years, made by MySQL itself: what the events would have left of orders,
 * payments, receivables and interactions. Every value follows from the number of the fact; days count
 * back from the day on which it is filled. A few customers have very much of everything.
 */

export const orderCount = 2_700_000;
export const interactionCount = 2_200_000;
const days = 1430;

export const factsAtOnce = 100_000;

const digits = `(VALUES ${Array.from({ length: 10 }, (_, d) => `ROW(${d})`).join(', ')})`;
const facts = `(SELECT ? + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS k FROM
  ${['a', 'b', 'c', 'e', 'f'].map((name) => `${digits} AS ${name}(d)`).join(', ')}) AS facts`;

/** UUIDs of version 7, in the order in which they came. */
const factId = (kind: string): string =>
  `UNHEX(CONCAT('01871D7C00007${kind}8000', LPAD(HEX(k), 12, '0')))`;

const uniform = (word: string): string => `(CRC32(CONCAT(k, '${word}')) / 4294967296)`;
const chance = (word: string, percent: number): string =>
  `${draw(word, 1000, 'k')} < ${percent * 10}`;

/** Business grows: later days have more of it. */
const dayOf = (count: number): string =>
  `(CURRENT_DATE - INTERVAL 1 + FLOOR(${days} * POW(1 - k / ${count}, 1.2)) DAY)`;

/** The square of an even share: the first hundredth of all customers has a tenth of the facts. */
const withCustomer = (made: string, among: number): string =>
  `(SELECT made.*, r.customerId, r.ownerId, r.level, r.currency, r.isDormant
    FROM (SELECT k, FLOOR(POW(${uniform('customer')}, 2) * ${among}) AS rankAt, ${made} FROM ${facts}) AS made
    JOIN benchRank r ON r.rankAt = made.rankAt) AS fact`;

/** Customers who are dormant have bought nothing for more than a year. */
const orderedOn = `IF(isDormant, madeOn - INTERVAL FLOOR(400 * k / ${orderCount}) + 20 DAY, madeOn)`;

/** About a bell in the logarithm; large customers order more at a time. */
const amount = `ROUND(EXP(8.2 + 2.2 * (${uniform('a')} + ${uniform('b')} + ${uniform('c')} - 1.5)
  + CASE level WHEN 'STRATEGIC' THEN 1.8 WHEN 'KEY' THEN 1.1 WHEN 'REGULAR' THEN 0.4 ELSE 0 END), 2)`;

const isCancelled = chance('cancelled', 2);
const isPaid = chance('paid', 88);
const isPartlyPaid = chance('partly', 35);
const endedAt = `IF(${isCancelled}, TIMESTAMP(orderedOn), NULL)`;

/** With what receivables and payments follow from the same order. */
const orders = `(SELECT k, customerId, ownerId, currency, ${orderedOn} AS orderedOn, ${amount} AS amount,
    ${orderedOn} + INTERVAL 30 + 30 * (${draw('term', 3, 'k')}) DAY AS dueOn,
    IF(${chance('late', 25)}, ${draw('lateBy', 60, 'k')}, -(${draw('early', 20, 'k')})) AS lateBy
  FROM ${withCustomer(`${dayOf(orderCount)} AS madeOn`, tradingCount)}) AS ordered`;

const balance = `CASE WHEN ${isPaid} AND dueOn + INTERVAL lateBy DAY < CURRENT_DATE THEN 0
  WHEN ${isPartlyPaid} THEN ROUND(amount / 2, 2) ELSE amount END`;

const pays = `CASE WHEN ${isPaid} AND dueOn + INTERVAL lateBy DAY < CURRENT_DATE THEN amount
  WHEN ${isPartlyPaid} THEN amount - ROUND(amount / 2, 2) ELSE 0 END`;

/** Each takes the number of the first of so many facts. */
export const fillOrders: readonly string[] = [
  `INSERT INTO orderFact (id, version, updatedAt, deletedAt, customerId, orderedOn, status,
     amountAmount, amountCurrency, salespersonId)
   SELECT ${factId('011')}, 1, TIMESTAMP(orderedOn), ${endedAt}, customerId, orderedOn,
     IF(${isCancelled}, 'CANCELLED', ${weighted(
       'status',
       [
         ['COMPLETED', 88],
         ['DELIVERED', 7],
         ['PLACED', 5],
       ],
       'k',
     )}),
     amount, currency, ownerId FROM ${orders} ORDER BY k`,
  `INSERT INTO receivableFact (id, version, updatedAt, deletedAt, customerId, orderId, dueOn,
     amountAmount, amountCurrency, balanceAmount, balanceCurrency)
   SELECT ${factId('012')}, 1, TIMESTAMP(orderedOn), ${endedAt}, customerId, ${factId('011')}, dueOn,
     amount, currency, ${balance}, currency FROM ${orders} ORDER BY k`,
  `INSERT INTO paymentFact (id, version, updatedAt, customerId, receivedOn, method, amountAmount, amountCurrency)
   SELECT ${factId('013')}, 1, TIMESTAMP(orderedOn), customerId,
     LEAST(CURRENT_DATE, dueOn + INTERVAL lateBy DAY),
     ${oneOf('method', ['BANK_TRANSFER', 'BANK_TRANSFER', 'BANK_TRANSFER', 'BILL', 'CASH', 'ONLINE'], 'k')},
     ${pays}, currency FROM ${orders} WHERE ${pays} > 0 AND NOT ${isCancelled} ORDER BY k`,
];

const kinds = [
  'VISIT',
  'VISIT',
  'VISIT',
  'CALL',
  'CALL',
  'CALL',
  'CALL',
  'MEETING',
  'EMAIL',
  'WECHAT',
];

export const fillInteractions = `INSERT INTO interactionFact (id, version, updatedAt, customerId, kind,
    direction, occurredAt, outcome, staffIds, staffId, personIds)
  SELECT ${factId('014')}, 1, occurredAt, customerId,
    ${oneOf('kind', kinds, 'k')}, IF(${chance('inbound', 30)}, 'INBOUND', 'OUTBOUND'),
    occurredAt, ${oneOf('outcome', ['POSITIVE', 'POSITIVE', 'NEUTRAL', 'NEUTRAL', 'NEGATIVE'], 'k')},
    JSON_ARRAY(BIN_TO_UUID(staffId)), staffId, '[]'
  FROM (SELECT k, customerId, TIMESTAMP(madeOn) + INTERVAL ${draw('minute', 600, 'k')} MINUTE AS occurredAt,
      COALESCE(ownerId, ${staffId(draw('staff', staffCount, 'k'))}) AS staffId
    FROM ${withCustomer(`${dayOf(interactionCount)} AS madeOn`, customerCount)}) AS held ORDER BY k`;

/** What the consumer of the events would have counted. */
export const fillFigures = `INSERT INTO customerFigure (customerId, currency, orderCount, orderAmount,
    firstOrderOn, lastOrderOn, paymentCount, paymentAmount, lastPaymentOn, receivable)
  SELECT id, currency, SUM(orderCount), SUM(orderAmount), MIN(firstOrderOn), MAX(lastOrderOn),
    SUM(paymentCount), SUM(paymentAmount), MAX(lastPaymentOn), SUM(receivable)
  FROM (
    SELECT id, 'CNY' AS currency, 0 AS orderCount, 0 AS orderAmount, CAST(NULL AS CHAR(10)) AS firstOrderOn,
      CAST(NULL AS CHAR(10)) AS lastOrderOn, 0 AS paymentCount, 0 AS paymentAmount,
      CAST(NULL AS CHAR(10)) AS lastPaymentOn, 0 AS receivable FROM customer
    UNION ALL SELECT customerId, amountCurrency, COUNT(*), SUM(amountAmount), CAST(MIN(orderedOn) AS CHAR(10)),
      CAST(MAX(orderedOn) AS CHAR(10)), 0, 0, NULL, 0
      FROM orderFact WHERE deletedAt IS NULL GROUP BY customerId, amountCurrency
    UNION ALL SELECT customerId, amountCurrency, 0, 0, NULL, NULL, COUNT(*), SUM(amountAmount),
      CAST(MAX(receivedOn) AS CHAR(10)), 0
      FROM paymentFact WHERE deletedAt IS NULL GROUP BY customerId, amountCurrency
    UNION ALL SELECT customerId, balanceCurrency, 0, 0, NULL, NULL, 0, 0, NULL, SUM(balanceAmount)
      FROM receivableFact WHERE deletedAt IS NULL AND balanceAmount > 0 GROUP BY customerId, balanceCurrency
  ) AS part GROUP BY id, currency ORDER BY id, currency`;
