import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

/** Where people learned, worked, rose and decided, and which of them turned out to be one. */
export const createPersonHistory = migration('CreatePersonHistory_1795995025000', {
  up: [
    `CREATE TABLE educationRecord (${stamps},
      personId BINARY(16) NOT NULL,
      school VARCHAR(200) NULL,
      level ENUM('POSTGRADUATE', 'BACHELOR', 'ASSOCIATE', 'SECONDARY_VOCATIONAL', 'HIGH_SCHOOL',
        'JUNIOR_HIGH_OR_BELOW') NULL,
      major VARCHAR(200) NULL,
      grade VARCHAR(50) NULL,
      \`from\` DATE NULL,
      \`to\` DATE NULL,
      KEY byPerson (personId, \`from\`, id)
    )`,
    `CREATE TABLE careerRecord (${stamps},
      personId BINARY(16) NOT NULL,
      employer VARCHAR(200) NULL,
      title VARCHAR(100) NULL,
      note VARCHAR(1000) NULL,
      \`from\` DATE NULL,
      \`to\` DATE NULL,
      KEY byPerson (personId, \`from\`, id)
    )`,
    `CREATE TABLE promotion (${stamps},
      affiliationId BINARY(16) NOT NULL,
      personId BINARY(16) NOT NULL,
      customerId BINARY(16) NULL,
      promotedOn DATE NOT NULL,
      oldTitle VARCHAR(100) NULL,
      newTitle VARCHAR(100) NOT NULL,
      oldDepartment VARCHAR(100) NULL,
      newDepartment VARCHAR(100) NULL,
      note VARCHAR(500) NULL,
      KEY byAffiliation (affiliationId, promotedOn, id),
      KEY byPerson (personId, id),
      KEY byCustomer (customerId, id)
    )`,
    `CREATE TABLE decisionRecord (${stamps},
      affiliationId BINARY(16) NOT NULL,
      personId BINARY(16) NOT NULL,
      customerId BINARY(16) NULL,
      decidedOn DATE NOT NULL,
      content VARCHAR(2000) NOT NULL,
      KEY byAffiliation (affiliationId, decidedOn, id),
      KEY byPerson (personId, id),
      KEY byCustomer (customerId, id)
    )`,
    `ALTER TABLE affiliation
      ADD COLUMN externalOrganizationId BINARY(16) NULL,
      ADD COLUMN movedToId BINARY(16) NULL,
      ADD KEY byExternalOrganization (externalOrganizationId, id)`,
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
    `CREATE TABLE personMerge (${stamps},
      survivorId BINARY(16) NOT NULL,
      mergedId BINARY(16) NOT NULL,
      merged JSON NOT NULL,
      isIdentification TINYINT(1) NOT NULL,
      takeFields JSON NOT NULL,
      reason VARCHAR(500) NULL,
      changes JSON NULL,
      folded JSON NULL,
      reversedAt DATETIME(3) NULL,
      reversedById BINARY(16) NULL,
      KEY bySurvivor (survivorId, id)
    )`,
  ],
  down: [
    'DROP TABLE personMerge',
    'DROP TABLE mergedPerson',
    `ALTER TABLE affiliation DROP KEY byExternalOrganization,
      DROP COLUMN externalOrganizationId, DROP COLUMN movedToId`,
    'DROP TABLE decisionRecord',
    'DROP TABLE promotion',
    'DROP TABLE careerRecord',
    'DROP TABLE educationRecord',
  ],
});
