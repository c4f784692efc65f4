/**
 * A million customers in the schemas of customers and of analytics: made in the one, and told to the
 * other as the events would have told them.
 */

export const customerCount = 1_000_000;

/** So many of them, at the least, buy or have bought. */
export const tradingCount = 495_000;

/** Takes the schema in which the customers are. */
export const fillAnalyticsCompany = (customers: string): readonly string[] => [
  `INSERT INTO team (id, version, updatedAt, code, name, parentId)
   SELECT id, version, updatedAt, code, name, parentId FROM ${customers}.team`,
  `INSERT INTO staffMember (id, version, updatedAt, code, name, teamId, active)
   SELECT id, version, updatedAt, code, name, teamId, active FROM ${customers}.staffMember`,
  `INSERT INTO customer (id, version, updatedAt, createdAt, code, name, kind, shortName, country, province, city,
     industry, legalForm, establishedOn, level, categories, channelRole, lifecycleStage, source, ownerId, teamId)
   SELECT id, version, updatedAt, createdAt, code, name, kind, shortName, addressCountry, addressProvince, addressCity,
     industry, legalForm, establishedOn, level, categories, channelRole, lifecycleStage, source, ownerId, teamId
   FROM ${customers}.customer ORDER BY id`,
  'DROP TABLE IF EXISTS benchRank',
  `CREATE TABLE benchRank (rankAt INT NOT NULL PRIMARY KEY, customerId BINARY(16) NOT NULL, ownerId BINARY(16) NULL,
     level VARCHAR(64) NULL, currency CHAR(3) NOT NULL, isDormant TINYINT(1) NOT NULL)`,
  // One in 25 pays in another currency.
  `INSERT INTO benchRank
   SELECT ROW_NUMBER() OVER (ORDER BY lifecycleStage IN ('TRADING', 'DORMANT') DESC,
       FIELD(COALESCE(level, 'SMALL'), 'STRATEGIC', 'KEY', 'REGULAR', 'SMALL'), CRC32(HEX(id))) - 1 AS rankAt,
     id, ownerId, level, IF(CRC32(code) % 25 = 0, 'USD', 'CNY'), lifecycleStage = 'DORMANT'
   FROM customer ORDER BY rankAt`,
];
