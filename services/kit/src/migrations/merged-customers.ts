import { migration } from '../database/migration.ts';

/** What `projection/merged-customer.ts` and `projection/moved-reference.ts` keep. */
export const createMergedCustomers = migration('CreateMergedCustomers_1795478410000', {
  up: [
    `CREATE TABLE mergedCustomer (
      id BINARY(16) NOT NULL PRIMARY KEY,
      survivorId BINARY(16) NOT NULL,
      endId BINARY(16) NOT NULL,
      KEY bySurvivor (survivorId),
      KEY byEnd (endId)
    )`,
    // Whoever changes the table locks this row first: one merge may change where others end.
    `INSERT INTO mergedCustomer (id, survivorId, endId)
     SELECT nobody, nobody, nobody FROM (SELECT UNHEX(REPEAT('00', 16)) AS nobody) AS none`,
    `CREATE TABLE movedReference (
      entity VARCHAR(64) NOT NULL,
      field VARCHAR(64) NOT NULL,
      rowId BINARY(16) NOT NULL,
      originId BINARY(16) NOT NULL,
      PRIMARY KEY (entity, field, rowId),
      KEY byOrigin (originId, entity, field)
    )`,
  ],
  down: ['DROP TABLE movedReference', 'DROP TABLE mergedCustomer'],
});
