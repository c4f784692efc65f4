import { migration } from '@crm/kit/database/migration';

/** A report in the order of names passes over many customers: what they are filtered by stands in the key. */
export const keyReports = migration('KeyReports_1796076000000', {
  up: [
    `ALTER TABLE customer DROP KEY byName,
      ADD KEY byName (name, id, deletedAt, industry, level, lifecycleStage, province, city)`,
  ],
  down: ['ALTER TABLE customer DROP KEY byName, ADD KEY byName (name, id)'],
});
