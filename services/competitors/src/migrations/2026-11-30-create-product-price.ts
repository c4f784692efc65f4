import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createProductPrice = migration('CreateProductPrice_1796010004000', {
  up: [
    `CREATE TABLE competitorProductPrice (${stamps},
      competitorProductId BINARY(16) NOT NULL,
      pricedOn DATE NOT NULL,
      priceAmount DECIMAL(18,2) NOT NULL,
      priceCurrency CHAR(3) NOT NULL,
      source VARCHAR(200) NULL,
      note VARCHAR(500) NULL,
      UNIQUE KEY unique_pricedOn (competitorProductId, pricedOn, priceCurrency, live)
    )`,
    `CREATE TABLE productComparison (${stamps},
      productId BINARY(16) NOT NULL,
      competitorProductId BINARY(16) NOT NULL,
      criterion VARCHAR(100) NOT NULL,
      ours VARCHAR(1000) NULL,
      theirs VARCHAR(1000) NULL,
      verdict ENUM('BETTER', 'EQUAL', 'WORSE') NOT NULL,
      evidence VARCHAR(1000) NULL,
      UNIQUE KEY unique_criterion (productId, competitorProductId, criterion, live),
      KEY byCompetitorProduct (competitorProductId, productId)
    )`,
  ],
  down: ['DROP TABLE productComparison', 'DROP TABLE competitorProductPrice'],
});
