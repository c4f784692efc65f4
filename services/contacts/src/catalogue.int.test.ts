import { catalogueProblems } from '@crm/kit/testing/catalogue';
import { expect, test } from '@jest/globals';
import { customisable, entities } from './entities.ts';
import { objects } from './objects.ts';
import { migrations } from './migrations/index.ts';
import { createSchema } from './schema.ts';

test('the SDL, the field catalogue and the tables agree', async () => {
  const problems = await catalogueProblems({
    schema: createSchema(),
    entities,
    objects,
    customisable,
    inputs: {
      PersonRowInput: 'Person',
      PersonRowAffiliationInput: 'Affiliation',
      RelationshipRowInput: 'PersonRelationship',
      DecisionNodeInput: 'DecisionNode',
    },
    besides: [
      'PersonRowInput.affiliation',
      'CreatePersonInput.acceptDuplicates',
      'EndAffiliationInput.endedOn',
      'EndAffiliationInput.reason',
      'EndAffiliationInput.movedTo',
      'RecordPromotionInput.responsibilities',
      'RecordPromotionInput.influence',
      'IdentifyPlaceholderInput.placeholderId',
      'IdentifyPlaceholderInput.personId',
      'IdentifyPlaceholderInput.person',
      'EndRelationshipInput.endedOn',
      'RelationshipRowInput.fromCode',
      'RelationshipRowInput.toCode',
      'SaveDecisionMapInput.nodes',
      'CompleteTouchInput.completedOn',
      'RecordConsentInput.status',
    ],
    migrations,
  });
  expect(problems).toEqual([]);
});
