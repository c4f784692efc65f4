import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

const kinds = (values: string): string =>
  `ALTER TABLE webhookDelivery MODIFY COLUMN kind ENUM(${values}) NOT NULL`;

export const createMerge = migration('CreateMerge_1795950001000', {
  up: [
    `CREATE TABLE customerMerge (${stampColumns},
      survivorId BINARY(16) NOT NULL,
      mergedId BINARY(16) NOT NULL,
      merged JSON NULL,
      takeFields JSON NOT NULL,
      reason VARCHAR(500) NULL,
      changes JSON NULL,
      reversedAt DATETIME(3) NULL,
      reversedById BINARY(16) NULL,
      KEY bySurvivor (survivorId, id),
      KEY byMerged (mergedId)
    )`,
    kinds("'CREATED', 'UPDATED', 'DELETED', 'RESTORED', 'MERGED', 'GAP'"),
  ],
  down: [kinds("'CREATED', 'UPDATED', 'DELETED', 'RESTORED', 'GAP'"), 'DROP TABLE customerMerge'],
});
