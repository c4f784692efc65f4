import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createCompetitorMerge = migration('CreateCompetitorMerge_1796032603000', {
  up: [
    `CREATE TABLE competitorMerge (${stamps},
      survivorId BINARY(16) NOT NULL,
      mergedId BINARY(16) NOT NULL,
      merged JSON NULL,
      reason VARCHAR(500) NULL,
      changes JSON NULL,
      folded JSON NULL,
      reversedAt DATETIME(3) NULL,
      reversedById BINARY(16) NULL,
      KEY bySurvivor (survivorId, id)
    )`,
  ],
  down: ['DROP TABLE competitorMerge'],
});
