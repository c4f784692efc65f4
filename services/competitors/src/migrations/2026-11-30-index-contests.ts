import { migration } from '@crm/kit/database/migration';

/** Holds all that figures are made of, so that they read no record. */
export const indexContests = migration('IndexContests_1796010005000', {
  up: [
    `ALTER TABLE opportunityCompetitor ADD KEY byContest (contestedOn, competitorId,
       opportunityStatus, standing, opportunityAmountCurrency, opportunityAmountAmount, customerId,
       salespersonId, deletedAt)`,
  ],
  down: ['ALTER TABLE opportunityCompetitor DROP KEY byContest'],
});
