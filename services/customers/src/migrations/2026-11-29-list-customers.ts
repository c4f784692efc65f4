import { migration } from '@crm/kit/database/migration';

/** What lists are filtered by, and whose customers they show. */
const filtered = ['level', 'lifecycleStage', 'ownerId', 'teamId', 'deletedAt'];

/**
 * A key for each order of a list that holds what lists are filtered by too: a page is found without
 * reading a customer that is not on it, whatever share of them the filter and the viewer's rights leave.
 */
const inOrder = (name: string, ...first: readonly string[]): string =>
  `ADD KEY ${name} (${[...first, ...filtered.filter((each) => !first.includes(each))].join(', ')})`;

export const listCustomers = migration('ListCustomers_1795969200000', {
  up: [
    `ALTER TABLE customer
      DROP KEY byName, DROP KEY byUpdate, DROP KEY byLevel, DROP KEY byStage, DROP KEY byOwner,
      ${inOrder('byName', 'name', 'id')},
      ${inOrder('byUpdate', 'updatedAt', 'id')},
      ${inOrder('byLevel', 'level', 'id')},
      ${inOrder('byStage', 'lifecycleStage', 'id')},
      ${inOrder('byCode', 'code', 'id')},
      ${inOrder('byOwner', 'ownerId', 'id', 'name', 'updatedAt', 'code')},
      ADD KEY byShortName (shortName, id, ownerId, teamId, deletedAt),
      ADD KEY byLevelAndOwner (level, ownerId, deletedAt)`,
  ],
  down: [
    `ALTER TABLE customer DROP KEY byName, DROP KEY byUpdate, DROP KEY byLevel, DROP KEY byStage,
      DROP KEY byCode, DROP KEY byOwner, DROP KEY byShortName, DROP KEY byLevelAndOwner,
      ADD KEY byName (name, id), ADD KEY byUpdate (updatedAt, id), ADD KEY byLevel (level, id),
      ADD KEY byStage (lifecycleStage, id), ADD KEY byOwner (ownerId, id)`,
  ],
});
