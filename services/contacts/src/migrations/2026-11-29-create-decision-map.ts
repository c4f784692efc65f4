import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

/** A customer has one map for each opportunity, and one beside them. */
export const createDecisionMap = migration('CreateDecisionMap_1795993000000', {
  up: [
    `CREATE TABLE decisionMap (${stamps},
      customerId BINARY(16) NOT NULL,
      opportunityId BINARY(16) NULL,
      name VARCHAR(200) NOT NULL,
      savedAt DATETIME(3) NOT NULL,
      KEY byCustomer (customerId, id),
      KEY byOpportunity (opportunityId, id)
    )`,
    `CREATE TABLE decisionNode (${stamps},
      mapId BINARY(16) NOT NULL,
      customerId BINARY(16) NOT NULL,
      personId BINARY(16) NOT NULL,
      parentId BINARY(16) NULL,
      buyingRole ENUM('DECISION_MAKER', 'APPROVER', 'EVALUATOR', 'USER', 'INFLUENCER', 'GATEKEEPER', 'COACH') NOT NULL,
      stance ENUM('CHAMPION', 'SUPPORTER', 'NEUTRAL', 'SKEPTIC', 'OPPONENT') NULL,
      influence TINYINT UNSIGNED NULL,
      note VARCHAR(2000) NULL,
      sequence INT NOT NULL,
      endedOn DATE NULL,
      KEY byMap (mapId, sequence, id),
      KEY byPerson (personId, id)
    )`,
  ],
  down: ['DROP TABLE decisionNode', 'DROP TABLE decisionMap'],
});
