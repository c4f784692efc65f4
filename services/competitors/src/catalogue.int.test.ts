import { catalogueProblems } from '@crm/kit/testing/catalogue';
import { expect, test } from '@jest/globals';
import { customisable, entities } from './entities.ts';
import { migrations } from './migrations/index.ts';
import { objects } from './objects.ts';
import { createSchema } from './schema.ts';

test('the SDL, the field catalogue and the tables agree', async () => {
  const problems = await catalogueProblems({
    schema: createSchema(),
    entities,
    customisable,
    objects,
    inputs: { CompetitorProductRow: 'CompetitorProduct' },
    besides: [
      'MergeCompetitorsInput.survivorId',
      'MergeCompetitorsInput.mergedIds',
      'MergeCompetitorsInput.reason',
      'CompareProductsInput.criteria',
      'CompleteCountermeasureInput.result',
      'CompleteCountermeasureInput.effectiveness',
    ],
    migrations,
  });
  expect(problems).toEqual([]);
});
