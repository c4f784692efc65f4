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
    inputs: { StaffInput: 'StaffMember', TeamInput: 'Team', ProductInput: 'Product' },
    besides: [
      'CreateCustomerInput.qualifications',
      'UpdateCustomerInput.qualifications',
      'RecordOrderInput.currency',
      'CancelOrderInput.reason',
      'ReleaseOrderInput.reason',
      'SetCreditLimitInput.limit',
      'SetCreditLimitInput.reason',
      'CreditHoldInput.reason',
      'EndCustomerRelationInput.endedOn',
      'ChangeNeedStatusInput.status',
      'ChangeNeedStatusInput.reason',
      'MoveOpportunityInput.note',
      'CloseOpportunityInput.outcome',
      'CloseOpportunityInput.note',
      'CloseOpportunityInput.closedOn',
      'ReopenOpportunityInput.note',
      'StaffInput.teamCode',
      'StaffInput.managerCode',
      'TeamInput.parentCode',
      'ClaimFromPoolInput.customerId',
      'SetLifecycleStageInput.customerId',
      'SetLifecycleStageInput.stage',
      'SetLifecycleStageInput.reason',
      'SetLifecycleStageInput.reviewOn',
      ...['entity', 'fileId', 'mapping', 'mode', 'matchOn', 'dryRun'].map(
        (name) => `StartImportInput.${name}`,
      ),
      ...['entity', 'where', 'orderBy', 'fields', 'format', 'headings'].map(
        (name) => `StartExportInput.${name}`,
      ),
    ],
    migrations,
  });
  expect(problems).toEqual([]);
});
