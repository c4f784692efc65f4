import { migration } from '@crm/kit/database/migration';

/** What lists are sorted by most, so that a few hundred customers are sorted without being read. */
const sorted = ['id', 'name', 'updatedAt', 'code'];

/**
 * What few customers of a team have is found without reading those of all teams in the order of the
 * list. A key by level and owner alone was taken for lists too, and then each customer was read.
 */
export const keyTeamLists = migration('KeyTeamLists_1795993300000', {
  up: [
    `ALTER TABLE customer
      DROP KEY byTeam, DROP KEY byLevelAndOwner,
      ADD KEY byTeamAndLevel (${['teamId', 'level', 'deletedAt', ...sorted, 'lifecycleStage'].join(', ')}),
      ADD KEY byTeamAndStage (${['teamId', 'lifecycleStage', 'deletedAt', ...sorted, 'level'].join(', ')})`,
  ],
  down: [
    `ALTER TABLE customer
      DROP KEY byTeamAndLevel, DROP KEY byTeamAndStage,
      ADD KEY byTeam (teamId, id), ADD KEY byLevelAndOwner (level, ownerId, deletedAt)`,
  ],
});
