import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createIntelligenceItem = migration('CreateIntelligenceItem_1796010007000', {
  up: [
    `CREATE TABLE intelligenceItem (${stamps},
      subject ENUM('COMPETITOR', 'PRODUCT', 'CUSTOMER', 'MARKET') NOT NULL,
      competitorId BINARY(16) NULL,
      competitorProductId BINARY(16) NULL,
      customerId BINARY(16) NULL,
      title VARCHAR(200) NOT NULL,
      body TEXT NULL,
      source VARCHAR(200) NULL,
      sourceUrl VARCHAR(500) NULL,
      reliability ENUM('CONFIRMED', 'LIKELY', 'RUMOUR') NOT NULL,
      observedOn DATE NOT NULL,
      validUntil DATE NULL,
      tags JSON NOT NULL,
      audience ENUM('COMPANY', 'CUSTOMER') NOT NULL,
      searchText TEXT NOT NULL,
      KEY byCompetitor (competitorId, observedOn, id),
      KEY byProduct (competitorProductId, observedOn, id),
      KEY byCustomer (customerId, observedOn, id),
      KEY byDay (observedOn, id),
      FULLTEXT KEY bySearchText (searchText) WITH PARSER ngram
    )`,
  ],
  down: ['DROP TABLE intelligenceItem'],
});
