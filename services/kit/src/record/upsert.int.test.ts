import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCommand } from './command.ts';
import type { Database } from '../database/database.ts';
import { defineEntity } from './entity.ts';
import { boolean, date, group, id, int, json, list, money, text } from './field.ts';
import { newId } from '../id.ts';
import { createLog } from '../log.ts';
import { migration } from '../database/migration.ts';
import { kitMigrations } from '../migrations/index.ts';
import { sql } from '../sql.ts';
import { selectRows } from './store.ts';
import { testDatabase } from '../testing/database.ts';
import { testViewer } from '../testing/execute.ts';
import { countStatements } from '../testing/statements.ts';
import { bulkMemory, upsertRecords, type BulkResult } from './upsert.ts';

const label = { zh: '字段', en: 'Field' };

const ThingEntity = defineEntity('Thing', {
  fields: {
    code: text({ max: 20, required: true, label }),
    name: text({ max: 20, required: true, label }),
    madeOn: date({ label }),
    count: int({ label }),
    isGood: boolean({ label }),
    ownerId: id({ label }),
    tags: list({ label }),
    parts: json<readonly string[]>({ label }),
    price: money(label),
    size: group(label, { height: int({ label }), width: int({ label }) }),
  },
  access: { by: 'company' },
});

const createThing = migration('CreateThing_1795478600000', {
  up: [
    `CREATE TABLE thing (
      id BINARY(16) NOT NULL PRIMARY KEY,
      version INT UNSIGNED NOT NULL,
      createdAt DATETIME(3) NOT NULL,
      createdById BINARY(16) NULL,
      updatedAt DATETIME(3) NOT NULL,
      updatedById BINARY(16) NULL,
      deletedAt DATETIME(3) NULL,
      customFields JSON NULL,
      code VARCHAR(20) NOT NULL,
      name VARCHAR(20) NOT NULL,
      madeOn DATE NULL,
      count INT NULL,
      isGood TINYINT(1) NULL,
      ownerId BINARY(16) NULL,
      tags JSON NOT NULL,
      parts JSON NULL,
      priceAmount DECIMAL(18,2) NULL,
      priceCurrency CHAR(3) NULL,
      sizeHeight INT NULL,
      sizeWidth INT NULL
    )`,
  ],
  down: ['DROP TABLE thing'],
});

let db: Database;

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: [...kitMigrations, createThing] });
});
afterAll(() => db.destroy());

const upsert = (rows: readonly object[]): Promise<BulkResult> =>
  runCommand(
    {
      app: { db, log: createLog('test', 'silent'), now: () => new Date() },
      viewer: testViewer(),
      requestId: newId(),
      lane: 'interactive',
      consistency: null,
      deadlineAt: Date.now() + 60_000,
      signal: new AbortController().signal,
    },
    { name: 'upsertThings', input: {}, memory: bulkMemory },
    async (work) =>
      (await upsertRecords(work, ThingEntity, { inputs: rows, matchOn: ['code'], rules: {} }))
        .result,
  );

const costRows = (count: number, name: string): object[] =>
  Array.from({ length: count }, (_, at) => ({ code: `cost-${at}`, name }));

const thingsOf = (prefix: string): Promise<readonly NonNullable<typeof ThingEntity.row>[]> =>
  selectRows(db.manager, ThingEntity, sql`WHERE t.code LIKE ${`${prefix}%`} ORDER BY t.code`);

const full = {
  name: '恒泰 𠮷',
  madeOn: '2024-02-29',
  count: 3,
  isGood: true,
  ownerId: newId(),
  tags: ['a', "b'c"],
  parts: ['ü', '\\'],
  price: { amount: '1265793.04', currency: 'CNY' },
  size: { height: 1, width: 2 },
};

describe('Many records changed by one call', () => {
  test('hold every kind of value as it was given', async () => {
    const codes = ['every-1', 'every-2', 'every-3'];
    await upsert(codes.map((code) => ({ code, name: 'before' })));
    const result = await upsert(codes.map((code) => ({ code, ...full })));

    expect(result).toMatchObject({ created: 0, updated: 3, unchanged: 0, refused: 0 });
    const things = await thingsOf('every');
    expect(things).toHaveLength(3);
    for (const [at, thing] of things.entries()) {
      expect(thing).toMatchObject({ code: codes[at], ...full, version: 2 });
    }
  });

  test('keep what a row does not name, though other rows of the call do', async () => {
    await upsert([
      { code: 'keep-1', ...full },
      { code: 'keep-2', ...full },
    ]);
    await upsert([
      { code: 'keep-1', name: 'new', size: { height: 5 } },
      { code: 'keep-2', name: full.name, count: 4 },
    ]);

    expect(await thingsOf('keep')).toMatchObject([
      { ...full, name: 'new', size: { height: 5, width: 2 }, version: 2 },
      { ...full, count: 4, version: 2 },
    ]);
  });

  test.each([
    ['a field', { code: 'lost', name: 'a', nickname: 'b' }, 'nickname'],
    ['a member of a group', { code: 'lost', name: 'a', size: { depth: 1 } }, 'size.depth'],
    ['a field of the service alone', { code: 'lost', name: 'a', version: 7 }, 'version'],
  ])('are a bug when one names %s that the catalogue does not take', async (_, row, name) => {
    await expect(upsert([row])).rejects.toThrow(
      `${name} is in an input and is no field that Thing takes`,
    );
    expect(await thingsOf('lost')).toEqual([]);
  });

  test('cost as many statements as one', async () => {
    await upsert(costRows(100, 'one'));
    const one = await countStatements(db, () => upsert(costRows(1, 'two')));
    const many = await countStatements(db, () => upsert(costRows(100, 'three')));

    expect(many).toBe(one);
    expect((await thingsOf('cost')).map(({ name }) => name)).toEqual(Array(100).fill('three'));
  });

  test('leave a history of what was different alone', async () => {
    await upsert([{ code: 'history', ...full }]);
    await upsert([{ code: 'history', ...full, count: 9 }]);
    const [thing] = await thingsOf('history');

    const rows: { version: number; changes: unknown }[] = await db.query(
      `SELECT version, changes FROM audit WHERE entityId = UUID_TO_BIN(?) ORDER BY version`,
      [thing?.id],
    );
    expect(rows.map(({ version, changes }) => ({ version, changes }))).toEqual([
      { version: 1, changes: {} },
      { version: 2, changes: { count: { from: 3, to: 9 } } },
    ]);
  });
});
