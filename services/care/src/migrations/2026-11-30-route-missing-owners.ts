import { migration } from '@crm/kit/database/migration';

const change = (from: string, to: string): string =>
  `UPDATE alertRule SET role = '${to}', version = version + 1, updatedAt = UTC_TIMESTAMP(3)
   WHERE code = 'owner_missing' AND route = 'ROLE' AND role = '${from}'`;

/** What has neither owner nor team is in the tree of no manager: nobody would read of it. */
export const routeMissingOwners = migration('RouteMissingOwners_1796084100000', {
  up: [change('MANAGER', 'ADMIN')],
  down: [change('ADMIN', 'MANAGER')],
});
