import { migration } from '@crm/kit/database/migration';

/** What is told of a record elsewhere. */
const told = `
  id BINARY(16) NOT NULL PRIMARY KEY,
  version INT UNSIGNED NOT NULL,
  createdAt DATETIME(3) NOT NULL,
  updatedAt DATETIME(3) NOT NULL,
  deletedAt DATETIME(3) NULL`;

export const createPersonPulse = migration('CreatePersonPulse_1796060100000', {
  up: [
    // Particulars are told by events of their own, which may come before the person's.
    `CREATE TABLE personPulse (${told},
      particularsVersion INT UNSIGNED NOT NULL DEFAULT 0,
      code VARCHAR(64) NULL,
      name VARCHAR(100) COLLATE utf8mb4_zh_0900_as_cs NULL,
      gender VARCHAR(16) NULL,
      status VARCHAR(16) NULL,
      ownerId BINARY(16) NULL,
      teamId BINARY(16) NULL,
      birthdayCalendar VARCHAR(16) NULL,
      birthdayYear SMALLINT NULL,
      birthdayMonth TINYINT NULL,
      birthdayDay TINYINT NULL,
      birthdayLeapMonth TINYINT(1) NULL,
      contactPoints JSON NULL,
      KEY byOwner (ownerId, id),
      KEY byTeam (teamId, id),
      KEY byBirthday (birthdayMonth, birthdayDay, birthdayCalendar, id)
    )`,
    `CREATE TABLE affiliation (${told},
      personId BINARY(16) NOT NULL,
      customerId BINARY(16) NULL,
      roles JSON NOT NULL,
      department VARCHAR(100) NULL,
      jobTitle VARCHAR(100) NULL,
      isPrimary TINYINT(1) NOT NULL,
      isProxy TINYINT(1) NOT NULL,
      validFrom DATE NULL,
      validTo DATE NULL,
      KEY byPerson (personId, customerId),
      KEY byCustomer (customerId, personId)
    )`,
    `CREATE TABLE personPreference (${told},
      personId BINARY(16) NOT NULL,
      preferredChannels JSON NOT NULL,
      doNotContact JSON NOT NULL,
      quietHoursFrom VARCHAR(5) NULL,
      quietHoursTo VARCHAR(5) NULL,
      quietHoursTimeZone VARCHAR(64) NULL,
      language VARCHAR(35) NULL,
      KEY byPerson (personId)
    )`,
    `CREATE TABLE consentDecision (${told},
      personId BINARY(16) NOT NULL,
      purpose VARCHAR(32) NOT NULL,
      channel VARCHAR(16) NULL,
      status VARCHAR(16) NOT NULL,
      at DATETIME(3) NOT NULL,
      KEY byPerson (personId, purpose)
    )`,
    `CREATE TABLE kinship (${told},
      type VARCHAR(64) NOT NULL,
      fromId BINARY(16) NOT NULL,
      toId BINARY(16) NOT NULL,
      validFrom DATE NULL,
      validTo DATE NULL,
      KEY byFrom (fromId, toId),
      KEY byTo (toId, fromId)
    )`,
    `CREATE TABLE promotion (
      affiliationId BINARY(16) NOT NULL,
      promotedOn DATE NOT NULL,
      personId BINARY(16) NOT NULL,
      customerId BINARY(16) NULL,
      newTitle VARCHAR(100) NOT NULL,
      PRIMARY KEY (affiliationId, promotedOn),
      KEY byDay (promotedOn, personId)
    )`,
    `CREATE TABLE mergedPerson (
      id BINARY(16) NOT NULL PRIMARY KEY,
      survivorId BINARY(16) NOT NULL,
      endId BINARY(16) NOT NULL,
      KEY bySurvivor (survivorId),
      KEY byEnd (endId)
    )`,
    // Whoever changes the table locks this row first: one merge may change where others end.
    `INSERT INTO mergedPerson (id, survivorId, endId)
     SELECT nobody, nobody, nobody FROM (SELECT UNHEX(REPEAT('00', 16)) AS nobody) AS none`,
    // People of whom something is told that may change what care is due to them.
    'CREATE TABLE careDue (personId BINARY(16) NOT NULL PRIMARY KEY)',
  ],
  down: ['careDue', 'mergedPerson', 'promotion', 'kinship', 'consentDecision']
    .concat(['personPreference', 'affiliation', 'personPulse'])
    .map((table) => `DROP TABLE ${table}`),
});
