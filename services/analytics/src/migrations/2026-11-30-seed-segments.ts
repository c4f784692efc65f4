import { migration } from '@crm/kit/database/migration';

/** What the company finds when it begins, and may change. */
export const seedSegments = migration('SeedSegments_1796057400000', {
  up: [
    `INSERT IGNORE INTO segment (id, version, createdAt, updatedAt, code, labels, mode, criteria,
      active, class)
     VALUES (UNHEX('019dcf0a000070008000000000000301'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
      'strategic', '{"zh":"战略客户","en":"Strategic customers"}', 'DYNAMIC',
      '{"level":{"eq":"STRATEGIC"}}', 1, 'INTERNAL')`,
  ],
  down: [`DELETE FROM segment WHERE id = UNHEX('019dcf0a000070008000000000000301')`],
});
