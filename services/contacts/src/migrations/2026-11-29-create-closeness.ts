import { migration } from '@crm/kit/database/migration';
import { scoreSql } from '../closeness/closeness.ts';

/**
 * How close staff are to people, from their interactions: those that are there count at once. The
 * order of scores never changes by itself, as all of them decay alike.
 */
export const createCloseness = migration('CreateCloseness_1795961000000', {
  up: [
    `CREATE TABLE closeness (
      staffId BINARY(16) NOT NULL,
      personId BINARY(16) NOT NULL,
      score DOUBLE NOT NULL,
      interactions INT UNSIGNED NOT NULL,
      lastAt DATETIME(3) NOT NULL,
      PRIMARY KEY (staffId, personId),
      KEY byScore (staffId, score DESC, personId),
      KEY byPerson (personId, score DESC)
    )`,
    `INSERT INTO closeness (staffId, personId, score, interactions, lastAt)
     SELECT s.partyId, p.partyId, SUM(${scoreSql('i')}), COUNT(*), MAX(i.occurredAt)
     FROM interaction i
       JOIN interactionParty s ON s.interactionId = i.id
       JOIN staffMember m ON m.id = s.partyId
       JOIN interactionParty p ON p.interactionId = i.id
       JOIN person ON person.id = p.partyId
     WHERE i.deletedAt IS NULL AND NOT (i.outcome <=> 'NOT_REACHED')
     GROUP BY s.partyId, p.partyId`,
  ],
  down: ['DROP TABLE closeness'],
});
