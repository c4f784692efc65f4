import { catalogueProblems } from '@crm/kit/testing/catalogue';
import { expect, test } from '@jest/globals';
import { entities } from './entities.ts';
import { migrations } from './migrations/index.ts';
import { createSchema } from './schema.ts';

test('the SDL, the field catalogue and the tables agree', async () => {
  const problems = await catalogueProblems({
    schema: createSchema(),
    entities,
    inputs: { PersonRowInput: 'Person', PersonRowAffiliationInput: 'Affiliation' },
    besides: [
      'PersonRowInput.affiliation',
      'EndAffiliationInput.endedOn',
      'EndAffiliationInput.reason',
    ],
    migrations,
  });
  expect(problems).toEqual([]);
});
