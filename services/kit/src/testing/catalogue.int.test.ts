import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { catalogueProblems } from './catalogue.ts';
import { migration } from '../database/migration.ts';
import { defineEntity } from '../record/entity.ts';
import { choice, group, int, text } from '../record/field.ts';

const label = { zh: '字段', en: 'Field' };
const levels = { HIGH: label, LOW: label };

const ThingEntity = defineEntity('Thing', {
  fields: {
    name: text({ max: 100, required: true, label }),
    level: choice(levels, { label }),
    state: choice(levels, { label }),
    note: text({ max: 4000, label }),
    count: int({ label }),
    lost: int({ label }),
    sum: int({ label, managed: true }),
    size: group(label, { height: int({ label }) }),
  },
  access: { by: 'company' },
});

const second = migration('AddThing_1795478600002', {
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
      name VARCHAR(80) NOT NULL,
      level ENUM('LOW', 'HIGH') NULL,
      state ENUM('HIGH', 'LOW') NULL,
      note TEXT NULL,
      count VARCHAR(10) NULL,
      sum INT NULL,
      sizeHeight INT NULL
    )`,
  ],
  down: ['DROP TABLE thing'],
});
const first = migration('AddNothing_1795478600001', { up: ['DO 0'], down: ['DO 0'] });

const schema = buildSchema(`
  type Query { things(where: ThingWhere): Things }
  type Mutation { createThing(input: CreateThing!): Thing, upsertThings(input: Upsert!): Boolean }
  type Thing { name: String! }
  type Things { nodes: [Thing!]! }
  input ThingWhere { all: [ThingWhere!], name: String, colour: String }
  enum Level { HIGH LOW }
  enum State { HIGH LOW GONE }
  input Upsert { rows: [ThingRow!]! }
  input ThingRow { name: String }
  input CreateThing {
    name: String!
    level: Level
    state: State
    count: String
    sum: Int
    nickname: String
    size: SizeInput
    reason: String
    clientMutationId: String
  }
  input SizeInput { height: Int, depth: Int }
`);

test('names every place where the SDL, the catalogue and the tables disagree', async () => {
  const problems = await catalogueProblems({
    schema,
    entities: [ThingEntity],
    migrations: [second, first],
    besides: ['CreateThing.reason'],
  });

  expect(problems).toEqual([
    'AddNothing_1795478600001 runs before AddThing_1795478600002, which stands above it: raise its digits',
    'ThingRow: say in "inputs" whose record it is',
    'CreateThing.state takes HIGH, LOW, GONE; the catalogue has HIGH, LOW',
    'CreateThing.count is String, and Thing.count of kind int',
    'CreateThing.sum: Thing.sum is managed',
    'CreateThing.nickname: Thing has no line "nickname" in its catalogue',
    'SizeInput.depth: Thing has no line "size.depth" in its catalogue',
    'ThingWhere.colour: Thing has no line "colour" in its catalogue',
    'Thing.name: varchar(80) does not hold text 100',
    "Thing.level: enum('LOW','HIGH') does not hold enum HIGH, LOW",
    'Thing.count: varchar(10) does not hold int',
    'Thing.lost: no column thing.lost',
  ]);
});
