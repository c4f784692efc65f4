import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createConsent = migration('CreateConsent_1795960000300', {
  up: [
    `CREATE TABLE contactPreference (${stamps},
      personId BINARY(16) NOT NULL,
      preferredChannels JSON NOT NULL,
      doNotContact JSON NOT NULL,
      quietHoursFrom CHAR(5) NULL,
      quietHoursTo CHAR(5) NULL,
      quietHoursTimeZone VARCHAR(64) NULL,
      language VARCHAR(35) NULL,
      likes JSON NOT NULL,
      avoids JSON NOT NULL,
      note VARCHAR(1000) NULL,
      UNIQUE KEY unique_personId (personId, live)
    )`,
    `CREATE TABLE consent (${stamps},
      personId BINARY(16) NOT NULL,
      purpose ENUM('SERVICE', 'CARE', 'MARKETING', 'SURVEY', 'MINOR_DATA') NOT NULL,
      channel ENUM('PHONE', 'SMS', 'EMAIL', 'IM', 'LETTER', 'VISIT') NULL,
      status ENUM('GRANTED', 'REFUSED', 'WITHDRAWN') NOT NULL,
      lawfulBasis ENUM('CONSENT', 'CONTRACT', 'LEGAL_OBLIGATION', 'LEGITIMATE_INTEREST') NOT NULL,
      source VARCHAR(100) NOT NULL,
      at DATETIME(3) NOT NULL,
      reviewOn DATE NULL,
      evidence VARCHAR(1000) NULL,
      guardianId BINARY(16) NULL,
      KEY byPerson (personId, at, id),
      KEY byReview (reviewOn, id),
      KEY byGuardian (guardianId)
    )`,
  ],
  down: ['DROP TABLE consent', 'DROP TABLE contactPreference'],
});
