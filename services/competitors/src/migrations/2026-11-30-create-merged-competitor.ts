import { migration } from '@crm/kit/database/migration';

export const createMergedCompetitor = migration('CreateMergedCompetitor_1796010008000', {
  up: [
    `CREATE TABLE mergedCompetitor (
      id BINARY(16) NOT NULL PRIMARY KEY,
      survivorId BINARY(16) NOT NULL,
      endId BINARY(16) NOT NULL,
      KEY bySurvivor (survivorId),
      KEY byEnd (endId)
    )`,
    // Whoever changes the table locks this row first: one merge may change where others end.
    `INSERT INTO mergedCompetitor (id, survivorId, endId)
     SELECT nobody, nobody, nobody FROM (SELECT UNHEX(REPEAT('00', 16)) AS nobody) AS none`,
  ],
  down: ['DROP TABLE mergedCompetitor'],
});
