import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EntitySchema } from 'typeorm';
import { transact, type Database } from '../database/database.ts';
import { migration } from '../database/migration.ts';
import { testDatabase } from './database.ts';
import { countStatements, statementsOf } from './statements.ts';

type Thing = {
  readonly id: number;
  readonly name: string;
  readonly bornOn: string | null;
  readonly madeAt: Date;
};

const ThingTable = new EntitySchema<Thing>({
  name: 'thing',
  columns: {
    id: { type: 'int', primary: true },
    name: { type: 'varchar', length: 100 },
    bornOn: { type: 'date', nullable: true },
    madeAt: { type: 'datetime', precision: 3 },
  },
});

const createThing = migration('CreateThing_1795471110000', {
  up: [
    `CREATE TABLE thing (
      id INT NOT NULL PRIMARY KEY,
      name VARCHAR(100) NOT NULL,
      bornOn DATE NULL,
      madeAt DATETIME(3) NOT NULL
    )`,
  ],
  down: ['DROP TABLE thing'],
});

let db: Database;

beforeAll(async () => {
  db = await testDatabase({ entities: [ThingTable], migrations: [createThing] });
});
afterAll(() => db.destroy());

const thing: Thing = {
  id: 1,
  name: '恒泰 𠮷',
  bornOn: '2024-02-29',
  madeAt: new Date('2026-11-23T09:00:00.123Z'),
};

describe('a test database', () => {
  test('gives back texts, dates and instants as they were put in', async () => {
    await db.manager.insert(ThingTable, thing);

    expect(await db.manager.findBy(ThingTable, { id: 1 })).toEqual([thing]);
    expect(await db.query('SELECT bornOn, madeAt FROM thing')).toEqual([
      { bornOn: thing.bornOn, madeAt: thing.madeAt },
    ]);
  });

  test('runs transactions at READ COMMITTED, in UTC', async () => {
    const [row] = await transact(db, (manager) =>
      manager.query('SELECT @@transaction_isolation level, @@time_zone zone'),
    );

    expect(row).toEqual({ level: 'READ-COMMITTED', zone: '+00:00' });
  });
});

describe('countStatements', () => {
  test('counts what a database runs for a piece of work', async () => {
    expect(await countStatements(db, () => db.manager.findBy(ThingTable, { id: 1 }))).toBe(1);
    const statements = await statementsOf(db, () => db.query('SELECT ? answer', [42]));
    expect(statements).toEqual([{ sql: 'SELECT ? answer', parameters: [42] }]);
  });
});
