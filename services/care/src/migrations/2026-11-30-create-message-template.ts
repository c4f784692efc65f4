import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createMessageTemplate = migration('CreateMessageTemplate_1796070000000', {
  up: [
    // place: a template has one draft and one text in use, and any number that were.
    `CREATE TABLE messageTemplate (${stamps},
      code VARCHAR(64) NOT NULL,
      number INT UNSIGNED NOT NULL,
      labels JSON NOT NULL,
      channel ENUM('EMAIL', 'SMS', 'LETTER', 'CALL_SCRIPT', 'VISIT_BRIEF') NOT NULL,
      locale ENUM('ZH_CN', 'EN') NOT NULL,
      occasionCode VARCHAR(64) NULL,
      format ENUM('TEXT', 'HTML') NOT NULL,
      subject VARCHAR(200) NULL,
      body TEXT NOT NULL,
      smsSignature VARCHAR(20) NULL,
      providerTemplateId VARCHAR(100) NULL,
      status ENUM('DRAFT', 'PUBLISHED', 'RETIRED') NOT NULL,
      publishedAt DATETIME(3) NULL,
      publishedById BINARY(16) NULL,
      retiredAt DATETIME(3) NULL,
      place VARCHAR(16) GENERATED ALWAYS AS (IF(status = 'RETIRED', NULL, status)) VIRTUAL,
      UNIQUE KEY unique_number (code, number),
      UNIQUE KEY unique_place (code, place),
      KEY byOccasion (occasionCode, channel, id)
    )`,
    `CREATE TABLE phrasePreset (${stamps},
      code VARCHAR(64) NOT NULL,
      kind ENUM('NOTICE', 'GREETING') NOT NULL,
      occasionCode VARCHAR(64) NULL,
      locale ENUM('ZH_CN', 'EN') NOT NULL,
      tone ENUM('FORMAL', 'WARM', 'PLAIN') NOT NULL,
      text VARCHAR(500) NOT NULL,
      sortOrder INT NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live),
      KEY byOccasion (occasionCode, locale, kind, active, sortOrder)
    )`,
  ],
  down: ['DROP TABLE phrasePreset', 'DROP TABLE messageTemplate'],
});
