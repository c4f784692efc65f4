import { catalogueProblems } from '@crm/kit/testing/catalogue';
import { expect, test } from '@jest/globals';
import { entities } from './entities.ts';
import {
  AffiliationEntity,
  ConsentDecisionEntity,
  KinshipEntity,
  PersonPreferenceEntity,
  PersonPulseEntity,
} from './person/person.fields.ts';
import { objects } from './objects.ts';
import { SegmentMemberEntity } from './plan/segment.fields.ts';
import { PulseEntity } from './pulse/pulse.fields.ts';
import { migrations } from './migrations/index.ts';
import { createSchema } from './schema.ts';

const readModels = [
  PulseEntity,
  PersonPulseEntity,
  AffiliationEntity,
  PersonPreferenceEntity,
  ConsentDecisionEntity,
  KinshipEntity,
  SegmentMemberEntity,
];

test('the SDL, the field catalogue and the tables agree', async () => {
  const problems = await catalogueProblems({
    schema: createSchema(),
    entities: [...entities, ...readModels],
    objects,
    besides: [
      'SnoozeAlertInput.until',
      'DismissAlertInput.reason',
      'RetryDeliveryInput.confirmNotReceived',
      'LiftSuppressionInput.note',
      'ConfirmCareTasksInput.ids',
      'ExcludeCareTasksInput.ids',
      'ExcludeCareTasksInput.reason',
      'CreateCampaignInput.kind',
    ],
    migrations,
  });
  expect(problems).toEqual([]);
});
