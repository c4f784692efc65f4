import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { entityOfKind } from '@crm/schemas/changes/change';
import { buildSchema, isEnumType, parse, validate } from 'graphql';
import { listQuery } from './records.ts';

const api = readFileSync(new URL('../../../schemas/api.graphql', import.meta.url), 'utf8');
const schema = buildSchema(api);
const kinds = schema.getType('EntityKind');

describe('Every kind that followers are told of', () => {
  test.each(isEnumType(kinds) ? kinds.getValues().map(({ name }) => name) : [])(
    'is listed as the graph has it: %s',
    (kind) => {
      const entity = entityOfKind(kind);
      if (!entity) throw new Error('There is no such kind');
      const isFilteredToo = entity.access === 'company' ? [false] : [false, true];
      const errors = isFilteredToo.flatMap((isFiltered) =>
        validate(schema, parse(listQuery(entity, isFiltered))),
      );
      expect(errors).toEqual([]);
    },
  );
});
