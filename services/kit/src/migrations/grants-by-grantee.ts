import { migration } from '../database/migration.ts';

/** What was shared with somebody is found without reading all records. */
export const keyGrantsByGrantee = migration('KeyGrantsByGrantee_1795993100000', {
  up: ['ALTER TABLE shareGrant ADD KEY byGrantee (granteeId, resourceId, expiresAt)'],
  down: ['ALTER TABLE shareGrant DROP KEY byGrantee'],
});
