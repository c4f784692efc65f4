import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

export const createSegment = migration('CreateSegment_1796000300000', {
  up: [
    `CREATE TABLE segment (${stampColumns},
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      description VARCHAR(500) NULL,
      mode ENUM('DYNAMIC', 'STATIC', 'MIXED') NOT NULL,
      criteria JSON NULL,
      active TINYINT(1) NOT NULL,
      class ENUM('PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'PERSONAL', 'SENSITIVE') NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    `CREATE TABLE segmentPick (
      segmentId BINARY(16) NOT NULL,
      subjectId BINARY(16) NOT NULL,
      kind ENUM('INCLUDE', 'EXCLUDE') NOT NULL,
      PRIMARY KEY (segmentId, subjectId)
    )`,
    // Each time that a customer is in a segment is a row, counted by \`spell\`.
    `CREATE TABLE segmentMember (
      segmentId BINARY(16) NOT NULL,
      subjectId BINARY(16) NOT NULL,
      spell INT UNSIGNED NOT NULL,
      enteredAt DATETIME(3) NOT NULL,
      leftAt DATETIME(3) NULL,
      cause ENUM('CRITERIA', 'PICKED', 'DELETED', 'RETIRED') NOT NULL,
      leftCause ENUM('CRITERIA', 'PICKED', 'DELETED', 'RETIRED') NULL,
      PRIMARY KEY (segmentId, subjectId, spell),
      KEY bySubject (subjectId, leftAt, segmentId)
    )`,
    `CREATE TABLE segmentSweep (
      segmentId BINARY(16) NOT NULL PRIMARY KEY,
      day DATE NOT NULL,
      cursorId BINARY(16) NOT NULL,
      isDone TINYINT(1) NOT NULL,
      doneAt DATETIME(3) NULL
    )`,
    // Whom something happened with since segments and stages were looked at.
    'CREATE TABLE customerDue (customerId BINARY(16) NOT NULL PRIMARY KEY)',
  ],
  down: [
    'DROP TABLE customerDue',
    'DROP TABLE segmentSweep',
    'DROP TABLE segmentMember',
    'DROP TABLE segmentPick',
    'DROP TABLE segment',
  ],
});
