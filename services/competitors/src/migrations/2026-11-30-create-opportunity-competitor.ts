import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createOpportunityCompetitor = migration('CreateOpportunityCompetitor_1796010000000', {
  up: [
    `CREATE TABLE opportunity (
      id BINARY(16) NOT NULL PRIMARY KEY,
      customerId BINARY(16) NOT NULL,
      status ENUM('OPEN', 'WON', 'LOST', 'ABANDONED') NOT NULL,
      amountAmount DECIMAL(18,2) NULL,
      amountCurrency CHAR(3) NULL,
      salespersonId BINARY(16) NULL,
      closedOn DATE NULL,
      KEY byCustomer (customerId)
    )`,
    `CREATE TABLE opportunityCompetitor (${stamps},
      opportunityId BINARY(16) NOT NULL,
      customerId BINARY(16) NOT NULL,
      competitorId BINARY(16) NOT NULL,
      standing ENUM('ACTIVE', 'LEADING', 'WITHDRAWN', 'WON', 'LOST') NOT NULL,
      since DATE NOT NULL,
      incumbent TINYINT(1) NOT NULL,
      quotedPriceAmount DECIMAL(18,2) NULL,
      quotedPriceCurrency CHAR(3) NULL,
      productIds JSON NOT NULL,
      strengths TEXT NULL,
      weaknesses TEXT NULL,
      contactsCovered JSON NOT NULL,
      ourStrategy TEXT NULL,
      note TEXT NULL,
      opportunityStatus ENUM('OPEN', 'WON', 'LOST', 'ABANDONED') NOT NULL,
      opportunityAmountAmount DECIMAL(18,2) NULL,
      opportunityAmountCurrency CHAR(3) NULL,
      salespersonId BINARY(16) NULL,
      closedOn DATE NULL,
      contestedOn DATE GENERATED ALWAYS AS (COALESCE(closedOn, since)) STORED,
      UNIQUE KEY unique_competitorId (opportunityId, competitorId, live),
      KEY byCustomer (customerId, competitorId, since),
      KEY byCompetitor (competitorId, contestedOn, id)
    )`,
    `CREATE TABLE contestedProduct (
      opportunityCompetitorId BINARY(16) NOT NULL,
      competitorProductId BINARY(16) NOT NULL,
      PRIMARY KEY (opportunityCompetitorId, competitorProductId),
      KEY byProduct (competitorProductId)
    )`,
  ],
  down: [
    'DROP TABLE contestedProduct',
    'DROP TABLE opportunityCompetitor',
    'DROP TABLE opportunity',
  ],
});
