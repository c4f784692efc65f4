import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createSurvey = migration('CreateSurvey_1796081000000', {
  up: [
    `CREATE TABLE survey (${stamps},
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      introduction JSON NULL,
      kind ENUM('SATISFACTION', 'RESEARCH') NOT NULL,
      questions JSON NOT NULL,
      opensOn DATE NULL,
      closesOn DATE NULL,
      status ENUM('DRAFT', 'PUBLISHED', 'CLOSED') NOT NULL,
      publishedAt DATETIME(3) NULL,
      publishedById BINARY(16) NULL,
      closedAt DATETIME(3) NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    // A task is answered once.
    `CREATE TABLE surveyResponse (${stamps},
      surveyId BINARY(16) NOT NULL,
      taskId BINARY(16) NOT NULL,
      personId BINARY(16) NOT NULL,
      customerId BINARY(16) NULL,
      kind ENUM('SATISFACTION', 'RESEARCH') NOT NULL,
      locale ENUM('ZH_CN', 'EN') NOT NULL,
      answeredAt DATETIME(3) NOT NULL,
      score DECIMAL(5, 2) NULL,
      nps TINYINT NULL,
      answers JSON NOT NULL,
      UNIQUE KEY unique_task (taskId),
      KEY bySurvey (surveyId, id),
      KEY byPerson (personId, id),
      KEY byCustomer (customerId, id)
    )`,
    'ALTER TABLE carePlan ADD COLUMN surveyId BINARY(16) NULL',
    'ALTER TABLE careTask ADD COLUMN surveyId BINARY(16) NULL, ADD KEY bySurvey (surveyId, state)',
  ],
  down: [
    'ALTER TABLE careTask DROP KEY bySurvey, DROP COLUMN surveyId',
    'ALTER TABLE carePlan DROP COLUMN surveyId',
    'DROP TABLE surveyResponse',
    'DROP TABLE survey',
  ],
});
