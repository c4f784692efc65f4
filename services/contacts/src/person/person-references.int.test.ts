import { describe, expect, test } from '@jest/globals';
import { kitMigrations } from '@crm/kit/migrations/index';
import { fieldsNaming } from '@crm/kit/projection/moved-reference';
import { testDatabase } from '@crm/kit/testing/database';
import { entities } from '../entities.ts';
import { migrations } from '../migrations/index.ts';
import { keptPersonColumns, personReferences } from './person-references.ts';

const columnsOf = (each: (typeof entities)[number]): string[] =>
  fieldsNaming(each, 'Person').map(({ column }) => `${each.table}.${column}`);

const following = personReferences.flatMap(({ entity }) => columnsOf(entity));

describe('what holds the id of a person follows the person when it is merged', () => {
  test('each kind of record whose catalogue says so', () => {
    const naming = entities.flatMap(columnsOf).filter((each) => !keptPersonColumns.includes(each));
    expect(following.toSorted()).toEqual(naming.toSorted());
  });

  test('each column that is called so', async () => {
    const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
    try {
      const rows: { name: string }[] = await db.query(
        `SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS name FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE()
           AND COLUMN_NAME REGEXP '(^person|Person|^participant)Ids?$'`,
      );
      const known = new Set([...following, ...keptPersonColumns]);
      expect(rows.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
      expect(rows.length).toBeGreaterThan(1);
    } finally {
      await db.destroy();
    }
  });
});
