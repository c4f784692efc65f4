import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RequestContext } from '../context.ts';
import type { Criteria } from './criteria.ts';
import type { Database } from '../database/database.ts';
import { migration } from '../database/migration.ts';
import { defineEntity } from './entity.ts';
import { choice, id, text } from './field.ts';
import { newId } from '../id.ts';
import { createLog } from '../log.ts';
import { kitMigrations } from '../migrations/index.ts';
import { childPages, listPage, type Connection, type PageArgs } from './page.ts';
import { insertRows } from './store.ts';
import { testDatabase } from '../testing/database.ts';
import { testViewer } from '../testing/execute.ts';

const label = { zh: '字段', en: 'Field' };
/** Their order in the list is not that of their letters. */
const levels = { HIGH: label, MEDIUM: label, LOW: label };

const ThingEntity = defineEntity('Thing', {
  fields: {
    code: text({ max: 20, required: true, label }),
    parentId: id({ label }),
    level: choice(levels, { label }),
    computed: choice(levels, { label, sql: (alias) => `CONCAT(${alias}.level)` }),
  },
  access: { by: 'company' },
});

type Thing = NonNullable<typeof ThingEntity.row>;

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
      parentId BINARY(16) NULL,
      level ENUM('HIGH', 'MEDIUM', 'LOW') NULL,
      KEY byLevel (level, id)
    )`,
  ],
  down: ['DROP TABLE thing'],
});

const parentId = newId();
const inOrder = [null, null, 'HIGH', 'HIGH', 'MEDIUM', 'MEDIUM', 'MEDIUM', 'LOW', 'LOW'] as const;
let db: Database;

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: [...kitMigrations, createThing] });
  await insertRows(db.manager, ThingEntity, inOrder.toReversed().map(thing));
});
afterAll(() => db.destroy());

const thing = (level: Thing['level'], at: number): Thing => ({
  id: newId(),
  version: 1,
  createdAt: new Date(),
  createdById: null,
  updatedAt: new Date(),
  updatedById: null,
  deletedAt: null,
  customFields: null,
  code: `T${at}`,
  parentId,
  level,
  computed: null,
});

const contextOf = (): RequestContext => ({
  app: { db, log: createLog('test', 'silent'), now: () => new Date() },
  viewer: testViewer(),
  requestId: newId(),
  lane: 'interactive',
  consistency: null,
  deadlineAt: Date.now() + 60_000,
  signal: new AbortController().signal,
});

const list = (args: PageArgs): Promise<Connection<Thing>> =>
  listPage(contextOf(), ThingEntity, args);
const children = (args: PageArgs): Promise<Connection<Thing>> =>
  childPages(contextOf(), ThingEntity, 'parentId').load(parentId, args);

/** The levels in the order in which pages of one record show them. */
async function pageThrough(
  read: typeof list,
  args: PageArgs,
  isBackward = false,
): Promise<Thing['level'][]> {
  const seen: Thing['level'][] = [];
  let cursor: string | null = null;
  for (let more = true; more;) {
    const ends: PageArgs = isBackward ? { last: 1, before: cursor } : { first: 1, after: cursor };
    const { nodes, pageInfo }: Connection<Thing> = await read({ ...args, ...ends });
    seen.push(...nodes.map(({ level }) => level));
    more = (isBackward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage) && seen.length < 20;
    cursor = isBackward ? pageInfo.startCursor : pageInfo.endCursor;
  }
  return seen;
}

describe.each([
  ['a list', list],
  ['a list of children', children],
])('%s sorted by a closed value', (_, read) => {
  test.each(['level', 'computed'])(
    'shows every record of every value once, by %s in any direction',
    async (field) => {
      const ascending: PageArgs = { orderBy: [{ field }] };
      const descending: PageArgs = { orderBy: [{ field, direction: 'DESC' }] };

      expect(await pageThrough(read, ascending)).toEqual(inOrder);
      expect(await pageThrough(read, descending)).toEqual(inOrder.toReversed());
      expect(await pageThrough(read, ascending, true)).toEqual(inOrder.toReversed());
      expect(await pageThrough(read, descending, true)).toEqual(inOrder);
    },
  );

  test('goes on by a second key within one value', async () => {
    const orderBy = [{ field: 'level' }, { field: 'code', direction: 'DESC' as const }];
    expect(await pageThrough(read, { orderBy })).toEqual(inOrder);
  });
});

describe('a page', () => {
  test.each([
    ['one less than all', 8, true],
    ['all', 9, false],
    ['more than all', 10, false],
    ['nothing', 0, true],
  ])('knows whether there is more after %s', async (_, size, hasMore) => {
    const forward = await list({ first: size });
    expect(forward.nodes).toHaveLength(Math.min(size, 9));
    expect(forward.pageInfo).toMatchObject({ hasNextPage: hasMore, hasPreviousPage: false });
    const backward = await list({ last: size });
    expect(backward.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: hasMore });
  });

  test.each<readonly [string, PageArgs]>([
    ['from both ends', { first: 1, last: 1 }],
    ['first before a cursor', { first: 1, before: 'x' }],
    ['last after a cursor', { last: 1, after: 'x' }],
    ['of more than is allowed', { first: 101 }],
    ['of less than nothing', { first: -1 }],
    ['after a cursor that is none', { first: 1, after: 'x' }],
  ])('is refused %s', async (_, args) => {
    await expect(list(args)).rejects.toMatchObject({ extensions: { code: 'INVALID' } });
  });
});

describe('what is not so', () => {
  test.each<readonly [string, Criteria, number]>([
    ['a value', { not: { level: { eq: 'HIGH' } } }, 7],
    ['one of some values', { not: { level: { in: ['HIGH', 'LOW'] } } }, 5],
    ['several at once', { not: { level: { eq: 'HIGH' }, code: { startsWith: 'T' } } }, 7],
    ['one or the other', { not: { any: [{ level: { eq: 'HIGH' } }, { code: { eq: 'T0' } }] } }, 6],
    ['not so', { not: { not: { level: { eq: 'HIGH' } } } }, 2],
    ['without a value', { not: { level: { isNull: true } } }, 7],
  ])('holds for records without a value too: %s', async (_, where, count) => {
    expect((await list({ where })).nodes).toHaveLength(count);
  });
});

describe('criteria', () => {
  const code = { code: { startsWith: 'T', contains: 'T' } };
  test.each<readonly [string, Criteria]>([
    ['in one list', { any: Array.from({ length: 101 }, () => code) }],
    [
      'in lists of lists',
      { all: Array.from({ length: 11 }, () => ({ any: Array.from({ length: 10 }, () => code) })) },
    ],
    ['in what is not so', { not: { any: Array.from({ length: 101 }, () => ({ not: code })) } }],
  ])('are refused when they are very many, %s', async (_, where) => {
    await expect(list({ where })).rejects.toThrow('Criteria may hold 100 conditions');
  });

  test('may compare with many values', async () => {
    const codes = Array.from({ length: 1000 }, (_, at) => `T${at}`);
    expect((await list({ where: { code: { in: codes } } })).nodes).toHaveLength(9);
    const any = Array.from({ length: 100 }, () => code);
    expect((await list({ where: { any } })).nodes).toHaveLength(9);
  });
});

describe('a closed value', () => {
  test('is not compared by size, in a filter', async () => {
    await expect(list({ where: { level: { gt: 'HIGH' } } })).rejects.toThrow(
      "level can't be compared by gt",
    );
  });
});
