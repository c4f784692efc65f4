import { migration } from '../database/migration.ts';

/** What `information_schema` has of the table, in a view of it. */
const has = (view: 'COLUMNS' | 'STATISTICS', condition: string): string =>
  `EXISTS (SELECT 1 FROM information_schema.${view}
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ofTable AND ${condition})`;

const hasColumn = has('COLUMNS', 'COLUMN_NAME = columnName');
const hasIndex = has('STATISTICS', 'INDEX_NAME = indexName');
const hasUnique = has('STATISTICS', 'INDEX_NAME = uniqueName');

type Shape = {
  /** What tells that the key is there as it should be. */
  readonly isIndexed: string;
  /** The columns of the key, as SQL gives them. */
  readonly indexed: string;
};

/** What is missing first, or too much, as the end of an ALTER TABLE; null when all is as it should be. */
const nextStep = ({ isIndexed, indexed }: Shape): string => `CASE
      WHEN wantsIndex AND NOT ${hasColumn} THEN CONCAT('ADD COLUMN \`', columnName, '\` ', columnType,
        ' GENERATED ALWAYS AS (JSON_VALUE(customFields, ''$.', fieldKey, ''' RETURNING ', valueType, ')) VIRTUAL INVISIBLE, ALGORITHM=INSTANT')
      WHEN ${hasIndex} AND NOT ${isIndexed} THEN
        CONCAT('DROP KEY \`', indexName, '\`, ALGORITHM=INPLACE, LOCK=NONE')
      WHEN wantsIndex AND NOT ${hasIndex} THEN
        CONCAT('ADD KEY \`', indexName, '\` (', ${indexed}, '), ALGORITHM=INPLACE, LOCK=NONE')
      WHEN wantsUnique AND NOT ${hasUnique} THEN
        CONCAT('ADD UNIQUE KEY \`', uniqueName, '\` (\`', columnName, '\`, live), ALGORITHM=INPLACE, LOCK=NONE')
      WHEN NOT wantsUnique AND ${hasUnique} THEN
        CONCAT('DROP KEY \`', uniqueName, '\`, ALGORITHM=INPLACE, LOCK=NONE')
      WHEN NOT wantsIndex AND ${hasIndex} THEN
        CONCAT('DROP KEY \`', indexName, '\`, ALGORITHM=INPLACE, LOCK=NONE')
      WHEN NOT wantsIndex AND ${hasColumn} THEN
        CONCAT('DROP COLUMN \`', columnName, '\`, ALGORITHM=INSTANT') END`;

/**
 * Gives a custom field its column and keys, or takes them away. Services may not change tables, but
 * they may call this, which runs with the rights of the schema's owner and can do nothing else.
 * The column is virtual and made at once; keys are made while the table is read and written. What
 * waits for a lock on the table makes everybody behind it wait, so it soon gives up; whatever was
 * not finished is done by the next call.
 */
const shapeCustomField = (shape: Shape): string => `CREATE PROCEDURE shapeCustomField(
    IN ofTable VARCHAR(64), IN fieldKey VARCHAR(64), IN fieldType VARCHAR(16),
    IN wantsIndex TINYINT, IN wantsUnique TINYINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE waitsFor INT DEFAULT @@SESSION.lock_wait_timeout;
  DECLARE lockName VARCHAR(64) DEFAULT CONCAT('fields ', SUBSTRING(DATABASE(), 1, 50));
  DECLARE columnName VARCHAR(64) DEFAULT CONCAT('custom_', SUBSTRING(fieldKey, 1, 48));
  DECLARE indexName VARCHAR(64) DEFAULT CONCAT('by_', columnName);
  DECLARE uniqueName VARCHAR(64) DEFAULT CONCAT('unique_', columnName);
  DECLARE columnType VARCHAR(64) DEFAULT CASE
    WHEN fieldType = 'NUMBER' THEN 'DECIMAL(30,6)'
    WHEN fieldType = 'DATE' THEN 'DATE'
    WHEN fieldType IN ('TEXT', 'SELECT', 'BOOLEAN') THEN 'VARCHAR(255) COLLATE utf8mb4_0900_ai_ci' END;
  DECLARE valueType VARCHAR(64) DEFAULT IF(columnType LIKE 'VARCHAR%', 'CHAR(255)', columnType);
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    SET SESSION lock_wait_timeout = waitsFor;
    DO RELEASE_LOCK(lockName);
    RESIGNAL;
  END;

  IF columnType IS NULL OR NOT REGEXP_LIKE(fieldKey, '^[A-Za-z][A-Za-z0-9_]{0,47}$', 'c')
    OR NOT ${has('COLUMNS', "COLUMN_NAME = 'customFields'")} THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'No custom field that can have an index';
  END IF;
  IF NOT GET_LOCK(lockName, 1) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Another process is at it';
  END IF;
  SET SESSION lock_wait_timeout = 1;

  shaping: LOOP
    SET @shape = ${nextStep(shape)};
    IF @shape IS NULL THEN LEAVE shaping; END IF;
    SET @shape = CONCAT('ALTER TABLE \`', ofTable, '\` ', @shape);
    PREPARE shape FROM @shape;
    EXECUTE shape;
    DEALLOCATE PREPARE shape;
  END LOOP;
  SET SESSION lock_wait_timeout = waitsFor;
  DO RELEASE_LOCK(lockName);
END`;

const narrow = shapeCustomField({
  isIndexed: hasIndex,
  indexed: "'`', columnName, '`, id'",
});

/**
 * What lists and figures leave out and whose records they show stands in the key too, so that
 * neither reads a record to know.
 */
const covering = shapeCustomField({
  isIndexed: has('STATISTICS', "INDEX_NAME = indexName AND COLUMN_NAME = 'deletedAt'"),
  indexed: `'\`', columnName, '\`, id', (SELECT GROUP_CONCAT(', \`', COLUMN_NAME, '\`' ORDER BY COLUMN_NAME SEPARATOR '')
          FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ofTable
            AND COLUMN_NAME IN ('deletedAt', 'ownerId', 'teamId'))`,
});

const makeAnew = "UPDATE customField SET indexState = 'BUILDING' WHERE indexState = 'READY'";

/** Until its key is made anew a field works without. */
export const coverCustomFields = migration('CoverCustomFields_1795993200000', {
  up: ['DROP PROCEDURE shapeCustomField', covering, makeAnew],
  down: ['DROP PROCEDURE shapeCustomField', narrow, makeAnew],
});

/** Custom fields that are indexed, unique, and read by those alone who may read their class. */
export const indexCustomFields = migration('IndexCustomFields_1795963900000', {
  up: [
    `ALTER TABLE customField
      ADD COLUMN class VARCHAR(16) NOT NULL DEFAULT 'INTERNAL',
      ADD COLUMN indexed TINYINT(1) NOT NULL DEFAULT 0,
      ADD COLUMN \`unique\` TINYINT(1) NOT NULL DEFAULT 0,
      ADD COLUMN indexState ENUM('NONE', 'BUILDING', 'READY', 'FAILED', 'REMOVING') NOT NULL DEFAULT 'NONE',
      ADD COLUMN indexProblem VARCHAR(200) NULL`,
    narrow,
  ],
  down: [
    'DROP PROCEDURE shapeCustomField',
    `ALTER TABLE customField DROP COLUMN class, DROP COLUMN indexed, DROP COLUMN \`unique\`,
      DROP COLUMN indexState, DROP COLUMN indexProblem`,
  ],
});
