import { catalogueProblems } from '@crm/kit/testing/catalogue';
import { expect, test } from '@jest/globals';
import { customisable, entities } from './entities.ts';
import { migrations } from './migrations/index.ts';
import { createSchema } from './schema.ts';

test('the SDL, the field catalogue and the tables agree', async () => {
  const problems = await catalogueProblems({
    schema: createSchema(),
    entities,
    customisable,
    inputs: { CompetitorProductRow: 'CompetitorProduct' },
    migrations,
  });
  expect(problems).toEqual([]);
});
